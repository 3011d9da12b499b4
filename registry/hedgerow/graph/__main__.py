"""`python -m hedgerow.graph [tier]`: one tier's graph process, in a fresh interpreter."""

from __future__ import annotations

import sys

from hedgerow.errors import HedgerowError
from hedgerow.graph.process import GraphProcess
from hedgerow.graph.worker import die_with_parent
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC


def main() -> int:
    """Run until told to stop; the exit code of the command."""
    die_with_parent()
    try:
        GraphProcess(Settings.from_env(), sys.argv[1] if len(sys.argv) > 1 else PUBLIC).run()
    except HedgerowError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
