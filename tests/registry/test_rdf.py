"""Adding RDF: every form gives the same records, every fault its file, line and remedy, and never half a file."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, parse, serialize

from hedgerow.cli import main
from hedgerow.errors import CallError, Conflict
from hedgerow.graph.project import fold
from hedgerow.intake.load import add, load
from hedgerow.iri import CODE, DEFAULT_BASE, HR, XSD
from hedgerow.ledger import Draft, Ledger
from hedgerow.paths import DATA
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated
from hedgerow.sources.rdf import FORMATS, read_rdf
from hedgerow.sources.table import MAX_FILE_BYTES, MAX_PROBLEMS
from hedgerow.sources.vocabulary import KINDS
from tests.registry.rdf_world import COUNTRY, FORMS, SOURCE, STOCK, source, stockpile, written

BASE = DEFAULT_BASE


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("suffix", FORMS)
def test_every_form_gives_the_same_records(suffix: str, tmp_path: Path) -> None:
    made = [source(), stockpile()]
    read = read_rdf(put(tmp_path, f"memo{suffix}", written(made, suffix)), BASE)
    assert [str(problem) for problem in read.problems] == []
    assert [found.canonical for found in read.records] == [one.canonical for one in made]
    assert read.statements == sum(len(one.quads) for one in made)


def test_the_forms_of_the_test_are_all_that_are_read() -> None:
    assert FORMS == FORMATS


def test_the_whole_record_reads_back_from_n_quads(curated: Curated, tmp_path: Path) -> None:
    path = put(tmp_path, "all.nq", b"".join(record.canonical for record in curated.records))
    begun = time.monotonic()
    read = read_rdf(path, BASE)
    assert time.monotonic() - begun < 30
    assert read.problems == []
    assert {one.iri: one.digest for one in read.records} == {one.iri: one.digest for one in curated.records}


def test_the_kinds_and_their_classes_are_those_of_the_record_and_the_examples(
    curated: Curated, invented: list[Record]
) -> None:
    found: dict[str, set[str]] = {}
    for record in [*curated.records, *invented]:
        for quad in record.quads:
            if quad.subject.value == record.iri and quad.predicate.value.endswith("#type"):  # type: ignore[union-attr]
                found.setdefault(record.kind, set()).add(quad.object.value)  # type: ignore[union-attr]
    assert found.keys() == KINDS.keys()
    # A dataset or an alliance may be of no particular kind; none on record or among the examples is.
    general = {"dataset": {f"{HR}Dataset"}, "party": {f"{HR}Alliance"}}
    assert {kind: classes | general.get(kind, set()) for kind, classes in found.items()} == KINDS


HEAD = f"""@prefix hr: <{HR}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <{XSD}> .
<{SOURCE}> a hr:SourceDocument ;
"""
TAIL = f"""
  rdfs:label "A memo"@en ; hr:evidence <{CODE}evidence/cited> ; hr:redistribute <{CODE}redistribute/yes> .
"""
DECIMAL = f"<{XSD}decimal>"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
XML = f'<rdf:RDF {RDF} xmlns:hr="{HR}">'
LD = f'"@context": {{"@vocab": "{HR}"}}'

#: What stands in line 5 of a Turtle file whose other lines are right, and what is said of it.
LINES = {
    "malformed": ("hr:note ,", "Not Turtle: .*column"),
    "blank node": ("hr:note [] ;", r"blank node.*#part"),
    "list": ('hr:note ("a") ;', "blank node"),
    "triple as a term": ("hr:note <<( <urn:a> <urn:b> <urn:c> )>> ;", "a triple as a term"),
    "relative IRI": ("hr:statedIn <memo> ;", "Not Turtle: No scheme"),
    "another scheme": ("hr:statedIn <javascript:alert(1)> ;", "has the scheme 'javascript'. Use https, http, urn or did"),
    "directional control": ("hr:statedIn <https://ex\u202eample.org/> ;", "directional control"),
    "mixed scripts": ("hr:statedIn <https://exаmple.org/> ;", "mixes the scripts"),
    "mixed scripts in an address": (f'hr:url "https://exаmple.org/"^^<{XSD}anyURI> ;', "mixes the scripts"),
    "script as an address": (f'hr:url "javascript:alert(1)"^^<{XSD}anyURI> ;', "not a web address"),
    "control in a text": ('hr:note "a\\u202Eb" ;', r"U\+202E"),
    "not composed": ('hr:note "e\\u0301" ;', "Write it in NFC"),
    "written otherwise": (f'hr:note "1.50"^^{DECIMAL} ;', r'not in canonical form. Write "1.5"\^\^'),
    "sign": (f'hr:note "+5"^^<{XSD}integer> ;', r'Write "5"\^\^'),
    "overflow": (f'hr:note "{"9" * 30}"^^{DECIMAL} ;', "is out of range. Use at most 18 digits"),
    "integer overflow": (f'hr:note "{"9" * 30}"^^<{XSD}integer> ;', "is out of range"),
    "no number": (f'hr:note "many"^^{DECIMAL} ;', "not a plain decimal number"),
    "double": ("hr:note 1.5e0 ;", "has the datatype .*double.*Use one of xsd: .*decimal"),
    "an instant elsewhere": ('hr:note "2026-01-01T09:00:00+09:00"^^xsd:dateTime ;', 'Write "2026-01-01T00:00:00Z"'),
    "no instant": ('hr:note "2026-02-30T00:00:00Z"^^xsd:dateTime ;', "is not an instant"),
    "instant out of range": ('hr:note "0001-01-01T00:00:00+14:00"^^xsd:dateTime ;', "out of range in UTC"),
    "direction": ('hr:note "a"@en--ltr ;', "has the datatype"),
    "unknown property": ('hr:noot "a" ;', "is no property of the ontology. Did you mean '.*#note'"),
    "property of another": ('<http://purl.org/dc/terms/title> "a" ;', "is no property of the ontology"),
    "model": ("rdfs:subClassOf hr:Agreement ;", "is no property of the ontology"),
    "unknown class": ("a hr:SourceDocumen ;", "is no class of the ontology. Did you mean '.*#SourceDocument'"),
    "unknown code": (f"hr:evidence <{CODE}evidence/sited> ;", "is in no code list. Did you mean '.*evidence/cited'"),
    "unknown kind in a reference": (f"hr:statedIn <{BASE}/id/sauce/a> ;", "no kind of record 'sauce'. Did you mean 'source'"),
    "a reference that is no name": (f"hr:statedIn <{BASE}/id/source/a/b> ;", "is no name of a record here"),
    "a part that is not there": (f"hr:statedIn <{SOURCE}#part> ;", "is named, but nothing is said of it"),
    "about another": (f'hr:note "a" . <{BASE}/id/sauce/a> hr:note "b" . <{SOURCE}>', "no kind of record 'sauce'"),
    "about a thing outside": (f'hr:note "a" . <https://example.org/a> hr:note "b" . <{SOURCE}>', "is no name of a record here"),
    "a part without a class": (f'hr:note "a" . <{SOURCE}#part> hr:note "b" . <{SOURCE}>', "#part> has no class"),
    "without a class": (f'hr:note "a" . <{STOCK}> hr:note "b" . <{SOURCE}>', "has no class of the kind 'stockpile'. Give it one of: hr:JointStockpile, hr:Stockpile"),
}  # fmt: skip


@pytest.mark.parametrize("fault", LINES)
def test_each_fault_is_told_with_its_line_and_remedy(fault: str, tmp_path: Path) -> None:
    line, says = LINES[fault]
    problems = read_rdf(put(tmp_path, "memo.ttl", f"{HEAD}  {line}{TAIL}"), BASE).problems
    assert problems, "nothing was found"
    assert any(re.search(says, str(problem)) for problem in problems), [str(p) for p in problems]
    assert all(problem.remedy for problem in problems)
    assert {problem.row for problem in problems} <= {5, 6}
    assert str(problems[0]).startswith("memo.ttl, line 5")


def quad(subject: str, graph: str) -> str:
    return f'<{subject}> <{HR}note> "a"@en <{graph}> .\n'


#: File name and content, and what is said of it, with the place.
FILES: dict[str, tuple[str, str | bytes, str]] = {
    "a graph of another record": ("a.nq", quad(SOURCE, STOCK), "a.nq, line 1: The record .* speaks about another thing"),
    "a graph that is no record": ("a.nq", quad(SOURCE, "urn:g"), "a.nq, line 1: <urn:g> is no name of a record here"),
    "a graph that is a part": ("a.nq", quad(f"{SOURCE}#p", f"{SOURCE}#p"), "line 1: <.*#p> is no name of a record here"),
    "a graph of another base": ("a.nq", quad("https://example.org/id/source/a", "https://example.org/id/source/a"), "is no name of a record here"),
    "a graph of an unknown kind": ("a.nq", quad(f"{BASE}/id/sauce/a", f"{BASE}/id/sauce/a"), "line 1: There is no kind of record 'sauce'. Did you mean 'source'"),
    "a blank graph": ("a.trig", f'\n_:g {{ <{SOURCE}> <{HR}note> "a"@en }}\n', "a.trig, line 2: A graph has no name"),
    "a slug that is none": ("a.nt", f'<{BASE}/id/source/-a> <{HR}note> "a"@en .\n', "line 1: .* is no name of a record here"),
    "not UTF-8": ("a.ttl", b'\n<urn:a> <urn:b> "\xff" .', "a.ttl, line 2: Byte 18 is not UTF-8"),
    "NUL": ("a.ttl", b"\0", "line 1: Byte 0 is NUL"),
    "byte order mark": ("a.ttl", b"\xef\xbb\xbf", "line 1: The file begins with a byte order mark"),
    "UTF-16": ("a.rdf", f'<?xml version="1.0"?>{XML}</rdf:RDF>'.encode("utf-16"), "line 1: Byte 3 is NUL. Save it as UTF-8"),
    "another suffix": ("a.txt", "", "a.txt: No form of RDF ends in '.txt'. Name it .ttl, "),
    "deep triples": ("a.ttl", "<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 200_000, "line 1: Triples are nested too deeply"),
    "DOCTYPE": ("a.rdf", f'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY a "b">]>\n{XML}</rdf:RDF>', "a.rdf, line 2: It has a DOCTYPE. Remove it"),
    "many entities": ("a.rdf", '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]>\n<r>&i;</r>", "line 1: It has a DOCTYPE"),
    "a file of this machine": ("a.rdf", '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', "line 1: It has a DOCTYPE"),
    "XML cut short": ("a.rdf", f"{XML}\n<rdf:Description>", "a.rdf, line 2: Not XML: no element found"),
    "XML in another encoding": ("a.rdf", f'<?xml version="1.0" encoding="utf-7"?>{XML}</rdf:RDF>', "line 1: It says that it is utf-7"),
    "XML that is no RDF": ("a.rdf", f'{XML}\n<rdf:Description rdf:ID="1 2"/></rdf:RDF>', "a.rdf, line 2: Not RDF/XML"),
    "XML with a blank node": ("a.rdf", f'{XML}\n<hr:Source/></rdf:RDF>', "a.rdf, line 2: .*blank node"),
    "XML with a relative IRI": ("a.rdf", f'{XML}\n<hr:Source rdf:about="a"/></rdf:RDF>', "line 2: Not RDF/XML"),
    "deep XML": ("a.rdf", XML + '<rdf:Description rdf:about="urn:a"><hr:note>' * 100_000, "line 1: It is nested too deeply"),
    "JSON cut short": ("a.jsonld", f'{{"@id":\n"{SOURCE}"', "a.jsonld, line 2: Not JSON: .*column"),
    "deep JSON": ("a.jsonld", '{"urn:p":' * 100_000, "nested too deeply"),
    "JSON rather deep": ("a.jsonld", '{"urn:p":' * 100 + "1" + "}" * 100, "nested too deeply"),
    "remote context": ("a.jsonld", '{\n"@context": "http://127.0.0.1:9/context", "note": 1}', "a.jsonld, line 2: The context <http://127.0.0.1:9/context> lies outside the file and is not fetched. Write"),
    "remote context in a list": ("a.jsonld", '{"@context": [{}, "file:///etc/passwd"]}', "lies outside the file"),
    "remote context in a term": ("a.jsonld", '{"@context": {"a": {"@id": "urn:a", "@context": "http://127.0.0.1:9/"}}}', "lies outside the file"),
    "imported context": ("a.jsonld", '{"@context": {\n"@import": "http://127.0.0.1:9/"}}', "line 2: A context lies outside the file"),
    "a key that no context maps": ("a.jsonld", f'{{"@id": "{SOURCE}",\n"note": "a"}}', "a.jsonld, line 2: 'note' is no whole IRI, and no context maps it"),
    "a name that is relative": ("a.jsonld", f'{{{LD}, "@id": "{SOURCE}",\n"statedIn": {{"@id": "memo"}}}}', "line 2: 'memo' is no whole IRI"),
    "a class that no context maps": ("a.jsonld", f'{{"@id": "{SOURCE}",\n"@type": "Source"}}', "line 2: 'Source' is no whole IRI"),
    "a name that is no IRI": ("a.jsonld", f'{{{LD}, "@id": "{SOURCE}",\n"statedIn": {{"@id": "urn:a b"}}}}', "line 2: 'urn:a b' is not an IRI"),
    "a language that is none": ("a.jsonld", f'{{{LD}, "@id": "{SOURCE}",\n"note": {{"@value": "a", "@language": "no such"}}}}', "line 2: .*no known language"),
    "an unknown keyword": ("a.jsonld", f'{{"@id": "{SOURCE}",\n"@nots": 1}}', "line 2: The keyword '@nots' is not read here"),
    "a keyword as a name": ("a.jsonld", '{"@id":\n"@none"}', "line 2: '@none' stands where a name should"),
    "a context that drops": ("a.jsonld", '{"@context": {\n"note": null}}', "line 2: A context maps 'note' to nothing"),
    "the same key twice": ("a.jsonld", '{"@id": "urn:a",\n"urn:b": 1, "urn:b": 2}', "line 2: The key 'urn:b' stands twice"),
    "a bare value": ("a.jsonld", '["a"]', "a.jsonld, line 1: 'a' says nothing of any thing"),
    "no such number": ("a.jsonld", '{"urn:a": NaN}', "NaN is no number"),
    "a JSON number with a point": ("a.jsonld", f'{{{LD}, "@id": "{SOURCE}",\n"note": 1.5}}', "has the datatype .*double"),
    "a very long JSON number": ("a.jsonld", '{"urn:a": ' + "9" * 5000 + "}", "holds a value that is none"),
    "half a character": ("a.jsonld", '{"urn:a": "\\ud800"}', "holds a value that is none"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FILES)
def test_each_file_that_may_not_be_is_refused_with_its_place(fault: str, tmp_path: Path) -> None:
    name, content, says = FILES[fault]
    begun = time.monotonic()
    read = read_rdf(put(tmp_path, name, content), BASE)
    assert time.monotonic() - begun < 5
    assert any(re.search(says, str(problem)) for problem in read.problems), [str(p) for p in read.problems[:5]]
    assert all(problem.remedy and problem.file == name for problem in read.problems)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.nt"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    begun = time.monotonic()
    (problem,) = read_rdf(path, BASE).problems
    assert time.monotonic() - begun < 0.5
    assert str(problem) == "big.nt: The file is larger than 64 MiB. Split it."


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    import os

    (tmp_path / "folder.ttl").mkdir()
    os.mkfifo(tmp_path / "pipe.ttl")
    for name, says in {
        "folder.ttl": "It is not a file.",
        "pipe.ttl": "It is not a file.",
        "none.ttl": "The file cannot be read: No such file",
    }.items():
        (problem,) = read_rdf(tmp_path / name, BASE).problems
        assert str(problem).startswith(f"{name}: {says}")


def test_after_many_problems_the_reading_ends(tmp_path: Path) -> None:
    path = put(tmp_path, "a.nt", f'<{SOURCE}> <urn:a> "b" .\n' * 5000)
    problems = read_rdf(path, BASE).problems
    assert len(problems) == MAX_PROBLEMS + 2
    assert "There are more problems" in str(problems[-1])


def hedgerow(home: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env={"HEDGEROW_HOME": str(home)})


def opened(home: Path) -> Ledger:
    settings = Settings(home=home)
    return Ledger(settings.ledger, settings.base)


def events(home: Path) -> list[tuple[str, str, str, int]]:
    with opened(home) as ledger:
        found = [(e.record, e.action, e.origin, e.version) for e, _ in ledger.events("public")]
    return [event for event in found if event[2] != "curated"]


def test_added_records_become_events_of_their_user_and_the_same_file_again_appends_nothing(
    home: Path, tmp_path: Path
) -> None:
    path = put(tmp_path, "memo.trig", written([source(), stockpile()], ".trig"))
    checked = hedgerow(home, "add", path, "--by", "anna", "--check")
    assert checked.exit_code == 0, checked.output
    assert "Would load: 2 new, 0 unchanged." in checked.output
    assert events(home) == []
    added = hedgerow(home, "add", path, "--by", "anna")
    assert added.exit_code == 0
    assert "memo.trig" in added.output
    assert "Loaded: 2 new, 0 unchanged.\n2 events appended." in added.output
    assert events(home) == [(SOURCE, "assert", "user:anna", 1), (STOCK, "assert", "user:anna", 1)]
    for name in ("anna", "ben"):
        again = hedgerow(home, "add", path, "--by", name)
        assert "Loaded: 2 unchanged.\n0 events appended." in again.output
    with opened(home) as ledger:
        state = fold(ledger)
        assert [version.payload for version in state.versions[STOCK]] == [stockpile().canonical]
        report = load(ledger, DATA, BASE)
    assert (report.appended, report.gone, report.conflicts) == (0, [], [])


def test_two_files_may_point_at_each_other_and_are_taken_together(home: Path, tmp_path: Path) -> None:
    first = put(tmp_path, "stock.jsonld", written([stockpile()], ".jsonld"))
    second = put(tmp_path, "source.rdf", written([source()], ".rdf"))
    alone = hedgerow(home, "add", first, "--by", "anna")
    assert alone.exit_code == 1
    assert re.search(
        rf"stock.jsonld, line \d+: {STOCK} refers to {SOURCE}, which is not there. Add it first.", alone.output
    )
    assert events(home) == []
    assert hedgerow(home, "add", first, second, "--by", "anna").exit_code == 0
    assert len(events(home)) == 2


def test_a_record_of_another_origin_is_corrected_and_not_doubled(home: Path, tmp_path: Path) -> None:
    with opened(home) as ledger:
        before = fold(ledger).versions[COUNTRY]
    changed = before[0].payload.replace(b'"Japan"@en', b'"Japan (the country)"@en')
    assert changed != before[0].payload
    path = put(tmp_path, "jp.nq", changed)
    result = hedgerow(home, "add", path, "--by", "anna")
    assert "Loaded: 1 corrected, 0 unchanged." in result.output, result.output
    assert events(home) == [(COUNTRY, "correct", "user:anna", 2)]
    with opened(home) as ledger:
        assert [version.payload for version in fold(ledger).versions[COUNTRY]] == [changed]
        # The tables say what they said before: nothing to do; and may no longer change it unseen.
        assert load(ledger, DATA, BASE).appended == 0
    put(tmp_path, "jp.nq", before[0].payload)
    assert "1 corrected" in hedgerow(home, "add", path, "--by", "ben").output
    assert events(home)[-1] == (COUNTRY, "correct", "user:ben", 3)


def test_who_writes_meanwhile_makes_it_a_conflict_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    path = put(tmp_path, "memo.nq", written([source(), stockpile()], ".nq"))
    with opened(home) as ledger:

        def meanwhile(stage: str, done: int, total: int) -> None:
            if stage == "Writing the ledger" and not done:
                with opened(home) as other:
                    other.append("public", [Draft(STOCK, "assert", "user:ben", stockpile("61").canonical, 0)])

        with pytest.raises(Conflict, match="is at version 1, not 0"):
            add(ledger, [path], BASE, "anna", progress=meanwhile)
    assert events(home) == [(STOCK, "assert", "user:ben", 1)]


def test_one_fault_in_one_file_means_that_nothing_is_written(home: Path, tmp_path: Path) -> None:
    good = put(tmp_path, "memo.nq", written([source(), stockpile()], ".nq"))
    negative = stockpile().canonical.replace(b'"60.5"', b'"-60.5"')
    cases: dict[str, tuple[bytes, str]] = {
        "parse": (b"<urn:a>", "bad.nq, line 1: "),
        "shape": (negative, "of zero or more"),
        "twice": (stockpile("61").canonical, f"bad.nq, line 1: The record {STOCK} stands in memo.nq too"),
    }
    ledger = Settings(home=home).ledger
    before = ledger.read_bytes()
    for name, (content, says) in cases.items():
        files = [good] if name != "shape" else []
        bad = put(tmp_path, "bad.nq", content + (source().canonical if name == "shape" else b""))
        result = hedgerow(home, "add", *files, bad, "--by", "anna")
        assert result.exit_code == 1, name
        assert says in result.output
        assert "Nothing was written" in result.output
        assert ledger.read_bytes() == before


def test_a_name_that_is_none_is_a_call_at_fault(home: Path, tmp_path: Path) -> None:
    path = put(tmp_path, "memo.nq", written([source()], ".nq"))
    for name in ("", "a b", "user:anna", "../x"):
        result = hedgerow(home, "add", path, "--by", name)
        assert (result.exit_code, "cannot be the name of a user" in result.output) == (2, True)
    assert hedgerow(home, "add", path).exit_code == 2
    with opened(home) as ledger, pytest.raises(CallError):
        add(ledger, [path], BASE, "curated:x")


def test_a_curated_record_that_an_added_one_points_at_is_not_withdrawn(
    home: Path, tables: Path, tmp_path: Path
) -> None:
    # No table may name the source: only the added record does.
    lone = b"lone-source,Publisher,A lone source,2026,https://example.org/lone,CC BY 4.0,yes,0\n"
    path = tables / "sources.csv"
    shipped = path.read_bytes()
    path.write_bytes(shipped + lone)
    assert hedgerow(home, "load", tables).exit_code == 0
    pointing = stockpile().canonical.replace(SOURCE.encode(), f"{BASE}/id/source/lone-source".encode())
    added = hedgerow(home, "add", put(tmp_path, "s.nq", b"".join(sorted(pointing.splitlines(True)))), "--by", "anna")
    assert added.exit_code == 0, added.output
    path.write_bytes(shipped)
    result = hedgerow(home, "load", tables, "--withdraw")
    assert result.exit_code == 1
    assert f"{STOCK}: It refers to {BASE}/id/source/lone-source, which is to be withdrawn." in result.output


def test_an_address_of_another_registry_is_no_reference_of_ours() -> None:
    data = stockpile().canonical
    far = b"https://example.org/id/source/a"
    record = Record(STOCK, frozenset(parse(data.replace(SOURCE.encode(), far), format=RdfFormat.N_QUADS)))
    assert SOURCE not in set(record.references(DEFAULT_BASE))
    assert far.decode() not in set(record.references(DEFAULT_BASE))
    assert serialize(record.quads, format=RdfFormat.N_QUADS)
