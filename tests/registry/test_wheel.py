"""The wheel carries all that the program needs: ontology, questions, tables, labels, templates."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_ships_everything(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("hedgerow-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    for folder, name in (("ontology", "ontology"), ("queries", "queries"), ("registry/data", "data")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".ttl", ".rq", ".csv", ".md"):
                assert f"hedgerow/_shipped/{name}/{path.relative_to(ROOT / folder)}" in shipped
    for source, root in ((ROOT / "registry/hedgerow", "hedgerow"), (ROOT / "web/hedgerow_web", "hedgerow_web")):
        for path in source.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{root}/{path.relative_to(source)}" in shipped
    assert not [name for name in shipped if name.endswith(".sqlite") or "/var/" in name]
