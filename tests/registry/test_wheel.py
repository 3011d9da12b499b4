"""The wheel carries all that the program needs, and installed without a checkout it serves the same site."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import get, running_site, wait_for

ROOT = Path(__file__).parents[2]
#: Pages of every make: rendered, negotiated, computed, drawn, static.
PATHS = (
    ("/?lang=en", "text/html"),
    ("/doc/item/gallium?lang=ja&importer=KR", "text/html"),
    ("/agreements?lang=en&sector=batteries", "text/html"),
    ("/doc/agreement/jare-lynas-2011", "text/turtle"),
    ("/ns/Agreement", "application/ld+json"),
    ("/questions/exposure-to-country.json?item=gallium", "application/json"),
    ("/questions/bundle.csv", "text/csv"),
    ("/search?q=dysprosium&lang=en", "text/html"),
    ("/map/world.svg", "image/svg+xml"),
    ("/static/style.css", "text/css"),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("hedgerow-*.whl")
    return built


def test_the_wheel_ships_everything(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    for folder, name in (("ontology", "ontology"), ("queries", "queries"), ("registry/data", "data")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in (".ttl", ".rq", ".csv", ".md", ".jsonld"):
                assert f"hedgerow/_shipped/{name}/{path.relative_to(ROOT / folder)}" in shipped
    for source, root in ((ROOT / "registry/hedgerow", "hedgerow"), (ROOT / "web/hedgerow_web", "hedgerow_web")):
        for path in source.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{root}/{path.relative_to(source)}" in shipped
    assert not [name for name in shipped if name.endswith(".sqlite") or "/var/" in name]


def test_installed_without_a_checkout_it_serves_the_same_site(wheel: Path, home: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    venv.create(place, with_pip=True)
    pip = [place / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements.txt"], check=True, cwd=tmp_path)
    subprocess.run([*pip, "--no-deps", wheel], check=True, cwd=tmp_path)
    where = subprocess.run(
        [place / "bin/python", "-c", "import hedgerow, hedgerow_web; print(hedgerow.__file__, hedgerow_web.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout
    assert str(ROOT) not in where
    other = Path(shutil.copytree(home, tmp_path / "other"))
    with running_site(home) as ours, _installed_site(place, other, tmp_path) as theirs:
        for path, accept in PATHS:
            status, body = get(f"{ours}{path}", accept)
            assert status == 200, path
            # What a page says to programs names the address it was asked at.
            assert get(f"{theirs}{path}", accept) == (status, body.replace(ours, theirs)), path


@contextmanager
def _installed_site(place: Path, home: Path, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [place / "bin/hedgerow", "serve", "--port", str(port)],
        env={"HEDGEROW_HOME": str(home), "PATH": "/usr/bin:/bin"},
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: get(f"http://127.0.0.1:{port}/readyz")[0] == 200, 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)
