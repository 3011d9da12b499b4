"""`/openapi.json` (OpenAPI 3.1): one operation a question, made from its header, and what else machines ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, current_app, make_response, request

from hedgerow import __version__, codes
from hedgerow.questions import ANY_RECORD, FORMS, HISTORY, RECORD_TYPES, Column, Parameter, Question, load_questions
from hedgerow_web import i18n, views
from hedgerow_web.negotiate import SOLUTIONS, TRIPLES
from hedgerow_web.problem import PROBLEM

blueprint = Blueprint("openapi", __name__)

Json = Mapping[str, object]
#: The JSON of a value, by the type that a header gives it.
_TYPES: Mapping[str, Json] = {
    "iri": {"type": "string", "format": "iri"},
    "iris": {"type": "string", "description": "IRIs, parted by spaces"},
    "code": {"type": "string", "format": "iri"},
    "string": {"type": "string"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}
_NAME = {"type": "string", "pattern": "^(demo/)?[A-Za-z0-9][A-Za-z0-9._-]*$"}
_DAY = {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|today)$"}
#: The texts in the footing of an answer.
_FOOTING = (
    *("question", "id", "version", "tier", "registry", "language", "licence"),
    *("assumptions", "coverage", "missing"),
)
_RECORD = {"type": "string", "pattern": "^(demo/)?[a-z-]+/[A-Za-z0-9][A-Za-z0-9._-]*$"}
_MOMENT = {"type": "string", "pattern": "^([0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?)$"}
_RDF = tuple(TRIPLES.values())
#: Rule of a route: what it gives, its media types, the parameters of its query. Left out where there is no such route.
_ROUTES: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "/id/<kind>/<slug>": ("Leads from a record to its description.", (), ()),
    "/doc/<kind>/<slug>": ("The description of a record.", ("text/html", *_RDF), ("_profile", "_mediatype")),
    "/ns": ("The whole ontology.", ("text/html", *_RDF), ()),
    "/ns/<name>": ("A module or a term of the ontology.", ("text/html", *_RDF), ()),
    "/code/<name>": ("A code list.", ("text/html", *_RDF), ()),
    "/code/<name>/<slug>": ("Leads from a code to its description.", (), ()),
    "/graph/<name>": ("A graph that belongs to no record.", ("text/html", *_RDF), ()),
    "/context.jsonld": ("The JSON-LD context.", ("application/ld+json",), ()),
    "/sparql": ("SPARQL 1.1 Protocol, query operation.", (*SOLUTIONS.values(), *_RDF), ("query", "format")),
    "/graphs": ("A graph by its IRI, or all as one (Graph Store Protocol).", _RDF, ("graph", "default", "format")),
    "/catalog": ("The catalogue (DCAT).", ("text/html", *_RDF), ()),
    "/.well-known/void": ("The description of the dataset (VoID).", _RDF, ()),
    "/.well-known/sparql-examples": ("The questions as example queries (SHACL).", _RDF, ()),
    "/openapi.json": ("This description.", ("application/json",), ()),
    "/healthz": ("Whether the process answers.", ("application/json",), ()),
    "/readyz": ("Whether the registry is fit to serve.", ("application/json",), ()),
    "/metrics": ("What is counted, for Prometheus.", ("text/plain",), ()),
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of everything a program can ask for."""
    rules = {rule.rule: rule.endpoint for rule in current_app.url_map.iter_rules()}
    known = [rule for rule in _ROUTES if rule in rules]
    paths: dict[str, dict[str, Json]] = {_template(rule): {"get": _route(rule, rules[rule])} for rule in known}
    paths["/sparql"]["post"] = _posted(paths["/sparql"]["get"])
    paths |= {f"/questions/{q.name}.{{form}}": {"get": _question(q)} for q in load_questions().values()}
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "Hedgerow",
            "summary": "A registry of critical-material agreements as a knowledge graph",
            "version": __version__,
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": request.script_root or "/"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "responses": {"Problem": _problem()}},
    }
    response = make_response(json.dumps(body, ensure_ascii=False, indent=1))
    response.mimetype = "application/json"
    return response


def _template(rule: str) -> str:
    return rule.replace("<", "{").replace(">", "}")


def _route(rule: str, endpoint: str) -> Json:
    about, types, asked = _ROUTES[rule]
    steps = [step[1:-1] for step in rule.split("/") if step.startswith("<")]
    given: Json = {"content": {media: {} for media in types}} if types else {}
    return {
        "operationId": endpoint.replace(".", "-"),
        "summary": about,
        "parameters": [
            *(_asked(name, {"type": "string"}, where="path") for name in steps),
            *(_asked(name, {"type": "string"}) for name in asked),
        ],
        "responses": {
            **({"200": {"description": about, **given}} if types else {"303": {"description": about}}),
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def _posted(operation: Json) -> Json:
    """The same with the query in the body."""
    text = {"schema": {"type": "string"}}
    form = {"schema": {"type": "object", "properties": {"query": text["schema"]}, "required": ["query"]}}
    body = {"application/sparql-query": text, "application/x-www-form-urlencoded": form}
    kept = {name: value for name, value in operation.items() if name != "parameters"}
    request_body = {"required": True, "content": body}
    return {**kept, "operationId": f"{operation['operationId']}-posted", "parameters": [], "requestBody": request_body}


def _question(question: Question) -> Json:
    rows = {"type": "array", "items": _row(question.columns)}
    followed = question.over != HISTORY
    answer = {"allOf": [{"$ref": "#/components/schemas/Answer"}, {"properties": {"rows": rows}}]}
    return {
        "operationId": question.name,
        "summary": question.title["en"],
        "description": f"{question.why['en']} {question.assumptions.get('en', '')}".strip(),
        "tags": [question.group],
        "parameters": [
            _asked(
                "form",
                {"enum": [*dict.fromkeys(form.suffix for form in FORMS), *(["atom"] if followed else [])]},
                where="path",
            ),
            *(_asked(p.name, _value(p), p.label["en"]) for p in question.parameters),
            _asked("recorded", _MOMENT, "What was on record then: a position of the log, a day or an instant"),
            _asked("lang", {"enum": list(i18n.LANGUAGES)}, "Language of the labels"),
            _asked(
                "sort", {"enum": [column.name for column in question.columns]}, "Column that the rows are sorted by"
            ),
            _asked("order", {"enum": list(views.ORDERS)}, "Which way; what is not known is last in both"),
            _asked(
                "for",
                {"enum": [form.asked["for"] for form in FORMS if form.asked]},
                "CSV made safe to open in a spreadsheet",
            ),
        ],
        "responses": {
            "200": {
                "description": "The whole answer.",
                "content": {
                    **{
                        form.media_type: {"schema": answer if form.name == "json" else {"type": "string"}}
                        for form in FORMS
                    },
                    **({"application/atom+xml": {"schema": {"type": "string"}}} if followed else {}),
                },
            },
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }


def _asked(name: str, schema: Json, about: str = "", where: str = "query") -> Json:
    said = {"description": about} if about else {}
    return {"name": name, "in": where, **({"required": True} if where == "path" else {}), **said, "schema": schema}


def _value(parameter: Parameter) -> Json:
    """What a parameter takes. A default is told as text is sent, for a number as the number."""
    kind, default = parameter.type, parameter.default
    if kind in RECORD_TYPES:
        schema: Json = _NAME
    elif kind == ANY_RECORD:
        schema = _RECORD
    elif kind.startswith("code:"):
        schema = {"enum": list(codes.values(kind.removeprefix("code:")))}
    else:
        schema = _DAY if kind == "date" else _TYPES[kind]
    if default is None:
        return schema
    return {**schema, "default": json.loads(default) if kind in ("integer", "decimal", "boolean") else default}


def _row(columns: Iterable[Column]) -> Json:
    """The object of one row. Nothing known is null; what is named has its label beside it."""
    properties: dict[str, Json] = {}
    for column in columns:
        schema = {**_TYPES[column.type], "title": column.label["en"]}
        if column.unit:
            schema["x-unit"] = column.unit
        properties[column.name] = {**schema, "type": [str(schema["type"]), "null"]}
        if column.type in ("iri", "code"):
            properties[f"{column.name}Label"] = {"type": ["string", "null"], "title": column.label["en"]}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _schemas() -> Json:
    text, whole = {"type": "string"}, {"type": "integer"}
    footing = {
        **dict.fromkeys(_FOOTING, text),
        "parameters": {"type": "object", "additionalProperties": text},
        "asOf": _TYPES["date"],
        "rows": whole,
    }
    texts = {"type": "object", "additionalProperties": text}
    column = {"name": text, "label": text, "labels": texts, "type": text, "unit": {"type": ["string", "null"]}}
    source = _object({"title": text, "publisher": text, "address": text, "licence": text})
    sources = {"type": "array", "items": text}
    recorded = {**_object({"position": whole, "at": text}), "description": "Of an earlier state: which one."}
    problem = {"type": text, "title": text, "status": whole, "detail": text, "remedy": text}
    return {
        "Answer": _object({
            "question": _object({"id": text, "name": text, "title": texts}),
            "columns": {"type": "array", "items": _object(column)},
            "rows": {"type": "array", "items": {"type": "object"}},
            "footing": {**_object(footing), "properties": {**footing, "recorded": recorded}},
            "names": {**texts, "description": "What the things in lists are called, by their IRIs"},
            "evidence": {
                "type": "object",
                "description": "The sources of each record that rows rest on",
                "additionalProperties": sources,
            },
            "sources": {"type": "object", "additionalProperties": source},
        }),
        "Problem": _object(problem),
    }  # fmt: skip


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _problem() -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "What went wrong, where, and what to do.", "content": {PROBLEM: {"schema": schema}}}
