"""Whatever a file or a query names is never fetched: a socket that is named everywhere hears nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import Store

from hedgerow.errors import HedgerowError
from hedgerow.graph.client import LocalGraph
from hedgerow.iri import CONTEXT, DEFAULT_BASE
from hedgerow.sources.rdf import read_rdf
from tests.web.conftest import VIEW

ITEM = f"{DEFAULT_BASE}/id/item/x"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HR = "https://w3id.org/hedgerow/ns#"


@pytest.fixture
def ear() -> Iterator[str]:
    """The address of a socket that must hear nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listener.accept()


CONTEXTS = {
    "alone": "EAR/context.jsonld",
    "in a list": [{"hr": HR}, "EAR/context.jsonld"],
    "imported": {"@version": 1.1, "@import": "EAR/context.jsonld"},
    "of a property": {"label": {"@id": f"{HR}label", "@context": "EAR/context.jsonld"}},
    "of a type, deeper": {
        "Element": {"@id": f"{HR}Element", "@context": [{"x": {"@id": "urn:x", "@context": "EAR/x"}}]}
    },
    "by a base": ["EAR/", {"@base": "EAR/"}],
    "relative to a base": [{"@base": "EAR/"}, "context.jsonld"],
    "a file": "file:///etc/hostname",
    "of the shipped name, almost": f"{CONTEXT}?",
}


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("place", ["top", "node", "graph"])
def test_no_context_is_fetched(name: str, place: str, ear: str, tmp_path: Path) -> None:
    context = json.loads(json.dumps(CONTEXTS[name]).replace("EAR", ear))
    node: dict[str, object] = {"@id": ITEM, "@type": f"{HR}Element", f"{HR}part": {"@id": f"{ITEM}#a"}}
    if place == "top":
        document: dict[str, object] = {"@context": context, **node}
    elif place == "node":
        document = {**node, f"{HR}part": {"@id": f"{ITEM}#a", "@context": context}}
    else:
        document = {"@id": ITEM, "@graph": [{"@context": context, **node}]}
    file = tmp_path / "x.jsonld"
    file.write_text(json.dumps(document), "utf-8")
    read = read_rdf(file, DEFAULT_BASE)
    assert any("is not fetched" in problem.message for problem in read.problems)
    assert read.records == []


XML = f"""<rdf:RDF xmlns:rdf="{RDF}" xmlns:hr="{HR}"><hr:Element rdf:about="{ITEM}">
<hr:note xml:lang="en">BODY</hr:note></hr:Element></rdf:RDF>"""
DOCTYPES = {
    "outside entity": '<!DOCTYPE r [<!ENTITY e SYSTEM "EAR/e">]>',
    "outside subset": '<!DOCTYPE r SYSTEM "EAR/x.dtd">',
    "public subset": '<!DOCTYPE r PUBLIC "-//X//Y" "EAR/x.dtd">',
    "parameter entity": '<!DOCTYPE r [<!ENTITY % p SYSTEM "EAR/p"> %p;]>',
    "file entity": '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    "inner entities that grow": '<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx"><!ENTITY e "&a;&a;&a;&a;">]>',
    "nothing at all": "<!DOCTYPE r>",
    "behind a comment": "<!-- x --><!DOCTYPE r>",
    "behind an instruction": '<?xml-stylesheet href="EAR/s.xsl"?><!DOCTYPE r>',
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type_is_refused_before_anything_of_it_is_read(name: str, ear: str, tmp_path: Path) -> None:
    head = DOCTYPES[name].replace("EAR", ear)
    body = "&e;" if "ENTITY e" in head else "x"
    file = tmp_path / "x.rdf"
    file.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{XML.replace("BODY", body)}', "utf-8")
    read = read_rdf(file, DEFAULT_BASE)
    assert [problem.message for problem in read.problems] == ["It has a DOCTYPE."]
    assert (read.records, read.statements) == ([], 0)
    file.write_bytes(file.read_text("utf-8").replace("UTF-8", "UTF-16").encode("utf-16"))
    assert read_rdf(file, DEFAULT_BASE).problems


def test_what_only_looks_like_a_document_type_is_no_fault_and_nothing_is_fetched(ear: str, tmp_path: Path) -> None:
    file = tmp_path / "x.rdf"
    words = f"<!-- <!DOCTYPE r SYSTEM '{ear}/x'> --><?xml-stylesheet href='{ear}/s.xsl'?>"
    inside = f"<![CDATA[<!DOCTYPE r SYSTEM '{ear}/x'>]]>"
    file.write_text(words + XML.replace("BODY", inside), "utf-8")
    read = read_rdf(file, DEFAULT_BASE)
    assert [problem.message for problem in read.problems if "DOCTYPE" in problem.message] == []
    assert read.statements == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.ttl", "@base <EAR/> . @prefix x: <EAR/p#> . <> a x:y ; <http://www.w3.org/2002/07/owl#imports> <EAR/o> ."),
        ("x.trig", "<EAR/g> { <EAR/s> <http://www.w3.org/2000/01/rdf-schema#seeAlso> <EAR/o> }"),
        ("x.nq", "<EAR/s> <EAR/p> <EAR/o> <EAR/g> ."),
    ],
)
def test_no_name_in_a_file_is_visited(name: str, text: str, ear: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text.replace("EAR", ear), "utf-8")
    assert read_rdf(file, DEFAULT_BASE).problems


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <EAR/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <EAR/> { ?s ?p ?o } }",
        "SELECT * { SERVICE<EAR/>{ ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <EAR/> { ?s ?p ?o } } }",
        "SELECT * FROM <EAR/g> { ?s ?p ?o }",
        "SELECT * FROM NAMED <EAR/g> { GRAPH ?g { ?s ?p ?o } }",
        "LOAD <EAR/g>",
        "DESCRIBE <EAR/x>",
    ],
)
def test_no_query_reaches_out(text: str, ear: str) -> None:
    with suppress(HedgerowError):  # refused, or of an empty graph
        LocalGraph.of(Store(), VIEW).query(text.replace("EAR", ear))
