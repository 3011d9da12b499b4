"""The graph process of an earlier view: it holds one recorded position on one day, and never moves on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hedgerow.errors import CallError
from hedgerow.graph.process import GraphProcess
from hedgerow.graph.project import Fold, fold
from hedgerow.graph.views import name_of
from hedgerow.settings import Settings
from hedgerow.tiers import chains


class EarlierGraph(GraphProcess):
    """What the tier's graph was at a position of its chain, and of those it reads beside it, as it is on a day."""

    def __init__(self, settings: Settings, tier: str, positions: Sequence[int], day: date) -> None:
        others = [chain for chain in chains(tier) if chain != tier]
        self._until, self._on = dict(zip((tier, *others), positions, strict=True)), day
        super().__init__(settings, tier, name_of(tier, positions, day))

    def _read(self) -> tuple[Fold, date]:
        for chain, position in self._until.items():
            if position and self._ledger.end(chain, position) is None:
                raise CallError(f"The chain '{chain}' has no position {position}.", "Ask for one that is there.")
        return fold(self._ledger, self._tier, self._until), self._on

    def _follow(self) -> None:
        """The past does not change."""
