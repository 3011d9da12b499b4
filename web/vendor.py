"""Puts the front-end files of vendor.toml into place: `python web/vendor.py`, or `--check` to compare only.

Pages load nothing from elsewhere, so what they need lies in the package, with name, version, licence and hash.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
VENDORED = HERE / "hedgerow_web" / "static" / "vendored"


def wanted() -> list[dict[str, str]]:
    """The entries of vendor.toml."""
    files: list[dict[str, str]] = tomllib.loads((HERE / "vendor.toml").read_text("utf-8"))["file"]
    return files


def differing() -> list[str]:
    """The files that are missing, or whose hash is not the one written down, and those nobody wrote down."""
    entries = {entry["to"]: entry["sha256"] for entry in wanted()}
    there = {str(p.relative_to(VENDORED)): digest(p.read_bytes()) for p in VENDORED.rglob("*") if p.is_file()}
    return sorted(name for name in entries.keys() | there.keys() if entries.get(name) != there.get(name))


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def fetch(entry: dict[str, str]) -> bytes:
    """One file out of a package, as `npm pack` brings it."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{entry['package']}@{entry['version']}"
        packed = subprocess.run(
            ["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        with tarfile.open(Path(folder, packed)) as archive:
            member = archive.extractfile(f"package/{entry['from']}")
            if member is None:
                raise SystemExit(f"{name} holds no file {entry['from']}: correct 'from' in vendor.toml.")
            return member.read()


def main() -> int:
    """Fetch, or with --check compare; the exit code of the command."""
    if "--check" not in sys.argv:
        for entry in wanted():
            content = fetch(entry)
            if digest(content) != entry["sha256"]:
                raise SystemExit(f"{entry['to']}: the hash is {digest(content)}, not the one in vendor.toml.")
            path = VENDORED / entry["to"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in differing():
        print(f"{name}: not as written in vendor.toml. Run 'python web/vendor.py'.", file=sys.stderr)
    return 1 if differing() else 0


if __name__ == "__main__":
    sys.exit(main())
