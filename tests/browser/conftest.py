"""One running site over the shipped record for all tests in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import copy_home, get, running_site, wait_for


@pytest.fixture(scope="session")
def site(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site."""
    home = copy_home(loaded_home, tmp_path_factory.mktemp("browser"))
    with running_site(home, {"HEDGEROW_WEB_PROCESSES": "1"}) as url:
        wait_for(lambda: get(f"{url}/demo/readyz")[0] == 200, 90)
        yield url
