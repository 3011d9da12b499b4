"""The page of one agreement."""

from __future__ import annotations

from flask import render_template

from hedgerow_web.pages.lists import BY_KIND, rows_of
from hedgerow_web.pages.thing import read_thing
from hedgerow_web.site import site

#: The terms of an agreement, and of a provision, that their page shows in a place of their own.
_SHOWN = frozenset({
    "agreementKind", "beneficiaryBasis", "benefits", "bindingForce", "concerns", "endsOn", "hasFinding",
    "hasParticipation", "hasParty", "hasProvision", "hasUndisclosedTerm", "inForceNote", "inSector", "legalStatus",
    "note", "partOfFrame", "publicConfidence", "replaces", "signedOn", "startsOn", "statusAsOf", "summary",
})  # fmt: skip
_SHOWN_OF_PROVISION = frozenset({
    "covers", "disclosure", "evidence", "firmness", "hasQuantity", "hasWithheldValue", "note", "quantityKind",
    "sourceText", "statedIn", "statedUnit", "statedValue", "termKind",
})  # fmt: skip


def page(iri: str) -> str:
    """The page of one agreement."""
    thing = read_thing(iri)
    row = rows_of(BY_KIND["agreement"], thing=f"<{iri}>")[0]
    findings = {f.one("element").rpartition("/")[2]: f for f in thing.parts("hasFinding")}
    undisclosed = thing.parts("hasUndisclosedTerm")
    return render_template(
        "agreement.html",
        thing=thing,
        in_force=row["inForce"].text,
        why=row["why"].text if "why" in row else "",
        replaced_by=_replaced_by(iri),
        findings=[findings[name] for name in ("offtake", "quality-audit", "service-level") if name in findings],
        provisions=sorted(thing.parts("hasProvision"), key=lambda part: part.one("termKind")),
        stated_absent=[part for part in undisclosed if part.one("absenceBasis").endswith("/stated")],
        not_found=[part for part in undisclosed if part.one("absenceBasis").endswith("/not-found")],
        beyond=[term for term in thing.facts() if term not in _SHOWN],
        shown_of_provision=_SHOWN_OF_PROVISION,
        mentions=thing.mentions(),
        kinds=[c for c in thing.types() if c in ("BundledAgreement", "OfftakeAgreement", "MutualExchangeAgreement")],
    )


def _replaced_by(iri: str) -> list[tuple[str, str]]:
    later = [row["later"].text for row in site().rows("replaced-by", {"agreement": [f"<{iri}>"]})]
    names = site().labels(later)
    return [(other, names.get(other, other)) for other in later]
