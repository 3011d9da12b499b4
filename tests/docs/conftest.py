"""A running site for the guides that are followed word for word; they name it by `ADDRESS`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import copy_home, running_site

#: The address of the guides, in whose place the tests put that of the site.
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="package")
def site(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site."""
    home = copy_home(loaded_home, tmp_path_factory.mktemp("guide"))
    with running_site(home, {"HEDGEROW_WEB_PROCESSES": "1", "HEDGEROW_DEMO": "0"}) as url:
        yield url
