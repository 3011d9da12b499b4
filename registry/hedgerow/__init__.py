"""Hedgerow: a registry of critical-material agreements as a knowledge graph.

`hedgerow.ask("reserve-gap", country="JP")` asks a question; `hedgerow.errors` are the errors it raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedgerow.library import ask
    from hedgerow.questions import Answer

__version__ = "0.1.0"
__all__ = ["Answer", "__version__", "ask"]


def __getattr__(name: str) -> object:
    """What asking needs is loaded by who asks: the import alone stays fast."""
    if name == "ask":
        from hedgerow.library import ask

        return ask
    if name == "Answer":
        from hedgerow.questions import Answer

        return Answer
    raise AttributeError(f"module 'hedgerow' has no attribute '{name}'")
