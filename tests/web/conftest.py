"""The site over a store built in this process: the shipped record, and a little hostile world."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Store

from hedgerow import record
from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import View, build_store
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Head
from hedgerow.record import Record, Statements
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated
from hedgerow_web import create_app

VIEW = View("public", Head(1, "a" * 64), date(2026, 11, 24))
DEMO_VIEW = View("demo", Head(1, "b" * 64), date(2026, 11, 24), (("public", VIEW.head),))


@pytest.fixture(scope="session")
def web(record_store: Store, curated: Curated, invented: list[Record]) -> FlaskClient:
    """A client of the site over the shipped record; its demonstration also has a pool made up here."""
    seen = [*curated.records, *invented, pool()]
    store = build_store((made.canonical for made in seen), DEFAULT_BASE)
    graphs = [LocalGraph.of(record_store, VIEW), LocalGraph.of(store, DEMO_VIEW)]
    app = create_app(Settings(), *[CachedGraph(graph, 64 << 20) for graph in graphs])
    return app.test_client(use_cookies=False)


def pool() -> Record:
    """An invented record of a kind that has neither list nor page of its own, with parts within parts."""
    out = Statements(f"{DEFAULT_BASE}/demo/id/exchange-pool/two-way")
    out.type(out.iri, "Organization")
    out.label("Two-way pool (invented)", "en")
    out.add(out.iri, "hasParty", f"{DEFAULT_BASE}/demo/id/party/kanto-motors")
    out.add(out.iri, "concerns", f"{DEFAULT_BASE}/id/item/ndpr-oxide")
    out.code(out.iri, "evidence", "evidence", "synthetic")
    rule, term = out.part("rule"), out.part("term")
    out.add(out.iri, "hasProvision", rule)
    out.type(rule, "Provision")
    out.code(rule, "termKind", "term-kind", "emergency-trigger")
    out.add(rule, "sourceText", record.text("When three of five members say so", "en"))
    out.add(rule, "hasUndisclosedTerm", term)
    out.type(term, "UndisclosedTerm")
    out.add(term, "note", record.text("Nobody has said how much", "en"))
    # A circle of parts must not hang the page.
    out.add(term, "hasProvision", rule)
    return out.done()


@pytest.fixture
def hostile() -> FlaskClient:
    """A client of a site whose one party tries to break out of the page."""
    out = Statements(f"{DEFAULT_BASE}/id/party/evil")
    out.type(out.iri, "Company")
    out.label("<script>alert(1)</script> & Co", "en")
    out.add(out.iri, "note", record.text("javascript:alert(1)", "en"))
    out.add(out.iri, "sourceText", record.text("\"'><img src=x onerror=alert(1)>", "en"))
    out.code(out.iri, "evidence", "evidence", "unverified")
    store = build_store([out.done().canonical], DEFAULT_BASE)
    return create_app(Settings(), LocalGraph.of(store, VIEW)).test_client()


@pytest.fixture
def unbuilt(tmp_path: Path) -> FlaskClient:
    """A client of a site without a graph process."""
    return create_app(Settings(home=tmp_path)).test_client()
