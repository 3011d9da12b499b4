"""Backup and restore: a copy of the ledger that proves itself against its chains before it is called one.

A backup is a folder: the ledger as one file, and a manifest with its hash and the end of every chain. It is taken
while others write. A restore is whole or leaves the home as it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hedgerow.anchor import Anchor, sync
from hedgerow.errors import InputError, LedgerDamaged
from hedgerow.ledger import Head, Ledger
from hedgerow.verify import examine

LEDGER, MANIFEST = "ledger.sqlite", "manifest.json"
FORMAT = "1"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `heads`: by chain, the position and hash of its end."""

    format: str
    base: str
    sha256: str
    heads: Mapping[str, Mapping[str, object]]


def backup(ledger: Ledger, base: str, folder: Path) -> Mapping[str, Head]:
    """Write a backup into a new or empty folder and prove it; returns the end of each chain.

    Raises InputError when the folder holds files, NotWritten when the disk refuses, LedgerDamaged when the ledger is
    not whole: a damaged ledger must not be what the next restore brings back. Then nothing of it stays behind.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty.", "Name a new one for each backup.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LEDGER
    try:
        ledger.copy_to(path)
        heads = _proven(path, base)
        sync(path)
        # The manifest comes last: without it a folder is no backup.
        (folder / MANIFEST).write_bytes(_canonical(Manifest(FORMAT, base, _digest(path), _ends(heads))))
        sync(folder / MANIFEST)
    except BaseException:
        for left in folder.iterdir():
            left.unlink()
        raise
    sync(folder)
    sync(folder.parent)
    return heads


def restore(folder: Path, target: Path, base: str) -> Mapping[str, Head]:
    """Put the ledger of a backup in place at `target`; returns the end of each chain.

    Raises InputError when there is a ledger already or the folder is no backup, LedgerDamaged when the backup does
    not prove itself against its manifest and its chains. The anchor of a lost ledger is replaced by the backup's ends.
    """
    for path in (target, target.with_name(f"{target.name}-wal")):
        # SQLite would play the log of a ledger that was moved away into the restored one.
        if path.exists():
            raise InputError(f"There is a ledger at {path} already.", "Move it away, or name an empty home.")
    manifest = _manifest(folder)
    source = folder / LEDGER
    if not source.exists() or _digest(source) != manifest.sha256:
        raise LedgerDamaged(f"{source} is not the file its manifest names.", "Use another backup.")
    if manifest.base != base:
        raise InputError(
            f"The backup names its records under {manifest.base}, but HEDGEROW_BASE is {base}.",
            "Set HEDGEROW_BASE to the first.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=target.parent) as scratch:
        copy = Path(scratch) / LEDGER
        shutil.copyfile(source, copy)
        heads = _proven(copy, base)
        if _ends(heads) != manifest.heads:
            raise LedgerDamaged(f"The chains of {source} do not end where its manifest says.", "Use another backup.")
        sync(copy)
        # The anchor first: cut off in between, the restore can be done again, and nothing is taken for damage.
        anchor = Anchor(target.with_suffix(".anchor"))
        anchor.replace({tier: (head.position, head.hash) for tier, head in heads.items()})
        copy.replace(target)
    sync(target.parent)
    return heads


def _proven(path: Path, base: str) -> dict[str, Head]:
    """The ends of the chains of a ledger that is whole. Raises LedgerDamaged naming what is not."""
    with Ledger(path, base) as copy:
        for damage in examine(copy):
            raise LedgerDamaged(
                f"{path}: {damage}", "Use another backup; 'hedgerow verify' names all damage of a home."
            )
        heads = {tier: copy.head(tier) for tier in copy.tiers()}
        copy.settle()
    return heads


def _ends(heads: Mapping[str, Head]) -> dict[str, dict[str, object]]:
    return {tier: asdict(head) for tier, head in heads.items()}


def _canonical(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), indent=1).encode()


def _manifest(folder: Path) -> Manifest:
    """The manifest of a backup; not a byte of it may differ from what `backup` writes."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = Manifest(**json.loads(content))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.", "Name the folder of a backup.") from None
    except (ValueError, TypeError):
        raise InputError(f"{path} is not a manifest of a backup.", "Use another backup.") from None
    if manifest.format != FORMAT:
        raise InputError(
            f"{path} has the format {manifest.format}; this program reads {FORMAT}.", "Use another backup."
        )
    if _canonical(manifest) != content:
        raise InputError(f"{path} is not as it was written.", "Use another backup.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
