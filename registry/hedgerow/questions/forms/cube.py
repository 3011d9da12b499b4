"""An answer as an RDF Data Cube (W3C Recommendation, 2014): one observation a row, in Turtle.

A column of figures is a measure; a figure that is not known is `NaN`, as in SDMX, never a zero and never left out, for
every observation of a cube has all its measures. Any other column that is filled in every row is a dimension, and so
is the place of the row, by which no two observations are the same. What is not filled everywhere, and what holds
several things, is an attribute, which may be missing. An answer without figures measures that its rows are there.
The properties are those of the question; which of them are dimensions is said by the structure of each answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from hedgerow import codes
from hedgerow.iri import CODE, HR, RDF_TYPE, RDFS_LABEL, XSD, code, unit_slug
from hedgerow.questions.header import Column
from hedgerow.tiers import dataset

if TYPE_CHECKING:
    from hedgerow.questions.answer import Answer, Cell

QB = "http://purl.org/linked-data/cube#"
_PREFIXES = {
    "qb": QB,
    "hr": HR,
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "xsd": XSD,
}
_TYPE = NamedNode(RDF_TYPE)
_LABEL = NamedNode(RDFS_LABEL)
_DATATYPES = {"string": "string", "date": "date", "boolean": "boolean", "integer": "integer"}
#: A year says when, not how much.
_YEAR = re.compile(r"year\Z", re.IGNORECASE)
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_ROW = Column("row", "integer", None, {"en": "Row", "ja": "行"})
_COUNT = Column("rowCount", "integer", None, {"en": "Number of rows", "ja": "行数"})
_UNKNOWN = {
    "en": "NaN: not known, or not applicable. It is never a zero.",
    "ja": "NaNは不明または該当なしを示し、ゼロを意味しません。",
}

DIMENSION, MEASURE, ATTRIBUTE = "dimension", "measure", "attribute"


def write(answer: Answer) -> str:
    """The cube in Turtle; the same answer gives the same text."""
    cube = _Cube(answer)
    body = serialize(cube.statements(), format=RdfFormat.TURTLE, prefixes={**_PREFIXES, **cube.prefixes()})
    assert body is not None
    return body.decode()


def name(short: str) -> NamedNode:
    """A word of a vocabulary by its prefix, as `qb:DataSet`."""
    prefix, _, word = short.partition(":")
    return NamedNode(_PREFIXES[prefix] + word)


class _Cube:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        place = dataset(str(answer.footing["registry"]), str(answer.footing["tier"]))
        self._question = f"{place}/questions/{answer.question.name}"
        self._set = NamedNode(f"{self._question}{answer.query}")
        labels = {f"{column.name}Label" for column in answer.columns if column.type in ("iri", "code")}
        shown = [column for column in answer.columns if column.name not in labels and column.name != "records"]
        self._roles = {DIMENSION: [_ROW], MEASURE: [], ATTRIBUTE: []}
        for column in shown:
            self._roles[self._role(column)].append(column)
        if not self._roles[MEASURE]:
            self._roles[MEASURE].append(_COUNT)

    def _role(self, column: Column) -> str:
        if column.type in ("decimal", "integer") and not _YEAR.search(column.name):
            return MEASURE
        filled = all(row[column.name] not in (None, "") for row in self._answer.rows)
        return DIMENSION if filled and column.type != "iris" else ATTRIBUTE

    def _part(self, word: str) -> NamedNode:
        return NamedNode(f"{self._set.value}#{word}")

    def _property(self, column: Column) -> NamedNode:
        return NamedNode(f"{self._question}#{column.name}")

    def prefixes(self) -> dict[str, str]:
        """Those of the parts of this answer, and of the columns of the question."""
        return {"answer": f"{self._set.value}#", "column": f"{self._question}#"}

    def statements(self) -> Iterator[Triple]:
        """Everything that is said: the data set, its structure, its observations, and what they name."""
        yield from self._about()
        yield from self._structure()
        for role, columns in self._roles.items():
            for column in columns:
                yield from self._described(role, column)
        for number, row in enumerate(self._answer.rows, start=1):
            yield from self._observation(number, row)
        yield from self._named()

    def _about(self) -> Iterator[Triple]:
        answer, footing = self._answer, self._answer.footing
        yield Triple(self._set, _TYPE, name("qb:DataSet"))
        yield from _in_languages(self._set, name("dcterms:title"), answer.question.title)
        said = {"dcterms:description": ("assumptions", "coverage", "missing")}
        for word, parts in said.items():
            for part in parts:
                if footing[part]:
                    yield Triple(self._set, name(word), Literal(str(footing[part]), language=answer.language))
        yield Triple(self._set, name("dcterms:license"), NamedNode(str(footing["licence"])))
        yield Triple(self._set, name("dcterms:identifier"), Literal(str(footing["id"])))
        yield Triple(self._set, name("dcterms:date"), _literal(footing["asOf"], "date"))
        yield Triple(self._set, name("owl:versionInfo"), Literal(str(footing["version"])))
        whole = dataset(str(footing["registry"]), str(footing["tier"]))
        yield Triple(self._set, name("prov:wasDerivedFrom"), NamedNode(whole))
        if answer.site:
            yield Triple(self._set, name("dcterms:source"), NamedNode(answer.address))
        if answer.invented:
            yield Triple(self._set, name("hr:evidence"), NamedNode(code("evidence", "synthetic")))
        yield Triple(self._set, name("qb:structure"), self._part("structure"))

    def _structure(self) -> Iterator[Triple]:
        structure = self._part("structure")
        yield Triple(structure, _TYPE, name("qb:DataStructureDefinition"))
        every = [(role, column) for role, columns in self._roles.items() for column in columns]
        for _, column in every:
            yield Triple(structure, name("qb:component"), self._part(f"component-{column.name}"))
        for number, (role, column) in enumerate(every, start=1):
            component = self._part(f"component-{column.name}")
            yield Triple(component, _TYPE, name("qb:ComponentSpecification"))
            yield Triple(component, name(f"qb:{role}"), self._property(column))
            yield Triple(component, name("qb:order"), _literal(number, "integer"))
            if role == ATTRIBUTE:
                yield Triple(component, name("qb:componentRequired"), _literal(False, "boolean"))

    def _described(self, role: str, column: Column) -> Iterator[Triple]:
        told = self._property(column)
        yield Triple(told, _TYPE, name(f"qb:{role.capitalize()}Property"))
        yield from _in_languages(told, _LABEL, column.label)
        if role == MEASURE:
            yield from _in_languages(told, name("rdfs:comment"), _UNKNOWN)
            if column.unit:
                unit = code("unit", unit_slug(column.unit))
                known = NamedNode(unit) if unit in codes.known_codes() else Literal(column.unit)
                yield Triple(told, name("sdmx-attribute:unitMeasure"), known)
        elif scheme := self._scheme(column):
            yield Triple(told, name("rdfs:range"), name("skos:Concept"))
            yield Triple(told, _TYPE, name("qb:CodedProperty"))
            yield Triple(told, name("qb:codeList"), NamedNode(scheme))
        else:
            datatype = _DATATYPES.get(column.type)
            yield Triple(told, name("rdfs:range"), name(f"xsd:{datatype}" if datatype else "rdfs:Resource"))

    def _scheme(self, column: Column) -> str:
        """The code list that all values of a column are from; '' where there is no such list."""
        if column.type != "code":
            return ""
        schemes = {str(row[column.name]).rpartition("/")[0] for row in self._answer.rows if row[column.name]}
        return schemes.pop() if len(schemes) == 1 and next(iter(schemes)).startswith(CODE) else ""

    def _observation(self, number: int, row: Mapping[str, Cell]) -> Iterator[Triple]:
        told = self._part(f"row-{number}")
        yield Triple(told, _TYPE, name("qb:Observation"))
        yield Triple(told, name("qb:dataSet"), self._set)
        filled = {**row, _ROW.name: number, _COUNT.name: 1}
        for role, columns in self._roles.items():
            for column in columns:
                value = filled[column.name]
                if value not in (None, ""):
                    for term in _terms(value, column):
                        yield Triple(told, self._property(column), term)
                elif role == MEASURE:
                    yield Triple(told, self._property(column), _literal("NaN", "double"))
        for record in self._answer.records(row):
            yield Triple(told, name("prov:wasDerivedFrom"), NamedNode(record))

    def _named(self) -> Iterator[Triple]:
        """What the things are called that observations name, in which list the codes are, and where records stand."""
        language, names = self._answer.language, dict(self._answer.names)
        schemes: set[str] = set()
        for column in self._answer.columns:
            if column.type not in ("iri", "code"):
                continue
            rows = (row for row in self._answer.rows if row[column.name])
            found = {str(row[column.name]): str(row[f"{column.name}Label"]) for row in rows}
            names |= found
            if scheme := self._scheme(column):
                schemes.add(scheme)
                yield from _codes(found, scheme, language)
        for scheme in sorted(schemes):
            yield Triple(NamedNode(scheme), _TYPE, name("skos:ConceptScheme"))
        for record, sources in self._answer.evidence.items():
            for source in sources:
                yield Triple(NamedNode(record), name("hr:statedIn"), NamedNode(source))
        names |= {iri: source.title for iri, source in self._answer.sources.items() if source.title}
        for iri, label in sorted(names.items()):
            if label != iri:
                yield Triple(NamedNode(iri), _LABEL, _label(label, language))


def _codes(found: Mapping[str, str], scheme: str, language: str) -> Iterator[Triple]:
    for iri, label in sorted(found.items()):
        yield Triple(NamedNode(iri), _TYPE, name("skos:Concept"))
        yield Triple(NamedNode(iri), name("skos:inScheme"), NamedNode(scheme))
        yield Triple(NamedNode(iri), name("skos:prefLabel"), _label(label, language))


def _label(text: str, language: str) -> Literal:
    """What a thing is called. Where it has no name in the language it has another: then none is said."""
    return Literal(text, language=language) if (language == "ja") == bool(_JAPANESE.search(text)) else Literal(text)


def _in_languages(subject: NamedNode, word: NamedNode, texts: object) -> Iterator[Triple]:
    assert isinstance(texts, dict)
    for language, text in texts.items():
        yield Triple(subject, word, Literal(text, language=language))


def _terms(value: Cell, column: Column) -> list[NamedNode | Literal]:
    if column.type in ("iri", "code"):
        return [NamedNode(str(value))]
    if column.type == "iris":
        return [NamedNode(iri) for iri in dict.fromkeys(str(value).split())]
    return [_literal(value, column.type)]


def _literal(value: object, kind: str) -> Literal:
    if isinstance(value, bool):
        value = "true" if value else "false"
    if kind == "decimal":
        value = f"{Decimal(repr(value)):f}"  # as few digits as name the number, never with an exponent
    return Literal(str(value), datatype=NamedNode(XSD + kind))
