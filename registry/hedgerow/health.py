"""Whether a registry is fit to serve: what its graph holds, how far that is behind the ledger, the room on its disk."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass

from hedgerow.errors import Unavailable
from hedgerow.graph.client import Graph
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings

_MIB = 1 << 20
#: How soon to look again while the disk is full, in seconds.
FULL_RETRY_SECONDS = 60


@dataclass(frozen=True)
class Health:
    """The state of one tier. `behind`: events of the ledger that the graph does not hold yet."""

    tier: str
    version: str
    position: int
    day: str
    quads: int
    records: int
    behind: int
    #: Room on the disk of the home, in MiB.
    free_megabytes: int

    def facts(self) -> dict[str, object]:
        """The same by name."""
        return asdict(self)


def examine(settings: Settings, graph: Graph) -> Health:
    """The state of a tier. Raises GraphNotReady while its graph does not answer."""
    status = graph.status()
    head = int(status["position"])
    if settings.ledger.exists():
        with Ledger(settings.ledger, settings.base) as ledger:
            head = ledger.head(graph.tier).position
    folder = next(path for path in (settings.home, *settings.home.absolute().parents) if path.is_dir())
    return Health(
        tier=str(status["tier"]),
        version=str(status["version"]),
        position=int(status["position"]),
        day=str(status["day"]),
        quads=int(status["quads"]),
        records=int(status["records"]),
        behind=max(0, head - int(status["position"])),
        free_megabytes=shutil.disk_usage(folder).free // _MIB,
    )


def insist(settings: Settings, graph: Graph) -> Health:
    """The state of a tier that is fit to serve. Raises Unavailable saying why it is not."""
    health = examine(settings, graph)
    if health.free_megabytes < settings.reserve_megabytes:
        raise Unavailable(
            f"The disk of the home has {health.free_megabytes} MiB left, less than {settings.reserve_megabytes} MiB.",
            "Free space; HEDGEROW_RESERVE_MEGABYTES sets how much must be left.",
            retry_after=FULL_RETRY_SECONDS,
        )
    return health
