"""One graph process and one site for the whole folder: its tests run in one process, in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .engine import Endpoint, endpoint


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The endpoint; each test loads what it needs."""
    with endpoint(tmp_path_factory.mktemp("conformance") / "home") as running:
        yield running
