"""What machines ask of a site before all else: the map, the rules for robots, the contact, the context, the description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from hedgerow import codes
from hedgerow.iri import CONTEXT
from hedgerow.questions import RECORD_TYPES, load_questions
from hedgerow.settings import Settings
from hedgerow.sources.jsonld import prepared
from hedgerow_web import create_app
from hedgerow_web.api import sitemap
from tests.conftest import RECORDS
from tests.web.conftest import VIEW
from tests.web.test_pages import PAGE

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(web: FlaskClient, path: str) -> list[str]:
    response = web.get(path)
    assert response.mimetype == "application/xml"
    tree = ElementTree.fromstring(response.data)
    assert {day.text for day in tree.iter(f"{SITEMAP}lastmod")} <= {VIEW.day.isoformat()}
    return [str(loc.text) for loc in tree.iter(f"{SITEMAP}loc")]


def test_the_sitemap_names_every_record_and_page_once(web: FlaskClient) -> None:
    parts = addresses(web, "/sitemap.xml")
    assert all(part.startswith("http://localhost/sitemap/") for part in parts)
    named = [address for part in parts for address in addresses(web, part.removeprefix("http://localhost"))]
    assert len(named) == len(set(named))
    assert sum("/doc/" in address for address in named) == RECORDS
    assert not any("/demo" in address or "?" in address for address in named)
    pages = [address.removeprefix("http://localhost") for address in named if "/doc/" not in address]
    assert len(pages) > 500
    robots = RobotFileParser()
    robots.parse(web.get("/robots.txt").text.splitlines())
    for address in named:
        assert robots.can_fetch("Anybot", address), address
    for path in [*pages[::20], "/doc/item/nickel"]:
        assert web.get(path, headers=PAGE).status_code == 200, path


def test_a_kind_with_more_records_than_a_part_may_hold_has_more_parts(
    web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = addresses(web, "/sitemap/standard-1.xml")
    monkeypatch.setattr(sitemap, "MOST", 10)
    web = create_app(Settings(demo=0), web.application.extensions["hedgerow"].graph).test_client()  # keeps nothing yet
    names = [part for part in addresses(web, "/sitemap.xml") if "/standard-" in part]
    assert [name.rpartition("/")[2] for name in names] == ["standard-1.xml", "standard-2.xml", "standard-3.xml"]
    parts = [addresses(web, name.removeprefix("http://localhost")) for name in names]
    assert [len(part) for part in parts] == [10, 10, 7]
    assert [address for part in parts for address in part] == whole
    for name in ("standard-4", "standard-0", "standard", "unicorn-1", "pages-1"):
        assert web.get(f"/sitemap/{name}.xml").status_code == 404


def test_robots_stay_away_from_what_is_computed(web: FlaskClient) -> None:
    text = web.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml\n" in text
    closed = re.findall(r"^Disallow: (\S+)$", text, re.M)
    assert {"/sparql", "/demo/", "/questions/*?", "/questions/*.csv"} <= set(closed)
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    assert not robots.can_fetch("Anybot", "/sparql?query=x")
    assert not robots.can_fetch("Anybot", "/demo/doc/item/nickel")
    assert robots.can_fetch("Anybot", "/doc/item/nickel.ttl")


def test_what_speaks_for_the_host_is_not_said_by_the_demonstration(web: FlaskClient) -> None:
    for path in ("/sitemap.xml", "/robots.txt", "/.well-known/security.txt", "/metrics"):
        assert web.get(f"/demo{path}").status_code == 404
    for path in ("/context.jsonld", "/openapi.json", "/healthz"):
        assert web.get(f"/demo{path}").status_code == 200


def test_nobody_is_named_to_tell_of_a_weakness_who_was_not_asked(web: FlaskClient) -> None:
    unset = web.get("/.well-known/security.txt")
    assert unset.status_code == 404
    assert "HEDGEROW_SECURITY_CONTACT" in unset.json["remedy"]  # type: ignore[index]
    graph = web.application.extensions["hedgerow"].graph
    settings = Settings(demo=0, security_contact="mailto:security@hedgerow.example", site="https://hedgerow.example")
    response = create_app(settings, graph).test_client().get("/.well-known/security.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert list(fields) == ["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]
    assert fields["Contact"] == "mailto:security@hedgerow.example"
    assert fields["Canonical"] == "https://hedgerow.example/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en, ja"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_the_context_is_the_one_that_files_are_read_with(web: FlaskClient) -> None:
    response = web.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    context = response.get_json(force=True)
    versioned = response.headers["Content-Location"]
    assert versioned == f"/context/{context['version']}.jsonld"
    kept = web.get(versioned)
    assert kept.data == response.data
    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in response.headers["Cache-Control"]
    assert web.get("/context/9.9.9.jsonld").status_code == 404
    named = json.loads(prepared(json.dumps({"@context": CONTEXT, "id": "urn:x", "label": {"en": "X"}})))
    assert context["@context"] in named["@context"]


OPENAPI_PARTS = {
    "": {"openapi", "info", "servers", "paths", "components"},
    "operation": {"operationId", "summary", "description", "tags", "parameters", "requestBody", "responses"},
    "parameter": {"name", "in", "required", "description", "schema"},
}
#: Words of JSON Schema 2020-12 that the description uses.
WORDS = {
    "type", "format", "pattern", "enum", "default", "description", "title", "items", "properties", "required", "allOf",
    "additionalProperties", "$ref", "x-unit",
}  # fmt: skip


@pytest.fixture(scope="module")
def description(web: FlaskClient) -> dict[str, Any]:
    return json.loads(web.get("/openapi.json").text)  # type: ignore[no-any-return]


def operations(description: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, item in description["paths"].items():
        assert set(item) <= {"get", "post"}, path
        for operation in item.values():
            yield path, operation


def schemas(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every schema within a schema."""
    yield node
    for inner in [*node.get("properties", {}).values(), *node.get("allOf", [])]:
        yield from schemas(inner)
    for word in ("items", "additionalProperties"):
        if word in node:
            yield from schemas(node[word])


def test_the_description_is_one_of_openapi(description: dict[str, Any], web: FlaskClient) -> None:
    assert set(description) == OPENAPI_PARTS[""]
    assert description["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(description["info"])
    ids = [operation["operationId"] for _, operation in operations(description)]
    assert len(ids) == len(set(ids)) > len(load_questions())
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in web.application.url_map.iter_rules()}
    every: list[Any] = list(description["components"]["schemas"].values())
    for path, operation in operations(description):
        assert set(operation) <= OPENAPI_PARTS["operation"], path
        assert path in rules or path.startswith("/questions/"), path
        steps = set(re.findall(r"{(\w+)}", path))
        names = [(parameter["in"], parameter["name"]) for parameter in operation["parameters"]]
        assert len(names) == len(set(names)), path
        assert {name for place, name in names if place == "path"} == steps, path
        for parameter in operation["parameters"]:
            assert set(parameter) <= OPENAPI_PARTS["parameter"]
            assert parameter["in"] in ("path", "query")
            assert parameter.get("required", False) == (parameter["in"] == "path")
            every.append(parameter["schema"])
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[2-5][0-9][0-9]|default", status)
            found = resolve(description, response)
            assert found["description"]
            every += [body["schema"] for body in found.get("content", {}).values() if "schema" in body]
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    for schema in every:
        for inner in schemas(schema):
            assert set(inner) <= WORDS, inner
            if "$ref" in inner:
                resolve(description, inner)


def resolve(description: Mapping[str, Any], node: Mapping[str, Any]) -> Any:
    if "$ref" not in node:
        return node
    found: Any = description
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


@pytest.mark.parametrize("name", list(load_questions()))
def test_each_question_is_described_as_its_header_says(name: str, description: dict[str, Any]) -> None:
    question = load_questions()[name]
    operation = description["paths"][f"/questions/{name}.{{form}}"]["get"]
    said = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
    # What chooses a form can be no parameter of a question.
    assert list(said) == [*(p.name for p in question.parameters), "recorded", "lang", "sort", "order", "for"]
    for parameter in question.parameters:
        schema = said[parameter.name]["schema"]
        if parameter.type.startswith("code:"):
            assert schema["enum"] == list(codes.values(parameter.type.removeprefix("code:")))
        elif parameter.type in RECORD_TYPES:
            assert re.fullmatch(schema["pattern"], "demo/hinode")
            assert not re.fullmatch(schema["pattern"], "J P")
        if parameter.default is None:
            assert "default" not in schema
        else:
            assert faults(schema, schema["default"], description) == []


@pytest.mark.parametrize("name", list(load_questions()))
def test_what_a_question_answers_is_what_its_description_says(
    name: str, description: dict[str, Any], web: FlaskClient
) -> None:
    answers = description["paths"][f"/questions/{name}.{{form}}"]["get"]["responses"]["200"]["content"]
    answer = json.loads(web.get(f"/questions/{name}.json").text)
    assert faults(answers["application/json"]["schema"], answer, description) == []
    assert web.get(f"/questions/{name}.csv").mimetype in answers


def test_errors_are_what_the_description_says(description: dict[str, Any], web: FlaskClient) -> None:
    schema = description["components"]["schemas"]["Problem"]
    for path in ("/questions/bundle.json?planet=Mars", "/doc/item/unobtainium.ttl", "/sparql?query=x", "/nowhere"):
        assert faults(schema, json.loads(web.get(path).text), description) == [], path


#: JSON types, and the Python ones they are read as.
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "number": (int, float), "integer": (int,), "boolean": (bool,), "null": (type(None),),
    "object": (dict,), "array": (list,),
}  # fmt: skip


def faults(schema: Mapping[str, Any], value: Any, description: Mapping[str, Any], at: str = "") -> list[str]:
    """What is wrong with a value, by the words of JSON Schema used here."""
    schema = resolve(description, schema)
    found = [fault for each in schema.get("allOf", []) for fault in faults(each, value, description, at)]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(
        isinstance(value, TYPES[kind]) and (kind == "boolean" or (value is not True and value is not False))
        for kind in kinds
    ):
        return [*found, f"{at}: {value!r} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not fit {schema['pattern']}")
    if isinstance(value, dict):
        found += [f"{at} lacks {name}" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                found += faults(schema["properties"][name], inner, description, f"{at}/{name}")
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            found += faults(schema["items"], inner, description, f"{at}/{number}")
    return found


def test_the_check_of_answers_can_fail(description: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}, "required": ["n"]}
    assert faults(schema, {"n": 1}, {}) == faults(schema, {"n": None}, {}) == []
    for wrong in ({}, {"n": "1"}, {"n": True}, {"n": 1.5}, []):
        assert faults(schema, wrong, {}), wrong
