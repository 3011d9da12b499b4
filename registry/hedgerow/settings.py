"""Every setting, read once from the environment and passed in. No module globals."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hedgerow.errors import CallError
from hedgerow.iri import DEFAULT_BASE


@dataclass(frozen=True)
class Settings:
    """Where a registry lives and what it allows. Each field names its environment variable and unit."""

    #: HEDGEROW_HOME: the one folder a running registry writes to.
    home: Path = Path("var")
    #: HEDGEROW_BASE: the IRI under which the registry's records are named; fixed by the first load.
    base: str = DEFAULT_BASE
    #: HEDGEROW_PUBLISHER: who publishes this registry, as its catalogue names them.
    publisher: str = "The Hedgerow founders"
    #: HOST: the address the site listens on.
    host: str = "127.0.0.1"
    #: PORT: the TCP port the site listens on.
    port: int = 8000
    #: HEDGEROW_WEB_PROCESSES: web processes that `serve` starts.
    web_processes: int = 2
    #: HEDGEROW_WORKERS: query workers per tier.
    workers: int = 2
    #: HEDGEROW_QUEUE: queries that may wait for a worker before the answer is 503.
    queue: int = 16
    #: HEDGEROW_QUERY_SECONDS: deadline of one query, in seconds.
    query_seconds: int = 10
    #: HEDGEROW_WORKER_MEGABYTES: address space one worker may add to the graph's, in MiB.
    worker_megabytes: int = 1024
    #: HEDGEROW_ANSWER_MEGABYTES: largest answer, in MiB.
    answer_megabytes: int = 32
    #: HEDGEROW_CACHE_MEGABYTES: answers one web process keeps of the public graph, in MiB.
    cache_megabytes: int = 64
    #: HEDGEROW_BUDGET_SECONDS: computing time the queries of one address may lately have used before the answer is 429,
    #: in seconds; what was used counts half after 30 seconds. 0: no budget.
    budget_seconds: int = 60
    #: HEDGEROW_TRUSTED_PROXY: the address of the reverse proxy whose X-Forwarded-For, -Proto and -Host are believed; no
    #: other is. Behind a proxy that is not named here all its clients share one budget.
    trusted_proxy: str = ""
    #: HEDGEROW_DEMO: 1 serves the invented examples under /demo/, 0 does not.
    demo: int = 1
    #: HEDGEROW_SITE: the site's address from outside, as https://example.org; '' takes it from each request.
    site: str = ""
    #: HEDGEROW_SECURITY_CONTACT: whom to tell of a weakness, as mailto:someone@example.org or a page; '' for nobody.
    security_contact: str = ""
    #: HEDGEROW_RESERVE_MEGABYTES: with less free on the disk of the home the registry is not ready, in MiB.
    reserve_megabytes: int = 256

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.home / "ledger.sqlite"

    @property
    def run(self) -> Path:
        """The folder of sockets, locks and progress of running processes."""
        return self.home / "run"

    @property
    def answers(self) -> Path:
        """The folder of answers of earlier days, kept for the feeds of questions; it can be thrown away."""
        return self.home / "answers"

    @property
    def progress(self) -> Path:
        """What a first load is doing now, as JSON, for the pages shown meanwhile."""
        return self.run / "progress.json"

    def socket(self, tier: str = "public") -> Path:
        """The socket of a tier's graph process."""
        return self.run / f"{tier}.sock"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment; an empty variable counts as not set."""
        base = (env.get("HEDGEROW_BASE") or cls.base).rstrip("/")
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
            raise CallError(f"HEDGEROW_BASE is '{base}'.", "Give an http or https IRI without a fragment.")
        return cls(
            home=Path(env.get("HEDGEROW_HOME") or cls.home),
            base=base,
            publisher=env.get("HEDGEROW_PUBLISHER") or cls.publisher,
            host=env.get("HOST") or cls.host,
            port=_whole(env, "PORT", cls.port, 0, 65535),
            web_processes=_whole(env, "HEDGEROW_WEB_PROCESSES", cls.web_processes, 1, 64),
            workers=_whole(env, "HEDGEROW_WORKERS", cls.workers, 1, 64),
            queue=_whole(env, "HEDGEROW_QUEUE", cls.queue, 0, 10_000),
            query_seconds=_whole(env, "HEDGEROW_QUERY_SECONDS", cls.query_seconds, 1, 3600),
            worker_megabytes=_whole(env, "HEDGEROW_WORKER_MEGABYTES", cls.worker_megabytes, 64, 1 << 20),
            answer_megabytes=_whole(env, "HEDGEROW_ANSWER_MEGABYTES", cls.answer_megabytes, 1, 4096),
            budget_seconds=_whole(env, "HEDGEROW_BUDGET_SECONDS", cls.budget_seconds, 0, 1 << 20),
            trusted_proxy=env.get("HEDGEROW_TRUSTED_PROXY") or cls.trusted_proxy,
            demo=_whole(env, "HEDGEROW_DEMO", cls.demo, 0, 1),
            cache_megabytes=_whole(env, "HEDGEROW_CACHE_MEGABYTES", cls.cache_megabytes, 0, 4096),
            site=_address(env, "HEDGEROW_SITE", ("https", "http")).rstrip("/"),
            security_contact=_address(env, "HEDGEROW_SECURITY_CONTACT", ("mailto", "https", "tel")),
            reserve_megabytes=_whole(env, "HEDGEROW_RESERVE_MEGABYTES", cls.reserve_megabytes, 0, 1 << 30),
        )


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise CallError(f"{name} is '{text}'.", f"Give a whole number from {low} to {high}.")
    return int(text)


def _address(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = env.get(name) or ""
    parts = urlsplit(text)
    whole = parts.netloc if parts.scheme in ("https", "http") else parts.path
    if text and not (parts.scheme in schemes and whole and text.isascii() and text.isprintable() and " " not in text):
        raise CallError(f"{name} is '{text}'.", f"Give an address that begins with {', '.join(schemes)}.")
    return text
