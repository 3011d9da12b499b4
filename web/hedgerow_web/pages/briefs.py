"""Briefs: what the questions say of a country or a material, on one page that can be printed.

Nothing is computed here. A brief asks its questions once each, keeps the first rows of each answer, and numbers the
sources that those rows rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from hedgerow.errors import CallError
from hedgerow.iri import code
from hedgerow.questions import Answer, Cell, Parameter, ask, find
from hedgerow_web import i18n
from hedgerow_web.address import here, with_query
from hedgerow_web.pages.questions import options
from hedgerow_web.site import site

blueprint = Blueprint("briefs", __name__)
#: The question whose parameters a brief takes: whose view, whose supplies may stop, of what, on which day.
ASKED = "supply-stop"
#: What a brief is of when nothing was chosen.
ITEM = "gallium"
#: Records asked for in one query; keeps it under the size limit of the guard.
_BATCH = 300

Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Shown:
    """One column of a table in a brief: its heading, the columns of the question in it, and how they are shown.

    With two names the cell is a range, from the first to the second. The names of the forms are those of the macro
    `cell` of `macros/brief.html`.
    """

    heading: str
    names: tuple[str, ...]
    form: str = "text"


@dataclass(frozen=True)
class Source:
    """A source in the list at the end."""

    number: int
    iri: str
    label: str
    publisher: str
    date: str
    url: str


@dataclass(frozen=True)
class Section:
    """A part of a brief: one question, the rows of its answer that matter here, and the first of them in a table."""

    name: str
    heading: str
    question: str
    given: Mapping[str, str]
    columns: tuple[Shown, ...]
    #: Rows of the table.
    most: int = 8
    #: Kinds of record whose own sources are not numbered: they say what a thing is, or stand in another section.
    silent: tuple[str, ...] = ("item",)
    answer: Answer | None = None
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows of the table."""
        return self.rows[: self.most]

    def records(self, row: Row) -> list[str]:
        """The records behind a row whose sources are numbered."""
        silent = tuple(f"/id/{kind}/" for kind in self.silent)
        return [iri for iri in str(row.get("records") or "").split() if not any(kind in iri for kind in silent)]

    @property
    def address(self) -> str:
        """Where the whole answer is."""
        return with_query(url_for("questions.one", name=self.question), self.given)

    @property
    def footing(self) -> Mapping[str, str]:
        """What the answer rests on."""
        assert self.answer is not None
        return self.answer.footing


@dataclass(frozen=True)
class Subject:
    """A record that a brief is of or speaks of: its name in the parameters of questions, its IRI and its label."""

    name: str
    iri: str
    label: str


@dataclass(frozen=True)
class Brief:
    """What a brief is of: `kind` is country or material. The sentences of its sections are made with these words."""

    kind: str
    subject: Subject
    importer: Subject
    exporter: Subject
    #: The binding force of agreements that bind, and the share from which on a country supplies too much.
    binding: str = code("binding-force", "binding")
    mark: float = float(next(p.default or 0 for p in find("concentration").parameters if p.name == "threshold"))


_SUPPLIERS = (
    Shown("Stage", ("stage",), "code"),
    Shown("Country", ("country",), "record"),
    Shown("Share of the world", ("share",), "percent"),
    Shown("Year", ("year",)),
    Shown("Share of imports", ("importShare",), "percent"),
    Shown("Period", ("importPeriod",)),
)
_CONCENTRATION = (
    Shown("Stage", ("stage",), "code"),
    Shown("Year", ("year",)),
    Shown("Content basis", ("contentBasis",), "code"),
    Shown("Largest producer", ("topCountry",), "record"),
    Shown("Its share", ("topShare",), "percent"),
    Shown("Above the mark", ("exceeds",), "yes"),
    Shown("Named countries together", ("covered",), "percent"),
)
_STOP = (
    Shown("What stops", ("link",), "words"),
    Shown("Share lost", ("shareLow", "shareHigh"), "percent"),
    Shown("Year", ("period",)),
    Shown("Remains", ("remainsLow", "remainsHigh"), "percent"),
    Shown("Imports lost, t a year", ("lostLow", "lostHigh"), "mass"),
    Shown("Stock", ("stock",), "state"),
    Shown("Stock lasts, days", ("coverLow", "coverHigh"), "days"),
    Shown("At its target, days", ("coverAtTargetLow", "coverAtTargetHigh"), "days"),
    Shown("Hedges in force", ("hedgesInForce",)),
    Shown("Of these binding", ("hedgesBinding",)),
)
_AGREEMENTS = (
    Shown("Agreement", ("agreement",), "record"),
    Shown("In force", ("inForce",), "state"),
    Shown("Binding force", ("bindingForce",), "code"),
    Shown("Yearly quantity, t", ("quantityLow", "quantityHigh"), "quantity"),
    Shown("Offtake", ("offtake",), "state"),
    Shown("Quality audit", ("qualityAudit",), "state"),
    Shown("Service level", ("serviceLevel",), "state"),
    Shown("Withheld", ("withheld",), "several"),
    Shown("Not disclosed", ("undisclosed",), "several"),
)
_PARTNERS = (
    Shown("Partner", ("partner",), "record"),
    Shown("Binding force", ("force",), "code"),
    Shown("Agreements", ("agreements",)),
    Shown("In force", ("inForce",)),
    Shown("Not known whether in force", ("unknown",)),
    Shown("That disclose a quantity", ("withQuantity",)),
    Shown("Bundled", ("bundled",)),
)
_COVERED = (
    Shown("Agreements", ("agreements",)),
    Shown("That disclose a quantity", ("withQuantity",)),
    Shown("Binding, t a year", ("bindingLow", "bindingHigh"), "mass"),
    Shown("Other, t a year", ("otherLow", "otherHigh"), "mass"),
    Shown("Basis of quantity", ("basis",), "code"),
    Shown("Need, t a year", ("needLow", "needHigh"), "mass"),
    Shown("Share of need", ("shareLow", "shareHigh"), "percent"),
    Shown("Why no share", ("why",), "words"),
)
_RESERVE = (
    Shown("Need, t a year", ("needLow", "needHigh"), "mass"),
    Shown("Target, days", ("targetDaysLow", "targetDaysHigh"), "days"),
    Shown("Stock", ("stock",), "state"),
    Shown("Stock, days", ("stockDays",), "days"),
    Shown("Gap, days", ("gapDaysLow", "gapDaysHigh"), "days"),
    Shown("Gap, t", ("gapLow", "gapHigh"), "mass"),
)
_CONTROLS = (
    Shown("Control", ("control",), "record"),
    Shown("State on the day", ("state",), "state"),
    Shown("Measure", ("measure",), "code"),
    Shown("Against", ("against",), "destination"),
    Shown("Since", ("beginsAsStated",)),
    Shown("Share made there", ("imposerShare",), "percent"),
)
_RECYCLING = (
    Shown("From recycling (EU)", ("rate",), "percent"),
    Shown("Year of the study", ("rateYear",)),
    Shown("Below 25 %", ("belowThreshold",), "state"),
    Shown("Largest producer", ("topCountry",), "record"),
    Shown("Its share", ("topShare",), "percent"),
    Shown("Plants operating", ("plantsOperating",)),
)
_UNSECURED = (
    Shown("Material", ("item",), "record"),
    Shown("Lists that designate it", ("designations",)),
    Shown("Export controls in force", ("controls",)),
    Shown("Largest producer", ("topCountry",), "record"),
    Shown("Its share", ("topShare",), "percent"),
)
#: Agreements have a section of their own; that a list names a material is not what the section on recycling says.
_STANDS = ("item", "agreement")
_LISTS = ("item", "designation-list")
_ITEM = Shown("Item", ("item",), "record")


@blueprint.get("/briefs")
def index() -> str:
    """Every brief there is: of countries and of materials."""
    known = {row["country"].text for row in site().rows("brief-countries")}
    parameters = {p.name: p for p in find(ASKED).parameters}
    by_name = {site().name_of(iri) for iri in known}
    return render_template(
        "briefs.html",
        countries=[(name, label) for name, label in options(parameters["importer"]) if name in by_name],
        items=options(parameters["item"]),
        choices=choices({}),
    )


@blueprint.get("/brief")
def chosen() -> Response:
    """The brief that a form chose: of a material as a country sees it, or of the country alone."""
    asked = _asked()
    item, importer = asked.pop("item", ""), asked.get("country") or _default("importer")
    if item:
        address = with_query(url_for("briefs.material", slug=_slug(item)), {"country": importer, **asked})
    else:
        asked.pop("country", None)
        address = with_query(url_for("briefs.country", slug=_slug(importer)), asked)
    return make_response(redirect(address, code=303))


@blueprint.get("/brief/material/<slug>")
def material(slug: str) -> str:
    """A material: who supplies it, how it is hedged, what a country holds of it, and what is not known."""
    item = _subject("item", slug)
    asked = _asked("country", "exporter", "asOf")
    importer, exporter = _country(asked.get("country"), "importer"), _country(asked.get("exporter"), "exporter")
    day = {"asOf": asked["asOf"]} if "asOf" in asked else {}
    of, to = {"item": item.name}, {"country": importer.name}
    sections = [
        Section("suppliers", "Who supplies it", "product-chain", {**of, **to}, _SUPPLIERS),
        Section("concentration", "How concentrated it is", "concentration", of, _CONCENTRATION),
        Section(
            "stop",
            "If supplies from {exporter} stop",
            ASKED,
            {"importer": importer.name, "exporter": exporter.name, **of, **day},
            (_ITEM, *_STOP),
            silent=_STANDS,
        ),
        Section("agreements", "What agreements give", "what-agreements-give", {**of, **to, **day}, _AGREEMENTS),
        Section("reserve", "The reserve", "reserve-gap", {**to, **of, **day}, _RESERVE),
        Section(
            "controls",
            "Export controls",
            "export-control-reach",
            {**to, **of, **day},
            _CONTROLS,
            most=6,
            silent=_STANDS,
        ),
        Section("recycling", "Recycling", "recycling-input", {**of, **day}, _RECYCLING, silent=_LISTS),
    ]
    return _page("material", item, importer, exporter, [_of_one(_asking(section)) for section in sections])


@blueprint.get("/brief/country/<slug>")
def country(slug: str) -> str:
    """A country: what it would lose if another stopped supplying, what secures it, what it holds, what is not known."""
    importer = _subject("country", slug)
    asked = _asked("exporter", "asOf")
    exporter = _country(asked.get("exporter"), "exporter")
    day = {"asOf": asked["asOf"]} if "asOf" in asked else {}
    of, stop = {"country": importer.name}, {"importer": importer.name, "exporter": exporter.name, **day}
    sections = [
        Section("exposure", "If supplies from {exporter} stop", ASKED, stop, (_ITEM, *_STOP), silent=_STANDS),
        Section("partners", "On whose word it rests", "agreements-by-partner", {**of, **day}, _PARTNERS, most=5),
        Section("agreements", "What agreements give", "what-agreements-give", {**of, **day}, _AGREEMENTS),
        Section("covered", "What of the need is covered", "need-covered", {**of, **day}, (_ITEM, *_COVERED), most=6),
        Section("unsecured", "Without any agreement", "items-without-agreement", {**of, **day}, _UNSECURED, most=6),
        Section("reserves", "Reserves", "reserve-gap", {**of, **day}, (_ITEM, *_RESERVE), most=6),
        Section(
            "controls", "Export controls", "export-control-reach", {**of, **day}, _CONTROLS, most=6, silent=_STANDS
        ),
        Section("world", "How concentrated the world is", "concentration", {}, (_ITEM, *_CONCENTRATION), most=5),
        Section("recycled", "Recycling", "recycling-input", day, (_ITEM, *_RECYCLING), most=5, silent=_LISTS),
    ]
    return _page("country", importer, importer, exporter, [_asking(section) for section in sections])


def choices(given: Mapping[str, str]) -> list[tuple[str, Parameter, list[tuple[str, str]], str]]:
    """The fields of the form that leads to a brief: name, parameter, values it can take, value to begin with."""
    fields = {"country": "importer", "exporter": "exporter", "item": "item"}
    begin = {"country": _default("importer"), "exporter": _default("exporter"), "item": ITEM}
    parameters = {p.name: p for p in find(ASKED).parameters}
    return [
        (name, parameters[of], options(parameters[of]), given.get(name, begin[name])) for name, of in fields.items()
    ]


def _asked(*names: str) -> dict[str, str]:
    """What the address asks for. Raises CallError for what a brief does not take."""
    known = names or ("country", "exporter", "item", "asOf")
    for name in request.args:
        if name not in (*known, "lang"):
            raise CallError(f"A brief has no parameter '{name}'.", f"It takes: {', '.join(known)}.")
    return {name: request.args[name] for name in known if request.args.get(name)}


def _default(parameter: str) -> str:
    return next(p.default or "" for p in find(ASKED).parameters if p.name == parameter)


def _slug(name: str) -> str:
    """The last step of an address for what is named so in a question; a made-up record has its tier before it."""
    return name.rpartition("/")[2]


def _country(name: str | None, parameter: str) -> Subject:
    return _subject("country", _slug(name or _default(parameter)))


def _subject(kind: str, slug: str) -> Subject:
    """The record of that address; 404 when there is none."""
    here = site()
    known = (iri for iri in here.record_iris(kind, slug) if here.rows("signposts", {"record": [f"<{iri}>"]}))
    iri = next(known, None)
    if iri is None:
        abort(404, f"There is no {kind} '{slug}'.")
    return Subject(here.name_of(iri), iri, here.labels([iri]).get(iri, slug))


#: Which rows of an answer a brief speaks of; of the others, all.
_KEPT: Mapping[str, Callable[[Row], object]] = {
    "suppliers": lambda row: row["tier"] == 0,
    "controls": lambda row: row["state"] != "not in force" and row["binds"] == "yes",
    "exposure": lambda row: row["link"] != "imports of a basket" and row["shareHigh"] is not None,
    "partners": lambda row: row["partner"] is not None,
    "covered": lambda row: row["withQuantity"] != 0,
    "world": lambda row: row["exceeds"] and not row["partial"],
    "recycled": lambda row: row["rate"] is not None,
}


def _asking(section: Section) -> Section:
    """A section with the answer to its question."""
    here = site()
    answer = ask(here.graph, find(section.question), section.given, here.settings.base, i18n.language())
    keeps = _KEPT.get(section.name)
    rows = [row for row in answer.rows if keeps is None or keeps(row)]
    columns = tuple(c for c in section.columns if any(row[name] is not None for row in rows for name in c.names))
    return replace(section, answer=answer, rows=rows, columns=columns)


def _of_one(section: Section) -> Section:
    """The same without the column of the item, unless there are rows of its groups too."""
    if len({row.get("item") for row in section.rows}) > 1:
        return section
    return replace(section, columns=tuple(column for column in section.columns if column is not _ITEM))


def _page(kind: str, subject: Subject, importer: Subject, exporter: Subject, sections: Sequence[Section]) -> str:
    numbers, sources = _sources(record for s in sections for row in s.shown for record in s.records(row))
    given = {"country": importer.name, "exporter": exporter.name, "item": subject.name if kind == "material" else ""}
    stop = next(section for section in sections if section.question == ASKED)
    return render_template(
        "brief.html",
        brief=Brief(kind, subject, importer, exporter),
        sections=sections,
        footing=stop.footing,
        gaps=_gaps(stop.shown),
        cites=lambda section, row: _runs({n for record in section.records(row) for n in numbers.get(record, ())}),
        sources=sources,
        names=site().labels(_listed(sections)),
        choices=choices(given),
        address=f"{here()}{request.path}?{request.query_string.decode('ascii', 'replace')}".rstrip("?"),
    )


def _sources(behind: Iterable[str]) -> tuple[Mapping[str, set[int]], list[Source]]:
    """The sources of some records, numbered as they come, and by record the numbers of its own."""
    records = list(dict.fromkeys(behind))
    found = [
        row
        for start in range(0, len(records), _BATCH)
        for row in site().rows("brief-sources", {"record": [f"<{iri}>" for iri in records[start : start + _BATCH]]})
    ]
    place = {record: number for number, record in enumerate(records)}
    numbers: dict[str, set[int]] = {}
    sources: dict[str, Source] = {}
    for row in sorted(found, key=lambda row: place[row["record"].text]):
        iri = row["source"].text
        told = {name: row[name].text if name in row else "" for name in ("label", "publisher", "date", "url")}
        source = sources.setdefault(iri, Source(len(sources) + 1, iri, **told))
        numbers.setdefault(row["record"].text, set()).add(source.number)
    return numbers, list(sources.values())


def _gaps(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """What is not known, with the rows of which it is not known."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["unknown"]:
            found.setdefault(str(row["unknown"]), []).append(row)
    return list(found.items())


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in runs, each with its first and last.

    >>> _runs({1, 2, 3, 7})
    [(1, 3), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _listed(sections: Iterable[Section]) -> set[str]:
    """The things that the tables and sentences list by name without a column of labels."""
    names = ("withheld", "undisclosed", "productItems")
    return {iri for s in sections for row in s.shown for name in names for iri in str(row.get(name) or "").split()}
