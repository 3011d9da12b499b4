"""What the registry tells programs of itself: the figures are right, the catalogue is valid, every example runs."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse
from rdflib import Graph as Rdf
from rdflib import Namespace

from hedgerow.cli import main
from hedgerow.errors import Busy
from hedgerow.exchange import catalogue, examples, service, void
from hedgerow.exchange.description import FORMS, PLACEHOLDER, Description, name
from hedgerow.exchange.entries import read
from hedgerow.graph.client import LocalGraph, Reply
from hedgerow.graph.guard import MAX_QUERY_BYTES
from hedgerow.graph.project import View
from hedgerow.iri import CODE, DEFAULT_BASE, ONTOLOGY_GRAPH, RDF_TYPE, XSD
from hedgerow.ledger import GENESIS, Head
from hedgerow.paths import ONTOLOGY
from hedgerow.questions import HISTORY, load_questions
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC
from tests.conftest import RECORDS

SITE = "https://registry.example"
SH = Namespace("http://www.w3.org/ns/shacl#")
DESCRIBE: dict[str, Callable[..., Description]] = {
    "catalogue": catalogue.describe,
    "void": void.describe,
    "service": service.describe,
    "examples": examples.describe,
}
#: What DCAT-AP recommends and this catalogue does not say, because there is nothing true to say.
UNSAID = {
    ("#founders", "http://purl.org/dc/terms/type"),
    ("#publisher", "http://purl.org/dc/terms/type"),
    ("/ns", "http://purl.org/dc/terms/temporal"),
}


@pytest.fixture(scope="module")
def public(demo_home: Path) -> LocalGraph:
    """The public record as a graph; the home holds what is invented too."""
    return LocalGraph(Settings(home=demo_home), PUBLIC)


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> LocalGraph:
    """The public record with what is invented."""
    return LocalGraph(Settings(home=demo_home), DEMO)


def statements(graph: LocalGraph) -> set[Triple]:
    """The statements as somebody sees them who looks in no graph in particular."""
    reply = graph.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", triples="application/n-triples")
    return {quad.triple for quad in parse(reply.body, format=RdfFormat.N_TRIPLES)}


def number(told: Description, subject: NamedNode, term: str) -> int:
    (value,) = told.values(subject, term)
    return int(value.value)


def partitions(told: Description, whole: NamedNode, term: str, of: str) -> dict[str, NamedNode]:
    parts = [part for part in told.values(whole, term) if isinstance(part, NamedNode)]
    found = {value.value: part for part in parts for value in told.values(part, of)}
    assert len(found) == len(parts), "two partitions have one name"
    return found


def test_the_figures_are_those_of_a_count_by_hand(public: LocalGraph) -> None:
    told = void.describe(public, Settings(), SITE)
    whole, held = NamedNode(DEFAULT_BASE), statements(public)
    # No statement stands in two graphs, so that the union the endpoint sees has as many as there are quads.
    assert number(told, whole, "void:triples") == len(held) == public.status()["quads"]
    subjects = {t.subject for t in held}
    assert number(told, whole, "void:distinctSubjects") == len(subjects)
    assert number(told, whole, "void:distinctObjects") == len({t.object for t in held})
    own = [s for s in subjects if isinstance(s, NamedNode) and s.value.startswith(f"{DEFAULT_BASE}/id/")]
    assert number(told, whole, "void:entities") == len(own)

    kinds: dict[object, set[str]] = defaultdict(set)
    for t in held:
        if t.predicate.value == RDF_TYPE:
            kinds[t.subject].add(t.object.value)  # type: ignore[union-attr]
    entities = Counter(kind for of in kinds.values() for kind in of)
    properties = Counter(t.predicate.value for t in held)
    of_class: Counter[tuple[str, str]] = Counter()
    of_value: Counter[tuple[str, str, str]] = Counter()
    for t in held:
        values = [t.object.datatype.value] if isinstance(t.object, Literal) else sorted(kinds[t.object])
        for kind in kinds[t.subject]:
            of_class[kind, t.predicate.value] += 1
            of_value.update((kind, t.predicate.value, value) for value in values)

    classes = partitions(told, whole, "void:classPartition", "void:class")
    assert {kind: number(told, part, "void:entities") for kind, part in classes.items()} == entities
    assert number(told, whole, "void:classes") == len(entities) > 60
    found = partitions(told, whole, "void:propertyPartition", "void:property")
    assert {term: number(told, part, "void:triples") for term, part in found.items()} == properties
    assert number(told, whole, "void:properties") == len(properties)
    assert sum(number(told, part, "void:distinctSubjects") for part in found.values()) == len(
        {(t.subject, t.predicate) for t in held}
    )
    assert sum(number(told, part, "void:distinctObjects") for part in found.values()) == len(
        {(t.object, t.predicate) for t in held}
    )
    told_of_class, told_of_value = {}, {}
    for kind, part in classes.items():
        for term, inner in partitions(told, part, "void:propertyPartition", "void:property").items():
            told_of_class[kind, term] = number(told, inner, "void:triples")
            values_told = {
                **partitions(told, inner, "void:classPartition", "void:class"),
                **partitions(told, inner, "void-ext:datatypePartition", "void-ext:datatype"),
            }
            for value, leaf in values_told.items():
                told_of_value[kind, term, value] = number(told, leaf, "void:triples")
    assert told_of_class == of_class
    assert told_of_value == of_value


def test_the_editors_that_complete_by_void_find_what_they_ask(public: LocalGraph) -> None:
    # The query by which the SPARQL editor of the Swiss Institute of Bioinformatics learns what follows a class.
    store = Store()
    store.extend(parse(void.describe(public, Settings(), SITE).serialised("text/turtle"), format=RdfFormat.TURTLE))
    rows = store.query(
        """PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#>
        SELECT DISTINCT ?class ?property ?kind ?datatype WHERE {
          ?part void:class ?class ; void:propertyPartition ?inner . ?inner void:property ?property .
          OPTIONAL { { ?inner void:classPartition [ void:class ?kind ] }
                     UNION { ?inner void-ext:datatypePartition [ void-ext:datatype ?datatype ] } } }"""
    )
    hr = "https://w3id.org/hedgerow/ns#"
    found = {tuple(getattr(term, "value", None) for term in row) for row in rows}  # type: ignore[union-attr]
    assert (f"{hr}Agreement", f"{hr}hasParty", f"{hr}Party", None) in found
    assert (f"{hr}TradeFlow", f"{hr}year", None, f"{XSD}integer") in found


def test_classes_are_counted_in_batches_however_many_things_they_have(
    public: LocalGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = void.describe(public, Settings(), SITE)
    asked: list[str] = []
    query = public.query
    monkeypatch.setattr(public, "query", lambda text, **more: asked.append(text) or query(text, **more))
    monkeypatch.setattr(void, "BATCH", 2_000)
    assert void.describe(public, Settings(), SITE).triples == whole.triples
    assert len(asked) > 16


def test_figures_of_two_versions_are_never_mixed(public: LocalGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    query, moves = public.query, iter(["a", "b", *["c"] * 100])

    def moving(text: str, **more: str) -> Reply:
        reply = query(text, **more)
        return Reply(reply.media_type, reply.body, next(moves), 0)

    monkeypatch.setattr(public, "query", moving)
    assert void.count(public, DEFAULT_BASE).version == "c"
    versions = iter(range(10_000))
    monkeypatch.setattr(public, "query", lambda t, **m: Reply("", query(t, **m).body, str(next(versions)), 0))
    with pytest.raises(Busy):
        void.count(public, DEFAULT_BASE)


def test_the_service_says_what_it_is_and_allows(public: LocalGraph, demo: LocalGraph) -> None:
    settings = Settings(query_seconds=7, worker_megabytes=300)
    told = service.describe(public, settings, SITE)
    endpoint = NamedNode(f"{SITE}/sparql")
    assert told.values(endpoint, "sd:endpoint") == [endpoint]
    assert told.values(endpoint, "sd:feature") == [name("sd:UnionDefaultGraph")]
    assert len(told.values(endpoint, "sd:resultFormat")) == 10
    limits = {
        told.values(each, "schema:propertyID")[0].value: number(told, each, "schema:value")
        for each in told.values(endpoint, "schema:additionalProperty")
        if isinstance(each, NamedNode)
    }
    assert limits == service.limits(settings)
    assert (limits["seconds"], limits["memory"], limits["bytes"]) == (7, 300, MAX_QUERY_BYTES)
    names = {
        told.values(graph, "sd:name")[0].value
        for graph in told.values(told.part("dataset"), "sd:namedGraph")
        if isinstance(graph, NamedNode)
    }
    reply = public.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    there = {row["g"]["value"] for row in json.loads(reply.body)["results"]["bindings"]}
    records = {graph for graph in there if graph.startswith(f"{DEFAULT_BASE}/id/")}
    assert there - records == names
    assert {ONTOLOGY_GRAPH, f"{CODE}stage", f"{DEFAULT_BASE}/graph/computed"} < names
    assert number(told, told.part("records"), "void:entities") == len(records) == RECORDS
    spaces = [v.value for v in service.describe(demo, settings, f"{SITE}/demo").values(
        NamedNode(f"{SITE}/demo/sparql#records"), "void:uriSpace")]  # fmt: skip
    assert spaces == [f"{DEFAULT_BASE}/demo/id/", f"{DEFAULT_BASE}/id/"]


@pytest.mark.parametrize("tier", [PUBLIC, DEMO])
def test_every_example_parses_with_its_prefixes_and_answers(tier: str, public: LocalGraph, demo: LocalGraph) -> None:
    graph = {PUBLIC: public, DEMO: demo}[tier]
    told = examples.describe(graph, Settings(), SITE)
    declared = [part for part in told.values(told.part("prefixes"), "sh:declare") if isinstance(part, NamedNode)]
    head = "".join(
        f"PREFIX {told.values(each, 'sh:prefix')[0].value}: <{told.values(each, 'sh:namespace')[0].value}>\n"
        for each in declared
    )
    assert len(declared) > 10
    for question in (each for each in load_questions().values() if each.over != HISTORY):
        each = told.part(question.name)
        assert set(told.values(each, "a")) == {name("sh:SPARQLExecutable"), name("sh:SPARQLSelectExecutable")}
        assert set(told.texts(each, "rdfs:comment")) == {"en", "ja"}
        assert told.values(each, "schema:target") == [NamedNode(f"{SITE}/sparql")]
        (query,) = told.values(each, "sh:select")
        # SHACL puts the declared prefixes before the text; it must also run as it stands.
        for text in (query.value, head + query.value):
            results = json.loads(graph.query(text).body)
            assert set(results["head"]["vars"]) >= {column.name for column in question.columns}
            some = bool(results["results"]["bindings"])
            assert some or question.name == "contradicting-sources" or (tier == PUBLIC and question.missing)


@pytest.mark.parametrize("document", DESCRIBE)
def test_the_command_prints_what_the_site_serves(document: str, demo_home: Path, public: LocalGraph) -> None:
    def call(*words: str) -> Result:
        return CliRunner().invoke(main, ["describe", *words], env={"HEDGEROW_HOME": str(demo_home)})

    told = call(document, "--format", "nt", "--site", SITE)
    assert told.exit_code == 0
    assert told.stdout_bytes == DESCRIBE[document](public, Settings(), SITE).serialised(FORMS["nt"])
    if document == "service":  # which is quick
        assert "http://127.0.0.1:8000/demo/sparql" in call(document, "--tier", "demo").stdout
        refused = call(document, "--site", "javascript:alert(1)")
        assert refused.exit_code == 2
        assert "--site is 'javascript:alert(1)'." in refused.stderr


@cache
def shapes() -> Rdf:
    return Rdf().parse(ONTOLOGY / "shapes/catalogue/dcat-ap.ttl", format="turtle")


def breaches(turtle: bytes) -> set[tuple[str, str, str]]:
    """What the shapes of DCAT-AP find: severity, the end of the thing's name, the property."""
    data = Rdf().parse(data=turtle, format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(), inference="none")
    assert isinstance(report, Rdf)
    return {
        (
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            re.sub(r".*(?=[#/])", "", str(report.value(result, SH.focusNode))),
            str(report.value(result, SH.resultPath)),
        )
        for result in report.objects(None, SH.result)
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("tier", [PUBLIC, DEMO])
def test_the_catalogue_is_valid_dcat_ap(tier: str, public: LocalGraph, demo: LocalGraph) -> None:
    told = catalogue.describe({PUBLIC: public, DEMO: demo}[tier], Settings(), SITE)
    assert breaches(told.serialised("text/turtle")) == {("Warning", *unsaid) for unsaid in UNSAID}


CATALOGUE, RECORD, SERVICE, QUERIED = "catalog", "", "catalog#sparql", "catalog#by-query"
#: Of a thing, a property taken out (None) or given another value, and what the shapes must say.
FAULTS: dict[str, tuple[str, str, object, str]] = {
    "a catalogue without a title": (CATALOGUE, "dcterms:title", None, "Violation"),
    "a catalogue without a publisher": (CATALOGUE, "dcterms:publisher", None, "Violation"),
    "a publisher that is no agent": (CATALOGUE, "dcterms:publisher", NamedNode(DEFAULT_BASE), "Violation"),
    "a language of no list": (CATALOGUE, "dcterms:language", NamedNode("https://example.org/English"), "Violation"),
    "no day of publication": (CATALOGUE, "dcterms:issued", None, "Warning"),
    "no theme taxonomy": (CATALOGUE, "dcat:themeTaxonomy", None, "Warning"),
    "a date in words": (RECORD, "dcterms:modified", Literal("yesterday"), "Violation"),
    "a data set without a description": (RECORD, "dcterms:description", None, "Violation"),
    "a title that is a thing": (RECORD, "dcterms:title", NamedNode(DEFAULT_BASE), "Violation"),
    "a distribution that is none": (RECORD, "dcat:distribution", NamedNode("https://example.org/file"), "Violation"),
    "a frequency of one's own": (RECORD, "dcterms:accrualPeriodicity", NamedNode("https://example.org/x"), "Violation"),
    "nobody to write to": (RECORD, "dcat:contactPoint", None, "Warning"),
    "no theme": (RECORD, "dcat:theme", None, "Warning"),
    "a service without an address": (SERVICE, "dcat:endpointURL", None, "Violation"),
    "a service that serves nothing": (SERVICE, "dcat:servesDataset", None, "Warning"),
    "a distribution without an address": (QUERIED, "dcat:accessURL", None, "Violation"),
    "a distribution without a licence": (QUERIED, "dcterms:license", None, "Warning"),
    "a size in words": (QUERIED, "dcat:byteSize", Literal("large"), "Violation"),
    "a format of no list": (QUERIED, "dcterms:format", NamedNode("https://example.org/format"), "Violation"),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_is_caught(fault: str, public: LocalGraph) -> None:
    place, term, value, severity = FAULTS[fault]
    told = catalogue.describe(public, Settings(), SITE)
    subject = NamedNode(f"{DEFAULT_BASE}/{place}" if place else DEFAULT_BASE)
    assert told.values(subject, term) or term == "dcat:byteSize"
    told.triples -= {t for t in told.triples if t.subject == subject and t.predicate == name(term)}
    if isinstance(value, NamedNode | Literal):
        told.add(subject, term, value)
    end = re.sub(r".*(?=[#/])", "", subject.value)
    assert (severity, end, name(term).value) in breaches(told.serialised("text/turtle"))


@pytest.mark.parametrize("document", DESCRIBE)
def test_a_document_is_whole_in_every_form_and_names_nobody_elses_place(
    document: str, public: LocalGraph, demo: LocalGraph
) -> None:
    base = "https://registry.example/data"
    for graph, site in ((public, SITE), (demo, f"{SITE}/demo")):
        told = DESCRIBE[document](graph, Settings(base=base), site)
        assert told.version == graph.status()["version"]
        for media_type in FORMS.values():
            body = told.serialised(media_type)
            form = RdfFormat.from_media_type(media_type)
            assert {quad.triple for quad in parse(body, format=form)} == told.triples
            assert PLACEHOLDER.encode() not in body
            assert told.serialised(media_type) == body
        mine = [t.subject for t in told.triples if isinstance(t.subject, NamedNode)]
        assert len(mine) == len(told.triples), "a blank node has no name"
        # What the registry names itself has its base; only the partitions count a graph that was built with another.
        assert not [s for s in mine if s.value.startswith(DEFAULT_BASE) and document != "void"]


@pytest.mark.parametrize("document", DESCRIBE)
def test_nothing_public_tells_of_what_is_invented(document: str, public: LocalGraph, demo: LocalGraph) -> None:
    body = DESCRIBE[document](public, Settings(), SITE).serialised("application/n-triples").decode()
    assert "/demo" not in body
    assert "emonstration" not in body
    # Only the code list of evidence knows the word, as one of its values.
    assert "synthetic" not in body
    invented = DESCRIBE[document](demo, Settings(), f"{SITE}/demo")
    assert "/demo" in invented.serialised("application/n-triples").decode()
    if document in ("catalogue", "void"):
        entry = NamedNode(f"{DEFAULT_BASE}/demo")
        assert invented.values(entry, "hr:evidence") == [NamedNode(f"{CODE}evidence/synthetic")]
        assert all(
            "(synthetic)" in title or "架空" in title for title in invented.texts(entry, "dcterms:title").values()
        )


def test_the_catalogue_dates_the_record_by_its_events(public: LocalGraph, demo_home: Path) -> None:
    entry = read(catalogue.describe(public, Settings(home=demo_home, publisher="Office of Minerals"), SITE), "ja")
    record, ontology = entry.entries
    assert entry.publisher == record.publisher == "Office of Minerals"
    assert record.version == public.status()["version"]
    assert record.issued
    assert record.issued <= record.modified <= str(public.status()["day"])
    assert record.period == ("1974-11-18", "2040-12-31")
    assert record.title == "重要物資協定の公開記録"
    assert [way.media_type for way in ontology.distributions] == [
        "application/ld+json",
        "application/n-triples",
        "application/rdf+xml",
        "text/turtle",
    ]


def test_an_empty_record_has_a_catalogue_too() -> None:
    empty = LocalGraph.of(Store(), View(PUBLIC, Head(0, GENESIS), date(2026, 11, 24)))
    assert read(catalogue.describe(empty, Settings(), SITE), "en").entries[0].period is None
    told = void.describe(empty, Settings(), SITE)
    assert number(told, NamedNode(DEFAULT_BASE), "void:triples") == 0
