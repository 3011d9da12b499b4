from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Store

from hedgerow import health
from hedgerow.errors import Unavailable
from hedgerow.graph.client import LocalGraph
from hedgerow.health import examine, insist
from hedgerow.ledger import Draft, Ledger
from hedgerow.settings import Settings
from hedgerow_web import create_app
from tests.web.conftest import VIEW


def test_a_registry_says_how_far_its_graph_is_behind(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    drafts = [Draft(f"{settings.base}/id/item/{name}", "assert", "curated", b"", 0) for name in ("tin", "zinc", "lead")]
    with Ledger(settings.ledger, settings.base) as ledger:
        ledger.append("public", drafts)
        ledger.append("demo", [Draft(f"{settings.base}/demo/id/item/tin", "assert", "curated", b"", 0)])
    # The view of the tests holds the first event of its chain.
    found = examine(settings, LocalGraph.of(Store(), VIEW, records=1))
    assert (found.tier, found.position, found.records, found.behind) == ("public", 1, 1, 2)
    assert found.free_megabytes > 0
    assert examine(settings, LocalGraph(settings)).behind == 0


def test_a_registry_without_a_home_yet_is_not_behind(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "not" / "there")
    assert examine(settings, LocalGraph.of(Store(), VIEW)).behind == 0
    assert not settings.home.exists()


def test_a_full_disk_is_said_before_it_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 100 << 20

    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: Usage)
    graph = LocalGraph.of(Store(), VIEW)
    settings = Settings(home=tmp_path, reserve_megabytes=101, demo=0)
    with pytest.raises(Unavailable, match="100 MiB left, less than 101 MiB"):
        insist(settings, graph)
    answer = create_app(settings, graph).test_client().get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "HEDGEROW_RESERVE_MEGABYTES" in answer.json["remedy"]  # type: ignore[index]
    enough = create_app(Settings(home=tmp_path, reserve_megabytes=100, demo=0), graph).test_client()
    answer = enough.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ready"  # type: ignore[index]
    assert {"version", "behind", "free_megabytes"} <= set(answer.json)  # type: ignore[arg-type]
    # Alive is alive, whatever the disk.
    assert create_app(settings, graph).test_client().get("/healthz").status_code == 200
