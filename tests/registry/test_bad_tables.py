"""Bad tables through `hedgerow load`: told with file, row, column and remedy, exit code 1, the ledger untouched.

What each reader says of a cell is tested in test_tables.py; here the faults are told by the command, many at once,
and those that stop a table from being read at all.
"""

from __future__ import annotations

import csv
import ctypes
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgerow.settings import Settings
from tests.conftest import edit

NICKEL = "JP,AU,nickel,750210,2024,2024,0.5636,value,27184,t,gross,493167370,exact,cepii-baci-202601"


def load(home: Path, tables: Path, before: Callable[[], None] | None = None) -> tuple[int, str]:
    """Run the command and hold the ledger against what it was, byte for byte."""
    ledger = Settings(home=home).ledger
    files = [path for path in (ledger, ledger.with_suffix(".anchor")) if path.exists()]
    assert ledger in files
    held = [path.read_bytes() for path in files]
    result = subprocess.run(
        [sys.executable, "-m", "hedgerow", "load", str(tables)],
        env={"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=before,
    )
    assert [path.read_bytes() for path in files] == held
    assert result.stderr == ""
    return result.returncode, result.stdout


def must_say(output: str, *patterns: str) -> None:
    told = [line for line in output.splitlines() if line.startswith("✗")]
    for pattern in patterns:
        assert any(re.search(pattern, line) for line in told), (pattern, told)
    assert re.search(r"Nothing was written: \d+ things? must be corrected first\.", output)


def test_faults_of_cells_are_all_told_in_one_run(home: Path, tables: Path) -> None:
    with (tables / "trade.csv").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    row = dict(zip(columns, [*NICKEL.split(","), ""], strict=True))
    faults = {
        "material_id": ("nikel", "There is no item 'nikel'. Did you mean 'nickel'"),
        "exporter": ("XQ", "There is no country 'XQ'"),
        "source_id": ("cepii", "There is no source 'cepii'"),
        "match": ("exakt", "'exakt' is not in the code list 'code-match'. Did you mean 'exact'"),
        "unit": ("bushel", "'bushel' is not in the code list 'unit'"),
        "content_basis": ("net", "'net' is not in the code list 'mass-basis'"),
        "quantity": ("-1", "-1 is negative. Give zero or more"),
        "value_usd": ("9" * 30, "'9+' is out of range. Use at most 18 digits"),
        "share": ("1.5", "1.5 is above 1. Give a number from 0 to 1"),
        "year": ("20x4", "'20x4' is not a year"),
    }  # fmt: skip
    forms = {
        "1,5": "not a plain decimal number. Write digits with a dot", "１２": "not a plain decimal", "1e5": "not a plain decimal",
        "+5": "not a plain decimal", "many": "not a plain decimal", "0x1F": "not a plain decimal", "1_000": "not a plain decimal",
        ".5": "not a plain decimal", "5.": "not a plain decimal", "NaN": "not a plain decimal", "0" * 200: "out of range",
        "0." + "3" * 19: "out of range",
    }  # fmt: skip
    said = []
    number = len((tables / "trade.csv").read_text("utf-8").splitlines())
    with (tables / "trade.csv").open("a", encoding="utf-8") as file:
        cases = [(column, value, says) for column, (value, says) in faults.items()]
        cases += [("quantity", value, says) for value, says in forms.items()]
        for at, (column, value, says) in enumerate(cases, start=number + 1):
            cells = row | {"period": f"2031-{at}", column: value}
            file.write(",".join(f'"{cell}"' for cell in cells.values()) + "\n")
            said.append(f"trade.csv, row {at}, {column}: .*{says}")
    edit(tables / "agreements.csv", "2026-03-10,2026-03,2038", "2026-02-30,2026-03,2021")
    edit(tables / "agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jarre,buyer")
    code, output = load(home, tables)
    assert code == 1
    assert f"{len(said) + 3} things must be corrected first" in output
    must_say(
        output,
        *said,
        r"agreements.csv, row \d+, signed_date: '2026-02-30' is not a date",
        r"agreements.csv, row \d+, end_date: It ends \(2021\) before it begins \(2026-03\)",
        "agreement_parties.csv, row 2, organisation_id: There is no party 'jarre'",
    )


def test_dates_and_bounds_in_the_wrong_order_are_told_in_every_table(home: Path, tables: Path) -> None:
    for name, columns in {
        "export_controls.csv": {"start_date": "2023", "date_precision": "day", "end_date": "2022"},
        "incentives.csv": {"start_date": "2023", "end_date": "2022-12"},
        "stockpiles.csv": {"target_days": "60", "target_days_max": "30"},
        "composition.csv": {"quantity_min": "2", "quantity_max": "1"},
        "agreement_terms.csv": {"disclosure": "disclosed", "value_low": "5", "value_high": "4", "unit_code": "t"},
    }.items():
        set_cells(tables / name, 2, columns)
    set_cells(tables / "export_controls.csv", 3, {"suspended_from": "2025-05", "suspended_to": "2025-04"})
    code, output = load(home, tables)
    assert code == 1
    must_say(
        output,
        r"export_controls.csv, row 2, end_date: It ends \(2022\) before it begins \(2023\)",
        r"export_controls.csv, row 3, suspended_to: It ends \(2025-04\) before it begins \(2025-05\)",
        r"incentives.csv, row 2, end_date: It ends \(2022-12\) before",
        "stockpiles.csv, row 2, target_days_max: 30 is below the lower bound 60",
        "composition.csv, row 2, quantity_max: 1 is below the lower bound 2",
        "agreement_terms.csv, row 2, value_high: 4 is below the lower bound 5",
    )


def set_cells(path: Path, number: int, cells: dict[str, str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for column, value in cells.items():
        rows[number - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_names_that_no_record_could_have_are_told_and_do_not_stop_the_reading(home: Path, tables: Path) -> None:
    set_cells(tables / "countries.csv", 2, {"id": "A <D>"})
    set_cells(tables / "agreements.csv", 2, {"beneficiary_countries": "A <D>"})
    set_cells(tables / "production.csv", 2, {"stage": "mi ne"})
    set_cells(tables / "lanes.csv", 2, {"from_country": "", "mode": "by {sea}"})
    set_cells(tables / "agreement_terms.csv", 2, {"material_id": "nd <pr>"})
    set_cells(tables / "materials.csv", 2, {"hs2022": "81 12>"})
    code, output = load(home, tables)
    assert code == 1
    must_say(
        output,
        "countries.csv, row 2, id: 'A <D>' cannot be an id",
        "agreements.csv, row 2, beneficiary_countries: There is no country 'A <D>'",
        "production.csv, row 2: Its record would be named '.*mi ne.*'",
        "production.csv, row 2, stage: 'mi ne' is not in the code list 'stage'",
        "lanes.csv, row 2: Its record would be named '-",
        "agreement_terms.csv, row 2, material_id: There is no item 'nd <pr>'",
        "materials.csv, row 2, hs2022: '81 12>' is not an HS code",
    )


def test_ids_that_stand_twice_are_told(home: Path, tables: Path) -> None:
    for name in ("stockpiles.csv", "trade.csv", "agreements.csv"):
        path = tables / name
        data = path.read_bytes()
        path.write_bytes(data + data.splitlines(keepends=True)[1])
    code, output = load(home, tables)
    assert code == 1
    must_say(
        output,
        r"stockpiles.csv, row \d+, id: The id 'jp-national-rare-metals' stands more than once. Keep one row",
        r"agreements.csv, row \d+, id: The id '.*' stands more than once",
        r"trade.csv, row \d+: It makes the same record as row 2: trade-flow/.*. Merge them",
    )


#: One spoilt table each, in groups that do not hide each other: how, and what is said.
UNREADABLE: dict[str, dict[str, tuple[Callable[[Path], object], str]]] = {
    "headers and bytes": {
        "sources.csv": (lambda p: p.write_bytes(p.read_bytes().replace(b"publisher,", b"", 1)), r"sources.csv, row 1: The header is not the expected \(missing: publisher\). Use: id,publisher"),
        "lanes.csv": (lambda p: p.write_bytes(p.read_bytes().replace(b",note\n", b",note,mood\n", 1)), r"lanes.csv, row 1: .*\(not known: mood\)"),
        "prices.csv": (lambda p: p.write_bytes(p.read_bytes().replace(b"material_id,year", b"year,material_id", 1)), r"prices.csv, row 1: .*\(the order differs\)"),
        "demand.csv": (lambda p: p.write_bytes(p.read_bytes() + "JP,ünknown".encode("latin-1")), r"demand.csv, line \d+: Byte \d+ is not UTF-8. Save the file as UTF-8"),
        "countries.csv": (lambda p: p.write_bytes(b"\xef\xbb\xbf" + p.read_bytes()), "countries.csv, line 1: The file begins with a byte order mark. Save it as UTF-8 without BOM"),
        "standards.csv": (lambda p: p.write_bytes(p.read_bytes() + b"\0"), r"standards.csv, line \d+: Byte \d+ is NUL"),
        "chokepoints.csv": (lambda p: p.write_bytes(b""), r"chokepoints.csv, row 1: The header is not the expected \(missing: id"),
        "materials.csv": (lambda p: p.write_text(p.read_text("utf-8"), "utf-16"), "materials.csv, line 1: Byte 3 is NUL. Save it as UTF-8"),
    },
    "files": {
        "trade.csv": (lambda p: os.truncate(p, 200 * 1024 * 1024), "trade.csv: The file is larger than 64 MiB. Split it"),
        "lanes.csv": (lambda p: p.unlink(), "lanes.csv: The file cannot be read: No such file or directory. Put it there"),
        "prices.csv": (lambda p: (p.unlink(), p.mkdir()), "prices.csv: It is not a file. Put a file in its place"),
        "demand.csv": (lambda p: (p.unlink(), os.mkfifo(p)), "demand.csv: It is not a file"),
        "standards.csv": (lambda p: (p.unlink(), p.symlink_to(p)), "standards.csv: The file cannot be read: Too many levels"),
        "countries.csv": (lambda p: p.write_bytes(p.read_bytes() + b"ZQ,country," + b"x" * 1_000_000 + b",,cited,,\n"), "countries.csv, row 253, label_en: The cell holds 1000000 characters. At most 20000"),
        "facilities.csv": (lambda p: p.write_bytes(p.read_bytes() + b'zq,"open\n' + b"a,b\n" * 1000), r"facilities.csv, row \d+: Not CSV: unexpected end of data. Mend the quotes"),
        "incentives.csv": (lambda p: p.chmod(0), "incentives.csv: The file cannot be read: Permission denied. Put it there and allow reading"),
    },
}  # fmt: skip

#: Capabilities by which root reads what nobody may, and their number in prctl(PR_CAPBSET_DROP).
DAC_OVERRIDE, DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


def as_anyone() -> None:
    """Let file modes count for root too."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
                raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.parametrize("group", UNREADABLE)
def test_tables_that_cannot_be_read_are_told(group: str, home: Path, tables: Path) -> None:
    for name, (spoil, _) in UNREADABLE[group].items():
        spoil(tables / name)
    begun = time.monotonic()
    code, output = load(home, tables, as_anyone)
    assert time.monotonic() - begun < 20
    assert code == 1
    must_say(output, *(says for _, says in UNREADABLE[group].values()))


def test_a_table_that_cannot_be_read_is_not_buried_under_what_points_at_it(home: Path, tables: Path) -> None:
    (tables / "countries.csv").unlink()
    _, output = load(home, tables)
    assert output.count("✗") == 1
    must_say(output, "countries.csv: The file cannot be read")
    assert "gone" not in output


@pytest.mark.parametrize("kind", ["file", "nothing"])
def test_a_folder_that_is_none_is_a_call_at_fault(kind: str, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "tables"
    if kind == "file":
        path.write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "hedgerow", "load", str(path)],
        env={"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    assert f"There is no folder {path}. Name a folder that holds the tables." in result.stderr
