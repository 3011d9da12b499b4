"""Every name that the registry or the ontology mints leads to a page and to data about what it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse
from werkzeug.test import TestResponse

from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import build_store, describe_view
from hedgerow.iri import CODE, CONTEXT, DEFAULT_BASE, EXAMPLE_QUERIES, HR, ONTOLOGY_GRAPH, SHAPES, VOCABULARY, record_of
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated
from hedgerow.tiers import DEMO, PUBLIC, dataset
from hedgerow_web import create_app
from hedgerow_web.pages.graphs import GRAPHS
from tests.conftest import as_recorded
from tests.web.conftest import DEMO_VIEW, VIEW, pool

PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"
#: Named in the reasoner's own store and nowhere else.
INNER = f"{VOCABULARY}reasoned"


class World:
    """The site over stores that say what they are, and what these name."""

    def __init__(self, public: Store, demo: Store) -> None:
        self.stores = {"": public, "/demo": demo}
        self.app: Flask = create_app(
            Settings(),
            CachedGraph(LocalGraph.of(public, VIEW), 64 << 20),
            CachedGraph(LocalGraph.of(demo, DEMO_VIEW), 64 << 20),
        )
        self.client: FlaskClient = self.app.test_client(use_cookies=False)
        self.names = {root: {name for quad in store for name in names_in(quad)} for root, store in self.stores.items()}

    def follow(self, path: str, accept: str) -> TestResponse:
        for _ in range(4):
            response = self.client.get(path, headers={"Accept": accept})
            if response.status_code not in (303, 308):
                break
            path = response.headers["Location"].partition("#")[0]
        assert (response.status_code, response.mimetype) == (200, accept.partition(",")[0]), path
        return response


def names_in(quad: Quad) -> Iterator[str]:
    for node in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(node, NamedNode) and node.value.startswith(VOCABULARY):
            yield node.value


@pytest.fixture(scope="module")
def world(curated: Curated, invented: list[Record]) -> World:
    public = build_store(as_recorded(curated.records), DEFAULT_BASE)
    demo = build_store(as_recorded([*curated.records, *invented, pool()]), DEFAULT_BASE)
    describe_view(public, VIEW, DEFAULT_BASE)
    describe_view(demo, DEMO_VIEW, DEFAULT_BASE)
    return World(public, demo)


def led_to(iri: str) -> str:
    """Where the redirects of the namespaces and of the base lead, within a site."""
    document = iri.partition("#")[0]
    for start in (DEFAULT_BASE, VOCABULARY.rstrip("/")):
        if document.startswith(start):
            return document.removeprefix(start) or "/"
    raise AssertionError(iri)


def kind_of(iri: str) -> str:
    """What a name is a name of: one of each is followed the whole way."""
    steps = led_to(iri).strip("/").split("/")
    length = steps.index("id") + 2 if "id" in steps else 2 if steps[0] == "graph" else 1
    return "/".join(steps[:length])


@pytest.mark.parametrize("root", ["", "/demo"])
def test_every_name_has_an_address_by_its_redirect_and_on_the_site(root: str, world: World) -> None:
    names = world.names[root]
    assert len(names) > 15_000
    # Versions of records are positions of the ledger so far: nothing mints them.
    assert not [iri for iri in names if "/v/" in iri]
    # The demonstration is a site of its own, mounted under the name that its own records have already.
    mounted = dataset(DEFAULT_BASE, DEMO)
    adapter = world.app.url_map.bind("localhost")
    with world.app.test_request_context("/"):
        here = world.app.extensions["hedgerow"]
        for iri in names:
            adapter.match(led_to(iri).removeprefix("/demo" if iri.startswith(mounted) else "") or "/")
            if not iri.startswith(mounted):
                adapter.match(str(here.href(iri)).partition("#")[0])


@pytest.mark.parametrize("root", ["", "/demo"])
def test_what_is_named_is_described_in_the_document_of_its_name(root: str, world: World) -> None:
    described: dict[str, set[str]] = defaultdict(set)
    for quad in world.stores[root]:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
            described[quad.graph_name.value].add(quad.subject.value)
    for iri in world.names[root]:
        if "/id/" in iri:
            assert iri in described[record_of(iri)], iri
        elif iri.startswith(CODE):
            assert iri in described[CODE + iri.removeprefix(CODE).partition("/")[0]], iri
    terms = {iri for iri in world.names[root] if iri.startswith(HR)}
    assert terms <= subjects(world.follow(f"{root}/ns", "text/turtle"))


@pytest.mark.parametrize("root", ["", "/demo"])
def test_one_name_of_each_kind_the_whole_way(root: str, world: World) -> None:
    chosen: dict[str, str] = {}
    own = {f"{DEFAULT_BASE}/graph/{name}" for name in GRAPHS} | {DEFAULT_BASE}
    whole = kind_of(dataset(DEFAULT_BASE, DEMO if root else PUBLIC))
    for iri in sorted(world.names[root] - (world.names[""] - own if root else set())):
        if "#" in iri or kind_of(iri) not in chosen:  # where there are parts, one: it leads to its whole
            chosen[kind_of(iri)] = iri
    assert {*(f"graph/{name}" for name in GRAPHS), whole} <= chosen.keys()
    assert ({"demo/id/exchange-pool"} if root else {"ns", "code", "id/item"}) <= chosen.keys()
    for iri in chosen.values():
        path = root + (led_to(iri).removeprefix(root if iri.startswith(f"{DEFAULT_BASE}/demo") else "") or "/")
        if EXAMPLE_QUERIES not in iri:  # a document for programs: people find each question as a page
            page = world.follow(path, PAGE)
            assert "<h1" in page.text, iri
        told = world.follow(path, "text/turtle")
        if "/graph/" in iri:
            # Of a graph, its statements; that it is the one is said by the links.
            assert told.data.strip(), iri
            assert f'<{iri}>; rel="cite-as"' in told.headers.getlist("Link")
        else:
            assert iri in mentioned(told), iri
    world.follow(f"{root}{led_to(CONTEXT)}", "application/ld+json")


def test_so_does_what_the_files_of_the_ontology_name(world: World) -> None:
    names = {
        name
        for path in ONTOLOGY.rglob("*.ttl")
        for quad in parse(path=path, format=RdfFormat.TURTLE)
        for name in names_in(quad)
        if not name.startswith((f"{DEFAULT_BASE}/", INNER))
    }
    documents: dict[str, set[str]] = defaultdict(set)
    for iri in names:
        documents[led_to(iri)].add(iri)
    assert {"/ns", "/shapes", "/align/prov", "/code/stage/refining"} <= documents.keys()

    @cache
    def told(path: str) -> set[str]:
        return mentioned(world.follow(path, "text/turtle"))

    shown = set()
    for path, inside in documents.items():
        # A code has the same statements in the document of its list.
        assert inside <= told(path if not path.startswith("/code/") else "/".join(path.split("/")[:3])), path
        if kind_of(f"{VOCABULARY}{path[1:]}") not in shown or path.startswith(("/ns/", "/align")):
            shown.add(kind_of(f"{VOCABULARY}{path[1:]}"))
            world.follow(path, PAGE)
    assert any(iri.startswith(SHAPES) for iri in names)
    assert told("/ns") >= {iri for iri in names if iri.startswith(HR)}
    assert ONTOLOGY_GRAPH not in names or ONTOLOGY_GRAPH in told("/ns")


def subjects(response: TestResponse) -> set[str]:
    return {q.subject.value for q in parse(response.data, format=RdfFormat.TURTLE) if isinstance(q.subject, NamedNode)}


def mentioned(response: TestResponse) -> set[str]:
    return {name for quad in parse(response.data, format=RdfFormat.TURTLE) for name in names_in(quad)}
