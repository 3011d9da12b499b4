"""The vocabulary: every term, module and version of the ontology and every code dereferences, as a page or as RDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hedgerow.documentation import described
from hedgerow.documentation.axioms import Named, axioms
from hedgerow.documentation.described import Module, Ontology, Term, serialised, shipped
from hedgerow.documentation.usage import examples, uses
from hedgerow.documentation.words import Labels, Sentence, said
from hedgerow.graph.client import JSON
from hedgerow.iri import CODE, HR, ONTOLOGY_GRAPH, SLUG
from hedgerow.questions import load_questions
from hedgerow_web import i18n
from hedgerow_web.described import SUFFIXES, Description, describe, lead_to, twin
from hedgerow_web.render.diagram import Box, Line, Link, drawn
from hedgerow_web.site import Row, site

blueprint = Blueprint("vocabulary", __name__)

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)+\Z")
#: What the page of a term tells elsewhere than among its axioms, where the class is a name.
_TOLD = ("domain", "range")
#: The axioms by which a statement with a property follows from others.
_DERIVING = ("chain", "inverse", "transitive", "symmetric", "same-property")


@blueprint.get("/ns")
@blueprint.get("/ns/")
def terms() -> Response:
    """The ontology: its modules and an index of its terms, or the whole of it as RDF."""
    return describe(_the_ontology(), "", _index_page, _whole)


@blueprint.get("/ns.<suffix>")
def ontology(suffix: str) -> Response:
    """The whole ontology as RDF, class expressions included."""
    if suffix not in SUFFIXES:
        abort(404, f"The ontology comes as {', '.join(SUFFIXES)}.")
    return describe(_the_ontology(), SUFFIXES[suffix], _index_page, _whole)


@blueprint.get("/ns/<name>")
def term(name: str) -> AnyResponse:
    """A module or a term; a version leads to its page. A module wins, but no term has a module's name."""
    word, form = twin(name)
    here = shipped()
    if word in here.modules:
        return _module(here, here.modules[word], f"/ns/{word}", form)
    if _VERSION.match(word):
        return _version(word, form) if form else redirect(f"{request.script_root}/ns/{word}/", code=308)
    found = here.term(word)
    if found is None:
        abort(404, f"The ontology has no term '{word}'.")
    module = here.modules.get(found.module)
    about = Description(f"/ns/{word}", found.iri, licence=module.licence if module else "", collection="/ns/")
    return describe(about, form, lambda: _term_page(here, found), lambda media: _about_term(found.iri, media))


@blueprint.get("/ns/<version>/")
def version(version: str) -> Response:
    """One version of the ontology: its modules, or the whole of it as RDF."""
    return _version(version, "")


@blueprint.get("/ns/<version>/<name>")
def versioned_module(version: str, name: str) -> Response:
    """One module in one version: where its version IRI leads."""
    word, form = twin(name)
    there = _of_version(version)
    if word not in there.modules:
        abort(404, f"Version {version} has no module '{word}'; it has {', '.join(there.modules)}.")
    return _module(there, there.modules[word], f"/ns/{version}/{word}", form, iri=there.modules[word].version_iri)


@blueprint.get("/code/")
def lists() -> str:
    """Every code list with its concepts counted."""
    found: dict[str, list[Row]] = {}
    for row in site().rows("concepts"):
        found.setdefault(row["list"].text, []).append(row)
    return render_template("codes.html", lists=found, names=site().labels(found))


@blueprint.get("/code/<name>")
def code_list(name: str) -> Response:
    """One code list: its concepts with labels, definitions and uses."""
    slug, form = twin(name)
    iri = CODE + slug
    rows = site().rows("concepts", {"list": [f"<{iri}>"]}) if SLUG.match(slug) else []
    if not rows:
        abort(404, f"There is no code list '{slug}'.")
    names = site().labels([iri])
    return describe(
        Description(f"/code/{slug}", iri, collection="/code/"),
        form,
        lambda: render_template("code-list.html", iri=iri, slug=slug, rows=rows, heading=names.get(iri, slug)),
        lambda media: _list(iri, media),
    )


@blueprint.get("/code/<name>/<slug>")
def concept(name: str, slug: str) -> Response:
    """One concept: people are led to its place in the list, programs get its statements."""
    word, form = twin(slug)
    iri = f"{CODE}{name}/{word}"
    known = SLUG.match(name) and SLUG.match(word)
    if not known or iri not in {row["concept"].text for row in site().rows("concepts", {"list": [f"<{CODE}{name}>"]})}:
        abort(404, f"The code list '{name}' has no '{word}'.")
    about = Description(f"/code/{name}/{word}", iri, collection=f"/code/{name}", page=f"/code/{name}#{word}")
    # Its page is part of another, so that only data and what forms there are lie here.
    here = form or "_profile" in request.args
    return describe(about, form, str, lambda media: _about(iri, media)) if here else lead_to(about)


def _of_version(version: str) -> Ontology:
    known = described.versions()
    if version not in known:
        abort(404, f"There is no version '{version}' of the ontology; there are {', '.join(known)}.")
    return described.of_version(version)


def _the_ontology() -> Description:
    return Description("/ns", ONTOLOGY_GRAPH)


def _version(version: str, form: str) -> Response:
    there = _of_version(version)
    return describe(
        Description(f"/ns/{version}", f"{ONTOLOGY_GRAPH}/{version}", collection="/ns/", page=f"/ns/{version}/"),
        form,
        lambda: render_template("version.html", version=version, ontology=there, versions=described.versions()),
        lambda media: serialised(there.whole(), media),
    )


def _module(here: Ontology, module: Module, address: str, form: str, iri: str = "") -> Response:
    return describe(
        Description(address, iri or module.iri, licence=module.licence, collection="/ns/"),
        form,
        lambda: _module_page(here, module, address),
        lambda media: serialised(here.about_module(module.name), media),
    )


def _index_page() -> str:
    here = shipped()
    asked = {name: request.args.get(name, "").strip() for name in ("q", "module", "kind")}
    found = [each for each in here.terms.values() if _fits(each, **asked)]
    letters: dict[str, list[Term]] = {}
    for each in sorted(found, key=lambda each: _filed_under(each).casefold()):
        letters.setdefault(_filed_under(each)[0].upper(), []).append(each)
    return render_template(
        "terms.html", ontology=here, prefix=HR, letters=letters, asked=asked, count=len(found), label=_label(here)
    )


def _filed_under(each: Term) -> str:
    """What an index in Latin letters files a term under: its English label, else its name."""
    return each.label.get("en", each.name) if i18n.language() == "en" else each.name


def _fits(each: Term, q: str, module: str, kind: str) -> bool:
    told = " ".join((each.name, *each.label.values(), *each.definition.values())).casefold()
    right_kind = kind in ("", "class" if each.is_class else "property")
    return q.casefold() in told and module in ("", each.module) and right_kind


def _term_page(here: Ontology, found: Term) -> str:
    used = site().rows("term-uses", {"term": [f"<{found.iri}>"]})[0]["uses"].text
    where = uses(found.name)
    sentences = _sentences(here, found)
    children = here.children(found.iri)
    asked = {question.path.stem: question for question in load_questions().values()}
    return render_template(
        "term.html",
        term=found,
        ontology=here,
        label=_label(here),
        lists=site().labels(found.code_lists),
        sentences=sentences,
        derived=not found.is_class and bool(children or any(sentence.kind in _DERIVING for sentence in sentences)),
        paths=here.paths(found.iri),
        children=children,
        said_of=here.said_of(found.iri) if found.is_class else [],
        values_of=here.values_of(found.iri) if found.is_class else [],
        snippet=examples().of_term(found.name),
        uses=int(used),
        where=where,
        questions=[asked[name] for name in where.questions if name in asked],
    )


def _sentences(here: Ontology, found: Term) -> list[Sentence]:
    """The axioms of a term in words, those left out that its page tells as its place, domain or range."""
    language = i18n.language()
    told = [
        axiom
        for axiom in axioms(here.graph, found.iri)
        if axiom.kind not in _TOLD and not (axiom.kind == "subclass" and isinstance(axiom.operands[1], Named))
    ]
    return said(told, _label(here), language)


def _label(here: Ontology) -> Labels:
    """What things are called in the reader's language."""
    language = i18n.language()
    return lambda iri: here.label(iri, language)


def _module_page(here: Ontology, module: Module, address: str) -> str:
    own = here.of_module(module.name)
    return render_template(
        "module.html",
        module=module,
        address=address,
        ontology=here,
        label=_label(here),
        classes=[each for each in own if each.is_class],
        properties=[each for each in own if not each.is_class],
        drawing=drawn(_boxes(here, module.name, own)),
    )


def _boxes(here: Ontology, module: str, own: list[Term]) -> Iterator[Box]:
    """A box for each class of a module, for the classes of others that it says something of, and for anything."""
    label = _label(here)
    local = [each for each in own if each.is_class]
    rows: dict[str, list[Line]] = {}
    for each in own:
        if not each.is_class:
            line = Line(Link(label(each.iri), _at(each.iri)), _value(each, label))
            for at in each.domain or ("",):
                rows.setdefault(at, []).append(line)
    for each in local:
        inside = [at for at in each.parents if at in here.terms and here.terms[at].module == module]
        others = [at for at in each.parents if at not in inside[:1]]
        above = [Line(Link(i18n.translate("kind of")), Link(label(at), _at(at))) for at in others]
        lines = (*above, *rows.pop(each.iri, ()))
        yield Box(each.iri, Link(label(each.iri), _at(each.iri)), each.name, lines, next(iter(inside), ""))
    anything = rows.pop("", [])
    for at, lines_of in sorted(rows.items()):
        code = f"{here.terms[at].module} · {described.short(at)}" if at in here.terms else at
        yield Box(at, Link(label(at), _at(at)), code, tuple(lines_of), kind="other")
    if anything:
        yield Box("owl:Thing", Link(i18n.translate("anything")), "owl:Thing", tuple(anything), kind="any")


def _value(each: Term, label: Labels) -> Link:
    """What a property's value is, or the code list it takes a concept of; several classes lead to the property."""
    if each.range:
        words = i18n.translate(", ").join(map(label, each.range))
        return Link(words, _at(each.range[0] if len(each.range) == 1 else each.iri))
    if each.code_lists:
        name = described.short(each.code_lists[0])
        return Link(i18n.translate("code: {list}", list=name), site().href(each.code_lists[0]) or "")
    return Link("–")


def _at(iri: str) -> str:
    return site().href(iri) or "" if iri.startswith(HR) else ""


def _about_term(iri: str, media_type: str) -> bytes:
    return serialised(shipped().about_term(iri), media_type)


def _about(iri: str, media_type: str) -> bytes:
    """The statements about a concept."""
    here = site()
    return here.graph.query(here.query_text("about-term", {"term": [f"<{iri}>"]}), JSON, media_type).body


def _list(iri: str, media_type: str) -> bytes:
    here = site()
    return here.graph.query(here.query_text("about-list", {"list": [f"<{iri}>"]}), JSON, media_type).body


@cache
def _whole(media_type: str) -> bytes:
    """Read from the files: the graph holds no class expressions, for they need blank nodes."""
    return serialised(shipped().whole(), media_type)
