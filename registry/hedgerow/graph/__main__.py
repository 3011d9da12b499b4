"""`python -m hedgerow.graph [tier] [--recorded K,... --day D]`: one tier's graph process, in a fresh interpreter.

With a position K of the tier's chain it holds what was on record then, as it is on the day D.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date

from hedgerow.errors import HedgerowError
from hedgerow.graph.earlier import EarlierGraph
from hedgerow.graph.process import GraphProcess
from hedgerow.graph.project import today
from hedgerow.graph.worker import die_with_parent
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC


def main() -> int:
    """Run until told to stop; the exit code of the command."""
    die_with_parent()
    words = argparse.ArgumentParser(prog="python -m hedgerow.graph")
    words.add_argument("tier", nargs="?", default=PUBLIC)
    words.add_argument("--recorded", type=lambda text: [int(each) for each in text.split(",")])
    words.add_argument("--day", type=date.fromisoformat, default=today())
    given = words.parse_args()
    try:
        settings = Settings.from_env()
        if given.recorded is None:
            GraphProcess(settings, given.tier).run()
        else:
            EarlierGraph(settings, given.tier, given.recorded, given.day).run()
    except HedgerowError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
