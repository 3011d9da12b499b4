"""Every route: what it answers, in which form, with which headers."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from hedgerow import errors
from hedgerow.questions import HISTORY, load_questions
from hedgerow_web.pages.lists import LISTINGS

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = [
    "/",
    "/agreements",
    "/agreements?sector=batteries&inForce=yes&sort=begins",
    "/agreements?page=6",
    "/agreements?q=lynas",
    "/doc/agreement/jare-lynas-revised-2026",
    "/doc/agreement/gba-passport-pilots-2024",
    "/doc/party/jare",
    "/doc/item/nickel",
    "/doc/item/rare-earths",
    "/doc/country/JP",
    "/doc/stockpile/jp-national-rare-metals",
    "/doc/designation-list/us-cml-2025",
    "/doc/facility/lynas-malaysia",
    "/doc/export-control/cn-20230801-gallium",
    "/doc/incentive/jp-resource-act-2025",
    "/doc/standard/irma-mining-v1",
    "/doc/chokepoint/panama-canal",
    "/doc/substitution-profile/magnesium",
    "/doc/item/bev",
    "/doc/source/usgs-mcs-2026",
    "/doc/production-share/rare-earths-CN-mining-2024",
    "/doc/item/gallium?stage=refining&importer=JP",
    "/browse",
    "/search",
    "/search?q=dysprosium",
    *[listing.path for listing in LISTINGS],
    "/facilities?country=JP&stage=recycling&sort=country",
    "/trade-flows?item=gallium&importer=JP&page=1",
    "/code/",
    "/code/stage",
    "/ns/Agreement",
    "/ns/hasQuantity",
    "/questions",
    *[f"/questions/{name}" for name in load_questions()],
    "/questions/bundle?page=2",
    "/briefs",
    "/brief/country/JP",
    "/brief/country/CN?exporter=AU&asOf=2026-01-31",
    "/brief/material/gallium",
    "/brief/material/rare-earths?country=KR",
    "/sparql",
    "/about",
    "/catalog",
    "/ns/",
    "/ns/?q=audit&kind=class",
    "/ns/agreement",
    "/ns/how-to-model",
    "/ns/mission",
    "/ns/rules/R07-kinds-of-agreement",
    "/ns/shapes/core",
]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(path: str, language: str, web: FlaskClient) -> None:
    joint = "&" if "?" in path else "?"
    response = web.get(f"{path}{joint}lang={language}", headers=PAGE)
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    draws = path.startswith("/questions/")
    assert ("; script-src 'self';" in response.headers["Content-Security-Policy"]) == draws
    # Blocks of data; what a browser runs is a file of the site, and on the pages that draw alone.
    data = {f'<script type="application/{kind}">' for kind in ("ld+json", 'json" id="view-texts')}
    drawing = {'<script type="module" src="/static/views/page.js">'} if draws else set()
    assert drawing <= set(re.findall(r"<script[^>]*>", response.text)) <= data | drawing
    assert " style=" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.text.count("<h1") == 1
    for address in re.findall(r'(?:href|src)="([^"]*)"', response.text):
        assert address.startswith(("/", "#", "https://", "http://")), address


def test_every_local_link_of_the_main_pages_leads_somewhere(web: FlaskClient) -> None:
    seen: set[str] = set()
    paths = ("/", "/agreements", "/browse", "/doc/agreement/jare-lynas-revised-2026", "/doc/stockpile/eu-pilot")
    for path in (
        *paths,
        "/catalog",
        "/doc/item/gallium",
        "/doc/country/JP",
        "/questions",
        "/ns/OfftakeCommitment",
        "/ns/tenorYears",
        "/ns/",
        "/ns/material",
        "/ns/how-to-model",
        "/ns/mission",
        "/search?q=nickel",
        "/brief/material/gallium",
    ):
        seen.update(re.findall(r'href="(/[^"#]*)', web.get(path, headers=PAGE).text))
    assert len(seen) > 50
    for address in sorted(seen):
        with web.get(address.replace("&amp;", "&"), headers=PAGE) as response:
            assert response.status_code == 200, address


def test_a_thing_leads_to_its_description(web: FlaskClient) -> None:
    for accept, suffix in (("text/html", ""), ("text/turtle", ".ttl"), ("application/ld+json", ".jsonld")):
        response = web.get("/id/item/nickel", headers={"Accept": accept})
        assert response.status_code == 303
        assert response.headers["Location"] == f"/doc/item/nickel{suffix}"
        assert "Accept" in response.headers["Vary"]
    assert web.get("/id/item/nickel", headers={"Accept": "image/png"}).status_code == 406
    assert web.get("/id/item/unobtainium").status_code == 404
    assert web.get("/doc/item/..%2f..").status_code == 404


@pytest.mark.parametrize(
    ("suffix", "form"),
    [("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("jsonld", RdfFormat.JSON_LD), ("rdf", RdfFormat.RDF_XML)],
)
def test_the_same_statements_in_every_form(suffix: str, form: RdfFormat, web: FlaskClient) -> None:
    response = web.get(f"/doc/agreement/jare-lynas-2011.{suffix}")
    reference = set(parse(web.get("/doc/agreement/jare-lynas-2011.nt").data, format=RdfFormat.N_TRIPLES))
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert set(parse(response.data, format=form)) == reference
    assert len(reference) > 40


def test_the_agreement_page_tells_the_states_apart(web: FlaskClient) -> None:
    page = web.get("/doc/agreement/jare-lynas-revised-2026?lang=en", headers=PAGE).text
    assert "at least 5,000 t/y" in page
    assert "Looked for, not found in the sources read" in page
    assert "at most 7,200 t/y" in page
    unnamed = web.get("/doc/agreement/jogmec-iwatani-caremag-2025?lang=en", headers=PAGE).text
    assert "Said not to be public" in unnamed
    assert "withheld" in web.get("/doc/agreement/cirrus-gf-2021?lang=en", headers=PAGE).text


def test_facets_narrow_the_list_and_counts_are_true(web: FlaskClient) -> None:
    def total(path: str) -> int:
        match = re.search(r"(\d+) records, page", web.get(path, headers=PAGE).text)
        assert match
        return int(match[1])

    assert total("/agreements?lang=en") == 283
    assert total("/agreements?lang=en&kind=offtake") == 108
    assert total("/agreements?lang=en&sector=batteries") == 90
    assert total("/agreements?lang=en&status=terminated&sector=precedent") < 33
    page = web.get("/agreements?lang=en&kind=offtake", headers=PAGE).text
    sector, count = re.findall(r'sector=([a-z-]+)[^>]*>[^<]*</a> <span class="quiet">(\d+)<', page)[0]
    assert total(f"/agreements?lang=en&kind=offtake&sector={sector}") == int(count)


@pytest.mark.parametrize("name", list(load_questions()))
def test_a_question_as_json_and_csv(name: str, web: FlaskClient) -> None:
    answer = json.loads(web.get(f"/questions/{name}.json").text)
    assert {"columns", "rows", "footing"} <= set(answer)
    assert all({"name", "label", "type", "unit"} <= set(column) for column in answer["columns"])
    names = [column["name"] for column in answer["columns"]]
    # This site keeps no ledger, and so has no history; with one, its questions are asked beside their files.
    asked = load_questions()[name]
    assert answer["rows"] or asked.missing or asked.over == HISTORY
    assert all(list(row) and set(row) == set(names) for row in answer["rows"])
    assert answer["footing"]["version"].startswith("public-")
    response = web.get(f"/questions/{load_questions()[name].id}.csv")
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == names
    assert len(rows) == len(answer["rows"]) + 1
    alias = web.get(f"/questions/{load_questions()[name].id}?lang=en", headers=PAGE)
    assert alias.status_code == 301
    assert alias.headers["Location"].startswith(f"/questions/{name}")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/questions/reserve-gap.json?country=J+P", 400, "It takes a name of a country"),
        ("/questions/reserve-gap.json?planet=Mars", 400, "has no parameter 'planet'"),
        ("/questions/bundle.json?kind=gift", 400, "It takes one of"),
        ("/questions/reserve-gap.csv?asOf=soon", 400, "It takes a day"),
        ("/questions/no-such.json", 404, "There is no question 'no-such'"),
        ("/agreements?sort=colour", 400, "There is no sort 'colour'"),
        ("/agreements?page=0", 400, "The page is '0'"),
        ("/nowhere", 404, ""),
        ("/sparql?query=SELECT+*+%7B%0A+%3Fs+%3Fp+%7D", 400, "Line 2, column"),
        ("/sparql?query=INSERT+DATA+%7B%7D", 400, "is an update"),
        ("/sparql?query=SELECT+*+%7BSERVICE+%3Curn:x%3E+%7B%7D%7D", 400, "SERVICE is not run here"),
        ("/sparql?format=csv", 400, "There is no query"),
        ("/sparql?query=ASK%7B%7D&format=pdf", 400, "There is no format 'pdf'"),
    ],
)
def test_an_error_has_one_shape_for_machines_and_one_for_people(
    path: str, status: int, says: str, web: FlaskClient
) -> None:
    response = web.get(path, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.text)
    assert says in problem["detail"] + " " + problem["remedy"]
    assert problem["status"] == status
    assert problem["title"]
    if not path.partition("?")[0].endswith((".json", ".csv")) and path != "/sparql":
        page = web.get(path, headers=PAGE)
        assert page.status_code == status
        assert page.mimetype == "text/html"


def test_the_endpoint_takes_three_ways_and_gives_every_form(web: FlaskClient) -> None:
    asked = "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }"
    ways = [
        web.get("/sparql", query_string={"query": asked}),
        web.post("/sparql", data={"query": asked}),
        web.post("/sparql", data=asked, content_type="application/sparql-query"),
    ]
    for response in ways:
        assert response.status_code == 200
        assert response.mimetype == "application/sparql-results+json"
        assert json.loads(response.text)["results"]["bindings"][0]["n"]["value"] == "283"
        assert int(response.headers["Content-Length"]) == len(response.data)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    for media in ("text/csv", "text/tab-separated-values", "application/sparql-results+xml"):
        assert web.get("/sparql", query_string={"query": asked}, headers={"Accept": media}).mimetype == media
    graph = "CONSTRUCT WHERE { ?a a <https://w3id.org/hedgerow/ns#Stockpile> }"
    for media in ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"):
        assert web.get("/sparql", query_string={"query": graph}, headers={"Accept": media}).mimetype == media
    refused = web.get("/sparql", query_string={"query": graph}, headers={"Accept": "text/csv"})
    assert refused.status_code == 400
    assert web.get("/sparql", query_string={"query": asked}, headers={"Accept": "image/png"}).status_code == 406
    assert web.post("/sparql", data="x", content_type="image/png").status_code == 415
    assert web.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 400
    assert web.post("/sparql", data="x" * 300_000, content_type="application/sparql-query").status_code == 413
    assert web.delete("/sparql").status_code == 405
    assert web.options("/sparql").status_code == 204
    assert web.head("/sparql", query_string={"query": asked}).status_code == 200


def test_what_a_client_has_already_is_not_sent_again(web: FlaskClient) -> None:
    first = web.get("/questions/bundle.json")
    assert web.get("/questions/bundle.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert not first.headers["ETag"].startswith("W/")


def test_hostile_labels_stay_text(hostile: FlaskClient) -> None:
    page = hostile.get("/doc/party/evil", headers=PAGE).text
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page


def test_without_a_graph_people_see_progress_and_machines_a_503(unbuilt: FlaskClient, tmp_path: object) -> None:
    (tmp_path / "run").mkdir()  # type: ignore[operator]
    content = '{"stage": "Checking the shapes", "done": 1200, "total": 4340, "message": ""}'
    (tmp_path / "run" / "progress.json").write_text(content)  # type: ignore[operator]
    page = unbuilt.get("/?lang=en", headers=PAGE)
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "Checking the shapes" in page.text
    assert "1,200 / 4,340" in page.text
    assert 'http-equiv="refresh"' in page.text
    machine = unbuilt.get("/questions/bundle.json")
    assert (machine.status_code, machine.mimetype) == (503, "application/problem+json")
    assert unbuilt.get("/healthz").status_code == 200
    assert unbuilt.get("/readyz").status_code == 503
    assert unbuilt.get("/sparql?query=ASK%7B%7D").status_code == 503


def test_every_text_of_the_pages_is_translated(web: FlaskClient) -> None:
    from hedgerow_web import i18n, views
    from hedgerow_web.pages import briefs, kinds, maps

    folder = Path(i18n.__file__).parent
    wanted = {
        text
        for path in (folder / "templates").rglob("*.html")
        for text in re.findall(r'(?:_|sentence)\(["\']([^"\']+)["\']', path.read_text("utf-8"))
    }
    for path in (folder / "templates").rglob("*.html"):
        for one, many in re.findall(r'counted\([^"]+"([^"]+)", "([^"]+)"', path.read_text("utf-8")):
            wanted |= {one, many}
    written = Path(briefs.__file__).read_text("utf-8")
    wanted |= set(re.findall(r'Shown\("([^"]+)"', written)) | set(re.findall(r'Section\("\w+", "([^"]+)"', written))
    for listing in LISTINGS:
        wanted |= {listing.heading, listing.about, *(c.heading for c in listing.columns), *listing.facets.values()}
    wanted |= set(views.NAMES.values())
    wanted |= {text for _, text in maps.BANDS} | set(maps.PARTS.values())
    source = Path(kinds.__file__).read_text("utf-8")
    wanted |= set(re.findall(r'^ +"([A-Z][^"]+)",$', source, re.M)) | set(
        re.findall(r'Column\("\w+", "([^"]+)"', source)
    )
    wanted |= {column.unit for question in load_questions().values() for column in question.columns if column.unit}
    wanted |= {question.group for question in load_questions().values()}
    wanted |= {listing.kind.replace("-", " ") for listing in LISTINGS}
    wanted |= {e.title for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.HedgerowError)}
    assert len(wanted) > 300
    assert wanted - set(i18n._japanese()) == set()


@pytest.mark.parametrize("item", ["ndpr-oxide", "lithium", "critical-minerals"])
def test_the_list_and_the_question_agree_on_what_is_in_force(item: str, web: FlaskClient) -> None:
    answer = json.loads(web.get(f"/questions/agreements-in-force.json?item={item}").text)
    for row in answer["rows"]:
        page = web.get("/doc" + row["agreement"].partition("/id")[2] + "?lang=en", headers=PAGE).text
        assert f'<dd><span class="badge state-{row["inForce"]}">' in page, row["agreement"]
