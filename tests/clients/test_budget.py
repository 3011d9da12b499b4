"""An address that has computed more than its share waits, and clients that know how come back by themselves."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from SPARQLWrapper import JSON, SPARQLWrapper

from tests.clients import asked
from tests.conftest import running_site

pytestmark = pytest.mark.xdist_group("clients")


@pytest.fixture
def endpoint(home: Path) -> Iterator[str]:
    """An endpoint that gives an address one second of computing."""
    env = {"HEDGEROW_WEB_PROCESSES": "1", "HEDGEROW_DEMO": "0", "HEDGEROW_BUDGET_SECONDS": "1"}
    with running_site(home, env) as url:
        yield f"{url}/sparql"


def use_up(wrapper: SPARQLWrapper) -> None:
    """Ask a little more each time, never the same, until it is too much."""
    for number in range(500):
        wrapper.setQuery(f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o . ?s a ?t }} # {number}")
        wrapper.query()


def test_who_used_too_much_is_told_when_to_come_back(endpoint: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setReturnFormat(JSON)
    wrapper.addParameter("timeout", "1")
    wrapper.setQuery(asked.ENDLESS)
    with pytest.raises(HTTPError, match="504"):
        wrapper.query()
    with pytest.raises(HTTPError) as raised:
        use_up(wrapper)
    assert raised.value.code == 429
    # Power Query repeats a request after these seconds, if they are a number and no date, and 120 at most.
    assert 0 < int(raised.value.headers["Retry-After"]) <= 120
    assert json.load(raised.value)["remedy"]
    # curl --retry waits as long as the answer says.
    done = subprocess.run(
        ["curl", "-sf", "--retry", "3", "-G", endpoint, "--data-urlencode", f"query={asked.ASK}",
         "-w", "%{stderr}%{http_code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["boolean"] is True
    assert done.stderr.endswith("200")
