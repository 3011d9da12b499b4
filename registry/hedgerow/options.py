"""Options that several groups of commands share."""

from __future__ import annotations

from collections.abc import Callable

import click

from hedgerow.errors import CallError
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC, TIERS


def of_tier(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says whose graph a command is about."""
    say = "public: the record; demo: with what is invented for demonstration."
    return click.option("--tier", type=click.Choice(TIERS), default=PUBLIC, show_default=True, help=say)(command)


def of_recorded(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says of which state of the record a command is."""
    say = "What was on record then: a position of the tier's chain, a day or an instant. Default: all there is."
    return click.option("--recorded", default="", metavar="POSITION|DAY|INSTANT", help=say)(command)


def offered(settings: Settings, tier: str) -> None:
    """Raise CallError when a registry does not have that tier."""
    if tier == DEMO and not settings.demo:
        raise CallError("The demonstration tier is off (HEDGEROW_DEMO is 0).", "Set HEDGEROW_DEMO to 1.")
