"""A thing's description in the form the client wants: a page, or RDF; the same for records, terms, codes and graphs.

The address of a description negotiates: the media type by `Accept` or `?_mediatype=`, the profile by `Accept-Profile`
or `?_profile=` (W3C, Content Negotiation by Profile, kept small). A suffix names one form of it and heeds neither.
Every answer says by its links what else there is (FAIR Signposting), pages in their heads too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, Response, abort, g, make_response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from hedgerow.errors import CallError
from hedgerow.iri import ONTOLOGY_GRAPH, RDF_TYPE
from hedgerow_web.address import absolute
from hedgerow_web.negotiate import HTML, TRIPLES, Unacceptable, choose, content_type, weight_of

OFFERED = (HTML, *TRIPLES.values())
#: The links of a description as one document (RFC 9264).
LINKSET = "application/linkset+json"
#: Suffix: media type, for every form that has an address of its own.
SUFFIXES = {**TRIPLES, "linkset": LINKSET}
#: Token: profile. What is described, in the words of the ontology; and in which forms it comes.
PROFILES = {"hr": ONTOLOGY_GRAPH, "alt": "http://www.w3.org/ns/dx/connegp/altr"}
_ALTR = f"{PROFILES['alt']}#"
_DCTERMS = "http://purl.org/dc/terms/"
_ABOUT_PAGE = "https://schema.org/AboutPage"


@dataclass(frozen=True)
class Description:
    """The description of one thing: its address, without the prefix the site is mounted under, and the thing's IRI."""

    address: str
    iri: str
    #: Its classes.
    types: Sequence[str] = ()
    #: Its licence, '' when there is none.
    licence: str = ""
    #: The address of the list it stands in.
    collection: str = ""
    #: Where people read it, when that is another address.
    page: str = ""

    def page_address(self) -> str:
        """Where people read it."""
        return request.script_root + self.page if self.page else self._at()

    def twins(self) -> list[tuple[str, str]]:
        """Each form with an address of its own: the media type and the address."""
        return [(media, self._at(f".{suffix}")) for suffix, media in TRIPLES.items()]

    def links(self) -> list[Link]:
        """What an answer says of this description, beside the description itself."""
        return [
            Link(self.page_address(), "canonical"),
            *(Link(address, "alternate describedby", media) for media, address in self.twins()),
            Link(self._at(".linkset"), "linkset", LINKSET),
            Link(self.iri, "cite-as"),
            Link(_ABOUT_PAGE, "type"),
            *(Link(each, "type") for each in self.types),
            *([Link(self.licence, "license")] if self.licence else []),
            *([Link(request.script_root + self.collection, "collection")] if self.collection else []),
        ]

    def _at(self, suffix: str = "") -> str:
        return f"{request.script_root}{self.address}{suffix}"


@dataclass(frozen=True)
class Link:
    """A typed link (RFC 8288); `relation` may be several, parted by spaces."""

    target: str
    relation: str
    media_type: str = ""

    def __str__(self) -> str:
        kind = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.target}>; rel="{self.relation}"{kind}'


def init(app: Flask) -> None:
    """Give templates `links`, the links of what the page describes."""

    @app.context_processor
    def _context() -> dict[str, object]:
        return {"links": g.get("links", [])}


def lead_to(about: Description) -> Response:
    """303 from a thing to its description: the page, or the suffix twin of the form wanted."""
    profile, form = _profile(), _form(about)
    if profile != "hr":
        at = f"{request.script_root}{about.address}?{urlencode({'_profile': profile, '_mediatype': form})}"
    else:
        at = about.page_address() if form == HTML else f"{request.script_root}{about.address}.{_suffix(form)}"
    response = _negotiated(make_response(redirect(at, code=303)))
    for link in about.links():
        response.headers.add("Link", str(link))
    return response


def describe(about: Description, form: str, page: Callable[[], str], statements: Callable[[str], bytes]) -> Response:
    """A description, in the form that a suffix asks for, or negotiated when that is ''.

    `statements` gives the bytes of a media type.
    """
    g.links = about.links()
    if form:
        response = _data(about, form, _linkset(about) if form == LINKSET else statements(form))
        profile = "hr"
    else:
        profile, form = _profile(), _form(about)
        if profile == "alt":
            response = _alternates(about, form)
        else:
            response = make_response(page()) if form == HTML else _data(about, form, statements(form))
        response = _negotiated(response)
        response.headers["Content-Profile"] = f"<{PROFILES[profile]}>"
    for link in (*about.links(), Link(PROFILES[profile], "profile")):
        response.headers.add("Link", str(link))
    return response


def twin(name: str) -> tuple[str, str]:
    """Part a name from a suffix: the name and the media type, '' when there is no such suffix."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, SUFFIXES[suffix]) if dot and suffix in SUFFIXES else (name, "")


def as_rdf(body: bytes, media_type: str) -> Response:
    """Data as an answer that says of what type it is, and in which of its forms."""
    response = make_response(body)
    response.content_type = content_type(media_type)
    return response


def _data(about: Description, form: str, body: bytes) -> Response:
    response = as_rdf(body, form)
    response.headers["Content-Location"] = f"{request.script_root}{about.address}.{_suffix(form)}"
    return response


def _suffix(media_type: str) -> str:
    return next(name for name, media in SUFFIXES.items() if media == media_type)


def _negotiated(response: Response) -> Response:
    response.vary.update(("Accept", "Accept-Profile"))
    return response


def _form(about: Description) -> str:
    """The media type to answer with; 406 with the list when the client takes none of them."""
    asked = request.args.get("_mediatype", "").replace(" ", "+")  # a plus that a query string lost
    if asked:
        if asked not in OFFERED:
            raise CallError(f"It does not come as '{asked[:100]}'.", f"Ask for one of {', '.join(OFFERED)}.")
        return asked
    chosen = choose(request.headers.get("Accept"), OFFERED)
    if chosen is None:
        raise Unacceptable([(HTML, about.page_address()), *about.twins()])
    return chosen


def _profile() -> str:
    """The token of the profile to answer in; 406 with the list when the client takes none of them."""
    asked = request.args.get("_profile")
    if asked:
        found = next((token for token, iri in PROFILES.items() if asked in (token, iri)), None)
        if found is None:
            raise CallError(f"There is no profile '{asked[:100]}'.", f"Ask for one of {', '.join(PROFILES)}.")
        return found
    header = request.headers.get("Accept-Profile", "")
    weights = {token: _liked(header, iri) for token, iri in PROFILES.items()}
    best = max(weights, key=lambda token: weights[token])  # the first of equals
    if header and not weights[best]:
        abort(406, f"It comes in the profiles {', '.join(PROFILES.values())}.")
    return best


def _liked(header: str, profile: str) -> float:
    """The weight of a profile in an Accept-Profile header: `<iri>;q=0.5, <iri>`."""
    for iri, rest in re.findall(r"<([^<>]*)>([^,<]*)", header):
        if iri == profile:
            return weight_of(rest.partition("q=")[2] or "1")
    return 0.0


def _linkset(about: Description) -> bytes:
    """The links of a description, in the JSON of RFC 9264."""
    found: dict[str, object] = {"anchor": absolute(about.page_address())}
    for link in about.links():
        target = {"href": absolute(link.target), **({"type": link.media_type} if link.media_type else {})}
        for relation in link.relation.split():
            found.setdefault(relation, []).append(target)  # type: ignore[attr-defined]
    return json.dumps({"linkset": [found]}, indent=1).encode()


def _alternates(about: Description, form: str) -> Response:
    """In which profiles and media types a description comes: the profile `alt`."""
    here = absolute(request.script_root + about.address)
    every = [
        (token, media, f"{here}?{urlencode({'_profile': token, '_mediatype': media})}")
        for token in PROFILES
        for media in OFFERED
    ]
    if form == HTML:
        return make_response(render_template("alternates.html", about=about, every=every, profiles=PROFILES))
    thing = NamedNode(about.iri)
    triples = []
    for token, media, address in every:
        one = NamedNode(address)
        triples += [
            Triple(thing, NamedNode(f"{_ALTR}hasRepresentation"), one),
            Triple(one, NamedNode(RDF_TYPE), NamedNode(f"{_ALTR}Representation")),
            Triple(one, NamedNode(f"{_DCTERMS}format"), Literal(media)),
            Triple(one, NamedNode(f"{_DCTERMS}conformsTo"), NamedNode(PROFILES[token])),
        ]
    return as_rdf(serialize(triples, format=RdfFormat.from_media_type(form)) or b"", form)
