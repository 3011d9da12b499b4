from __future__ import annotations

from pathlib import Path

import pytest

from hedgerow.errors import CallError
from hedgerow.settings import Settings


def test_every_setting_has_a_default_and_an_environment_name() -> None:
    assert Settings.from_env({}) == Settings()
    changed = Settings.from_env(
        {"HEDGEROW_HOME": "/x", "PORT": "0", "HOST": "::1", "HEDGEROW_BASE": "https://a.example/"}
    )
    assert (changed.home, changed.port, changed.host, changed.base) == (Path("/x"), 0, "::1", "https://a.example")
    named = Settings.from_env(
        {"HEDGEROW_SITE": "https://a.example/", "HEDGEROW_SECURITY_CONTACT": "mailto:someone@a.example"}
    )
    assert (named.site, named.security_contact) == ("https://a.example", "mailto:someone@a.example")
    assert changed.socket("demo") == Path("/x/run/demo.sock")


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "http"},
        {"PORT": "70000"},
        {"HEDGEROW_WORKERS": "0"},
        {"HEDGEROW_BASE": "example"},
        {"PORT": "-1"},
        {"HEDGEROW_SITE": "hedgerow.example"},
        {"HEDGEROW_SITE": "https:///x"},
        {"HEDGEROW_SITE": "mailto:x@hedgerow.example"},
        {"HEDGEROW_SECURITY_CONTACT": "x@hedgerow.example"},
        {"HEDGEROW_SECURITY_CONTACT": "mailto:"},
        {"HEDGEROW_SECURITY_CONTACT": "https://hedgerow.example/\nContact: mailto:evil@hedgerow.example"},
        {"HEDGEROW_RESERVE_MEGABYTES": "some"},
    ],
)
def test_a_setting_that_makes_no_sense_is_named(env: dict[str, str]) -> None:
    with pytest.raises(CallError, match=next(iter(env))):
        Settings.from_env(env)
