"""The JSON-LD context, made from the ontology: the words of JSON for its classes and properties.

`@vocab` is not set, so that a misspelt key is no statement: `hedgerow add` refuses it, others drop it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from hedgerow.errors import InputError
from hedgerow.iri import CODE, HR, XSD
from hedgerow.ontology.files import OWL, RDF, RDFS, SKOS, Ontology

#: The file the context is written to, in the ontology's folder.
NAME = "context.jsonld"
_PREFIXES: Mapping[str, str] = {
    "hr": HR,
    "code": CODE,
    "rdfs": RDFS,
    "skos": SKOS,
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": XSD,
}
#: Words of others that records and descriptions use; texts in languages are maps, as {"en": ..., "ja": ...}.
_TEXTS: Mapping[str, object] = {
    "label": {"@id": "rdfs:label", "@container": "@language"},
    "definition": {"@id": "skos:definition", "@container": "@language"},
    "license": {"@id": "dcterms:license", "@type": "@id"},
}


def context(ontology: Ontology) -> str:
    """The text of the context file. Raises InputError when two things would have one word."""
    values: dict[tuple[str, str], list[str]] = {}
    for triple in ontology.triples():
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            values.setdefault((triple.subject.value, triple.predicate.value), []).append(triple.object.value)
    words: dict[str, object] = {"@version": 1.1, **_PREFIXES, "id": "@id", "type": "@type", **_TEXTS}
    for iri in sorted(ontology.classes) + sorted(ontology.properties):
        word = iri.removeprefix(HR)
        if word in words:
            raise InputError(f"The word '{word}' of the context has two meanings.", f"Rename the term hr:{word}.")
        kinds, ranges, notes = (values.get((iri, p), []) for p in (RDF + "type", RDFS + "range", RDFS + "seeAlso"))
        words[word] = _entry(word, kinds, ranges, notes)
    versions = [version for (_, p), found in values.items() if p == OWL + "versionInfo" for version in found]
    newest = json.dumps(max(versions, key=_number, default=""))
    # One word a line: a diff shows the words that changed.
    lines = ",\n".join(f"    {json.dumps(word)}: {json.dumps(meant)}" for word, meant in words.items())
    return f'{{\n  "version": {newest},\n  "@context": {{\n{lines}\n  }}\n}}\n'


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _entry(word: str, kinds: list[str], ranges: list[str], notes: list[str]) -> object:
    name = f"hr:{word}"
    if OWL + "ObjectProperty" in kinds or any(note.startswith(CODE) for note in notes):
        return {"@id": name, "@type": "@id"}
    datatypes = [r for r in ranges if r.startswith(XSD) and r != XSD + "string"]  # A text may have a language.
    if datatypes:
        return {"@id": name, "@type": "xsd:" + datatypes[0].removeprefix(XSD)}
    return name
