"""Every route: GET, HEAD and OPTIONS; the headers of safety and of caches; what links say; what errors keep silent."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hedgerow.graph.client import JSON, PLAIN, How, Reply
from hedgerow.graph.frames import Header
from hedgerow.iri import DEFAULT_BASE, HR
from hedgerow.settings import Settings
from hedgerow_web import create_app
from hedgerow_web.described import PROFILES
from hedgerow_web.negotiate import HTML, TRIPLES

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
#: What stands in the place of a step of an address, by the rule or else by the name of the step.
STEPS: dict[str, dict[str, str]] = {
    "": {"kind": "standard", "slug": "irma-mining-v1", "suffix": "ttl", "filename": "style.css"},
    "/align/<name>": {"name": "prov"},
    "/brief/country/<slug>": {"slug": "JP"},
    "/brief/material/<slug>": {"slug": "gallium"},
    "/browse/<kind>": {"kind": "standard"},
    "/code/<name>": {"name": "stage"},
    "/code/<name>/<slug>": {"name": "stage", "slug": "refining"},
    "/context/<version>.jsonld": {"version": "0.2.0"},
    "/graph/<name>": {"name": "computed"},
    "/ns/<name>": {"name": "Agreement"},
    "/ns/<version>/": {"version": "0.1.0"},
    "/ns/<version>/<name>": {"version": "0.1.0", "name": "core"},
    "/ns/checks/<name>": {"name": "share-sum"},
    "/ns/rules/<name>": {"name": "R05-concerns"},
    "/ns/shapes/<name>": {"name": "pool"},
    "/questions/<name>": {"name": "bundle"},
    "/questions/<name>.<suffix>": {"name": "bundle", "suffix": "xlsx"},
    "/questions/<name>/embed": {"name": "bundle"},
    "/questions/<name>.atom": {"name": "bundle"},
    "/sitemap/<name>.xml": {"name": "item-1"},
}
#: Pages that draw have scripts, and the workbench; no other page has.
QUESTION = re.compile(r"(/demo)?/questions/[a-z-]+$")
#: Answers that are another one each time.
MOVING = ("/metrics", "/healthz", "/readyz")
#: Addresses of descriptions, whose forms lie beside them.
DESCRIBED = (
    "/doc/standard/irma-mining-v1", "/doc/agreement/jare-lynas-2011", "/ns", "/ns/Agreement", "/ns/pool", "/ns/0.1.0",
    "/ns/0.1.0/core", "/code/stage", "/graph/inferred", "/shapes", "/align/prov", "/catalog",
)  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def addresses(web: FlaskClient, root: str) -> Iterator[tuple[str, set[str]]]:
    """One address of every route of the public site, or of the demonstration, with its methods."""
    app = web.application
    if root:
        app = app.extensions["demonstration"]
    for rule in app.url_map.iter_rules():
        steps = {**STEPS[""], **STEPS.get(rule.rule, {})}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda step, steps=steps: steps.get(step[1], "x"), rule.rule)  # type: ignore[misc]
        yield root + path, rule.methods or set()


def check_safety(response: TestResponse, path: str) -> None:
    headers = response.headers
    for name, value in ALWAYS.items():
        assert headers[name] == value, (path, name)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; "), path
    # Only what is made to be shown within other pages may be.
    embedded = path.endswith("/embed") and response.status_code in (200, 304)
    framed = "frame-ancestors *" if embedded else "frame-ancestors 'none'"
    assert framed in policy, path
    drawing = "; script-src 'self'; connect-src 'self'"
    page = response.mimetype == HTML and response.status_code == 200
    draws = (QUESTION.match(path) and "</table>" in response.text) or path.endswith("/workbench")
    if response.status_code != 304:  # that has the policy of the page it stands for, and no body to tell
        assert policy.endswith(drawing) == bool(page and draws), path
    rest = policy.removesuffix(drawing).replace(framed, "")
    assert not re.search(r"script-src|connect-src|unsafe|\*|http", rest), path
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers, path
    # Leave for other origins and the wall against them are two sides of one thing; credentials are never invited.
    shared = headers.get("Access-Control-Allow-Origin")
    assert shared in (None, "*"), path
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin"), path
    assert "Access-Control-Allow-Credentials" not in headers
    if shared and response.status_code != 204:
        assert {"ETag", "Link", "Content-Location"} <= set(headers["Access-Control-Expose-Headers"].split(", ")), path
    if response.mimetype not in (HTML, "text/css", "image/svg+xml") and response.data:
        assert shared == "*", path
        assert "sandbox" in policy, path


@pytest.mark.parametrize("root", ["", "/demo"])
def test_every_route_answers_get_head_and_options_alike(root: str, web: FlaskClient) -> None:
    seen = 0
    for path, methods in addresses(web, root):
        assert {"GET", "HEAD", "OPTIONS"} <= methods, path
        with web.get(path, headers=PAGE) as answer, web.head(path, headers=PAGE) as head:
            assert answer.status_code in (200, 301, 303, 308) or path.endswith(("/x", "security.txt", "/graphs")), path
            check_safety(answer, path)
            assert (head.status_code, head.data) == (answer.status_code, b""), path
            left_out = {"Date", "Server-Timing", *(("Content-Length", "ETag") if path.endswith(MOVING) else ())}
            kept = [[(k, v) for k, v in each.headers if k not in left_out] for each in (answer, head)]
            assert kept[0] == kept[1], path
            etag = answer.headers.get("ETag")
        options = web.options(path, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
        assert (options.status_code, options.data) == (204, b""), path
        assert set(options.headers["Allow"].split(", ")) == methods, path
        assert options.headers["Access-Control-Allow-Methods"] == options.headers["Allow"]
        assert "Accept" in options.headers["Access-Control-Allow-Headers"]
        check_safety(options, path)
        if etag and not path.endswith(MOVING):
            with web.get(path, headers={**PAGE, "If-None-Match": etag}) as again:
                assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag), path
                assert not etag.startswith("W/"), path
                assert set(again.vary) >= set(answer.vary), path
                check_safety(again, path)
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("root", ["", "/demo"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_route_takes_what_it_does_not_say(root: str, method: str, web: FlaskClient) -> None:
    for path, methods in addresses(web, root):
        if method not in methods:
            response = web.open(path, method=method, data=b"x" * 1000)
            assert response.status_code == 405, path
            assert set(response.headers["Allow"].split(", ")) >= {"GET", "HEAD", "OPTIONS"}, path
            assert response.mimetype == "application/problem+json"
            check_safety(response, path)


def test_only_what_is_negotiated_varies(web: FlaskClient) -> None:
    for path, _ in addresses(web, ""):
        for accept in ("text/html", "text/turtle"):
            with web.get(path, headers={"Accept": accept}) as response:
                varies = {name.lower() for name in response.vary}
                exported = path.startswith("/questions/") or path.endswith("/names.json")
                if response.status_code == 200:
                    assert ("accept-language" in varies) == (response.mimetype == HTML or exported), (path, accept)
                    assert ("cookie" in varies) == ("accept-language" in varies), (path, accept)
                if path in (*DESCRIBED, "/questions/bundle"):
                    assert "accept" in varies, (path, accept)
                if path.endswith((".ttl", ".csv", ".json", ".jsonld", ".xml", ".txt", ".css", ".xlsx", "/embed")):
                    assert "accept" not in varies, path


@pytest.mark.parametrize("root", ["", "/demo"])
@pytest.mark.parametrize("path", DESCRIBED)
def test_the_forms_of_a_description_lie_beside_it(root: str, path: str, web: FlaskClient) -> None:
    at = root + path
    for suffix, media in TRIPLES.items():
        twin = web.get(f"{at}.{suffix}", headers={"Accept": "image/png"})
        assert (twin.status_code, twin.mimetype, twin.headers["Content-Location"]) == (200, media, f"{at}.{suffix}")
        assert "Accept" not in twin.vary
        chosen = web.get(at, headers={"Accept": media}, follow_redirects=True)
        assert (chosen.data, chosen.headers["Content-Location"]) == (twin.data, f"{at}.{suffix}")
        assert twin.headers["Access-Control-Allow-Origin"] == chosen.headers["Access-Control-Allow-Origin"] == "*"
    refused = web.get(at, headers={"Accept": "image/png"}, follow_redirects=True)
    assert refused.status_code == 406
    assert [each["href"] for each in refused.json["available"]][1:] == [f"{at}.{suffix}" for suffix in TRIPLES]  # type: ignore[index]
    for offered in refused.json["available"]:  # type: ignore[index]
        followed = web.get(offered["href"], follow_redirects=True)
        assert (followed.status_code, followed.mimetype) == (200, offered["type"])


def links_of(response: TestResponse) -> set[tuple[str, str, str]]:
    found = [
        re.fullmatch(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', each)
        for each in response.headers.getlist("Link")
    ]
    assert all(found)
    return {(match[1], relation, match[3] or "") for match in found if match for relation in match[2].split()}


def test_a_page_says_by_its_links_what_else_there_is(web: FlaskClient) -> None:
    address, iri = "/doc/agreement/jare-lynas-2011", f"{DEFAULT_BASE}/id/agreement/jare-lynas-2011"
    page = web.get(address, headers=PAGE)
    links = links_of(page)
    assert {(address, "canonical", ""), (iri, "cite-as", ""), ("/agreements", "collection", "")} <= links
    assert {("https://schema.org/AboutPage", "type", ""), (f"{HR}Agreement", "type", "")} <= links
    assert (PROFILES["hr"], "profile", "") in links
    for suffix, media in TRIPLES.items():
        assert {(f"{address}.{suffix}", relation, media) for relation in ("alternate", "describedby")} <= links
    in_head = {
        (html.unescape(match[2]), relation, match[3] or "")
        for match in re.finditer(r'<link rel="([^"]*)" href="([^"]*)"(?: type="([^"]*)")?>', page.text)
        for relation in match[1].split()
    }
    assert {each for each in links if each[1] != "profile"} <= in_head
    for form in (f"{address}.ttl", f"{address}.linkset"):
        assert links_of(web.get(form)) == links
    assert {each for each in links if each[1] != "profile"} == links_of(web.get(f"/id{address[4:]}"))


def test_a_licence_is_linked_where_there_is_one(web: FlaskClient) -> None:
    seen = set()
    for path in ("/doc/agreement/jare-lynas-2011", "/doc/source/usgs-mcs-2026", "/doc/country/JP", "/doc/item/nickel"):
        page = web.get(path, headers=PAGE)
        linked = [target for target, relation, _ in links_of(page) if relation == "license"]
        assert bool(linked) == ("CC BY 4.0</a>" in page.text), path
        seen.add(bool(linked))
    assert seen == {True, False}
    assert "license" in {relation for _, relation, _ in links_of(web.get("/ns/Agreement"))}


def test_the_links_as_one_document(web: FlaskClient) -> None:
    path = "/doc/agreement/jare-lynas-2011"
    response = web.get(f"{path}.linkset", base_url="http://registry.example")
    assert response.mimetype == "application/linkset+json"
    (context,) = response.get_json(force=True)["linkset"]
    assert context["anchor"] == f"http://registry.example{path}"
    assert context["cite-as"] == [{"href": f"{DEFAULT_BASE}/id/agreement/jare-lynas-2011"}]
    assert {"href": f"http://registry.example{path}.ttl", "type": "text/turtle"} in context["describedby"]
    # Its addresses are those of the request: who asks at another gets another, and who names no host none.
    assert web.get(f"{path}.linkset").text == response.text.replace("//registry.example/", "//localhost/")
    for host in ("a b", 'x"><script>', "evil.example/path?", "[::1", ""):
        refused = web.get(f"{path}.linkset", headers={"Host": host})
        assert refused.status_code == 400 or "<script>" not in refused.text


def test_a_site_that_knows_its_address_is_not_told_another(web: FlaskClient) -> None:
    here = web.application.extensions["hedgerow"]
    known = create_app(Settings(site="https://hedgerow.example", demo=0), here.graph).test_client()
    for path in ("/doc/agreement/jare-lynas-2011.linkset", "/sitemap.xml", "/robots.txt"):
        response = known.get(path, base_url="http://evil.example")
        assert "https://hedgerow.example/" in response.text
        assert "evil" not in response.text
        assert "localhost" not in response.text


def test_profiles_are_listed_chosen_and_refused(web: FlaskClient) -> None:
    path = "/doc/standard/irma-mining-v1"
    for asked in ("alt", PROFILES["alt"]):
        listed = web.get(path, query_string={"_profile": asked}, headers={"Accept": "text/turtle"})
        assert listed.headers["Content-Profile"] == f"<{PROFILES['alt']}>"
        assert (PROFILES["alt"], "profile", "") in links_of(listed)
        offered = re.findall(r"<(http://localhost[^>]*)> a ", listed.text)
        assert len(offered) == len(PROFILES) * (1 + len(TRIPLES))
    for address in offered:
        one = web.get(address)
        assert one.status_code == 200
        token, media = re.findall(r"_profile=(\w+)&_mediatype=(\S+)", address)[0]
        assert one.headers["Content-Profile"] == f"<{PROFILES[token]}>"
        assert one.mimetype == media.replace("%2F", "/").replace("%2B", "+")
    page = web.get(f"{path}?_profile=alt&lang=en", headers=PAGE)
    assert "In which forms it comes" in page.text
    by_header = web.get(
        path, headers={"Accept": "text/turtle", "Accept-Profile": f"<{PROFILES['alt']}>;q=0.9, <urn:x>"}
    )
    assert by_header.data == listed.data
    assert "Accept-Profile" in by_header.vary
    for odd in ("<" * 60_000, f"<{PROFILES['alt']}>;q=1.2.3", f"<{PROFILES['alt']}>;q=nan", "<>", "alt", "<a>,,;q=,<"):
        assert web.get(path, headers={"Accept-Profile": odd}).status_code == 406
    both = web.get(path, headers={"Accept-Profile": f"<{PROFILES['alt']}>;q=0.5, <{PROFILES['hr']}>;q=0.8"})
    assert both.headers["Content-Profile"] == f"<{PROFILES['hr']}>"
    for refused in (
        web.get(path, headers={"Accept-Profile": "<https://example.org/other>"}),
        web.get(path, headers={"Accept-Profile": f"<{PROFILES['hr']}>;q=0"}),
    ):
        assert refused.status_code == 406
        assert PROFILES["hr"] in refused.json["detail"]  # type: ignore[index]
    for query, says in (("_profile=other", "hr, alt"), ("_mediatype=image/png", "text/turtle")):
        refused = web.get(f"{path}?{query}")
        assert refused.status_code == 400
        assert says in refused.json["remedy"]  # type: ignore[index]
    led = web.get(f"/id{path[4:]}?_profile=alt", headers={"Accept": "text/turtle"})
    assert led.status_code == 303
    assert web.get(led.headers["Location"]).data == listed.data


def test_only_tls_is_told_to_stay_with_tls(web: FlaskClient) -> None:
    for path in ("/about", "/doc/standard/irma-mining-v1.ttl", "/nowhere"):
        assert web.get(path, base_url="https://localhost").headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in web.get(path).headers


class _Broken:
    """A graph whose every answer is a fault of ours that knows too much."""

    tier = "public"

    def query(self, text: str, solutions: str = JSON, triples: str = "", how: How = PLAIN) -> Reply:
        raise RuntimeError("token=hunter2 in /srv/private/ledger.sqlite")

    def version(self) -> str:
        raise RuntimeError("token=hunter2 in /srv/private/ledger.sqlite")

    def status(self) -> Header:
        raise RuntimeError("token=hunter2 in /srv/private/ledger.sqlite")


@pytest.mark.parametrize("accept", ["application/json", PAGE["Accept"]])
def test_a_fault_of_ours_tells_nothing_of_the_inside(accept: str, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(Settings(demo=0), _Broken()).test_client()
    assert not client.application.debug
    for path in ("/doc/item/nickel", "/sparql?query=ASK%7B%7D", "/about", "/readyz", "/questions/bundle.json"):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 500
        told = f"{response.headers}\n{response.text}"
        assert not re.search(r"hunter2|/srv|Traceback|File \"|RuntimeError|werkzeug|flask|python|oxigraph", told, re.I)
        assert response.headers["Cache-Control"] == "no-store"
        check_safety(response, path)
    assert "hunter2" in caplog.text  # whoever runs it learns of it


def test_a_body_that_is_too_large_is_refused_unread(web: FlaskClient) -> None:
    for kind in ("application/sparql-query", "application/x-www-form-urlencoded"):
        response = web.post("/sparql", data=b"query=" + b"x" * 300_000, content_type=kind)
        assert response.status_code == 413
        check_safety(response, "/sparql")
        assert json.loads(response.data)["remedy"]
