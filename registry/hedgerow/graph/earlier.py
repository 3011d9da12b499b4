"""The graph process of an earlier view: it holds one recorded position on one day, and never moves on."""

from __future__ import annotations

from datetime import date

from hedgerow.graph.process import GraphProcess
from hedgerow.graph.project import Fold, fold
from hedgerow.graph.recorded import moment
from hedgerow.graph.views import name_of
from hedgerow.settings import Settings


class EarlierGraph(GraphProcess):
    """What the tier's graph was at a position of its chain, as it is on a day."""

    def __init__(self, settings: Settings, tier: str, position: int, day: date) -> None:
        self._position, self._on = position, day
        super().__init__(settings, tier, name_of(tier, position, day))

    def _read(self) -> tuple[Fold, date]:
        until = moment(self._ledger, self._tier, str(self._position)).until
        return fold(self._ledger, self._tier, until), self._on

    def _follow(self) -> None:
        """The past does not change."""
