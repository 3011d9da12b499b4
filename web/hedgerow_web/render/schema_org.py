"""A record in the words of schema.org, where it has a fitting one: a block of JSON-LD for search engines. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgerow.exchange.schema_org import CONTEXT, Block

if TYPE_CHECKING:
    from hedgerow_web.pages.thing import Thing

#: Kind of record: the type, and the term of ours whose web address is the thing's own elsewhere.
_TYPES = {
    "country": ("Country", ""),
    "facility": ("Place", ""),
    "party": ("Organization", "website"),
    "source": ("CreativeWork", "url"),
}


def record(thing: Thing, kind: str, page: str) -> Block | None:
    """The block of a record whose page is at that address, or None where schema.org has no word for its kind."""
    if kind not in _TYPES:
        return None
    type_, elsewhere = _TYPES[kind]
    told: Block = {
        "@context": CONTEXT,
        "@type": type_,
        "@id": thing.iri,
        "name": [{"@value": label.text, "@language": label.language or "und"} for label in thing.labels()],
        "mainEntityOfPage": page,
    }
    address = thing.one(elsewhere) if elsewhere else ""
    if address.startswith(("https://", "http://")):
        told["url"] = address
    for place in thing.parts("hasLocation")[:1]:
        latitude, longitude = place.one("latitude"), place.one("longitude")
        if latitude and longitude:
            told["geo"] = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    return told
