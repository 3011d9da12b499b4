"""What the clients ask, and how what they are told is compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.request import Request, urlopen

from rdflib import BNode, Graph, URIRef
from rdflib import Literal as Text

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE, HR

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
NICKEL = f"{DEFAULT_BASE}/id/item/nickel"
PREFIXES = f"PREFIX hr: <{HR}>\nPREFIX rdfs: <{RDFS}>\n"

#: Every shape of a cell: addresses, two languages, decimals, whole numbers, and one that stays empty.
ROWS = f"""{PREFIXES}
SELECT ?share ?item ?name ?year ?value ?day WHERE {{
  ?share a hr:ProductionShare ; hr:item ?item ; hr:year ?year .
  ?item rdfs:label ?name .
  OPTIONAL {{ ?share hr:hasQuantity/hr:numericValue ?value }}
  OPTIONAL {{ ?item hr:startsOn/hr:dateAsStated ?day }}
  FILTER(?item = <{NICKEL}>)
}} ORDER BY ?share ?name"""
ASK = f"{PREFIXES}ASK {{ <{NICKEL}> a hr:Material }}"
#: True of the record's own graph alone; that it is a material follows, and stands in the graph of what follows.
ASK_OWN = f"{PREFIXES}ASK {{ <{NICKEL}> a hr:Element }}"
ASK_NOT = f"{PREFIXES}ASK {{ <{NICKEL}> a hr:Agreement }}"
CONSTRUCT = f"{PREFIXES}CONSTRUCT WHERE {{ <{NICKEL}> ?p ?o }}"
DESCRIBE = f"DESCRIBE <{NICKEL}>"
#: Longer than any deadline here, of the shape people write by mistake.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BROKEN = "SELECT ?x WHERE {\n  ?x a hr:Item\n}"

#: What a second decoding, a lost space or another alphabet would change, as it stands in a query and as it is meant.
AWKWARD = {
    "percent": ("100%25 of 100%", "100%25 of 100%"),
    "plus": ("a+b c%2Bd", "a+b c%2Bd"),
    "ampersand": ("a&b=c;d&amp;#x41;", "a&b=c;d&amp;#x41;"),
    "question": ("query=ASK{}&format=csv#end?", "query=ASK{}&format=csv#end?"),
    "kanji": ("希土類の備蓄", "希土類の備蓄"),
    "combining": ("か\u3099 e\u0301", "か\u3099 e\u0301"),
    "emoji": ("🪨👩🏽‍🔬🇯🇵", "🪨👩🏽‍🔬🇯🇵"),
    "lines": ("first\\nsecond\\r\\n\\tthird", "first\nsecond\r\n\tthird"),
    "quotes": ("\\\"double\\\" and 'single'", "\"double\" and 'single'"),
    "slashes": ("C:\\\\temp\\\\%7Euser", "C:\\temp\\%7Euser"),
    "markup": ("<b>&lt;</b>]]>", "<b>&lt;</b>]]>"),
}
#: The same with the line breaks standing in the query itself.
LONG_TEXT = 'SELECT ("""one\n  two+%25&\n三""" AS ?said)\n# 100%25 & a comment + emoji 🪨\n{}'
LONG_SAID = "one\n  two+%25&\n三"

Row = dict[str, str]


def saying(name: str) -> str:
    """A query whose one answer is an awkward text."""
    return f'SELECT ("{AWKWARD[name][0]}" AS ?said) {{}}'


def rows(results: Mapping[str, Any]) -> list[Row]:
    """Bindings of SPARQL JSON as N-Triples terms, which keeps language, datatype and the exact digits."""
    return [{name: term(cell) for name, cell in row.items()} for row in results["results"]["bindings"]]


def term(cell: Mapping[str, str]) -> str:
    """One cell of SPARQL JSON as N-Triples."""
    if cell["type"] == "uri":
        return URIRef(cell["value"]).n3()
    if cell["type"] == "bnode":
        return BNode(cell["value"]).n3()
    datatype = cell.get("datatype")
    return lexical(cell["value"], cell.get("xml:lang"), datatype)


def lexical(value: str, language: str | None, datatype: str | None) -> str:
    """A literal as N-Triples with the digits it came with; xsd:string is the same as none."""
    if datatype == "http://www.w3.org/2001/XMLSchema#string":
        datatype = None
    kind = URIRef(datatype) if datatype and not language else None
    return Text(value, lang=language, datatype=kind, normalize=False)._quote_encode() + (
        f"@{language}" if language else f"^^<{datatype}>" if kind else ""
    )


def told(graph: LocalGraph, query: str) -> list[Row]:
    """The rows the record itself gives, asked in this process."""
    return rows(json.loads(graph.query(query).body))


def same(one: Iterable[Row], other: Iterable[Row]) -> bool:
    """Whether two tables hold the same rows as often, in any order."""
    return Counter(map(_key, one)) == Counter(map(_key, other))


def _key(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.items()))


def statements(graph: LocalGraph, query: str) -> Graph:
    """The statements the record itself gives, asked in this process."""
    return Graph().parse(data=graph.query(query, triples="application/n-triples").body, format="nt")


def read(url: str, accept: str) -> str:
    """The text at an address."""
    with urlopen(Request(url, headers={"Accept": accept}), timeout=30) as answer:
        return str(answer.read().decode())
