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
from hedgerow.record import Statements
from hedgerow.settings import Settings
from hedgerow_web import create_app

VIEW = View("public", Head(1, "a" * 64), date(2026, 11, 24))


@pytest.fixture(scope="session")
def web(record_store: Store) -> FlaskClient:
    """A client of the site over the shipped record."""
    app = create_app(Settings(), CachedGraph(LocalGraph.of(record_store, VIEW), 64 << 20))
    return app.test_client(use_cookies=False)


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
