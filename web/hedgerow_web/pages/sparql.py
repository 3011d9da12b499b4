"""`/sparql`: the query endpoint, and a plain form for people. Bytes of the engine pass through unread."""

from __future__ import annotations

import json
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.exceptions import UnsupportedMediaType

from hedgerow.errors import CallError, HedgerowError, QuerySyntaxError, QueryTimeout, QueryTooLarge
from hedgerow.graph.client import JSON, Reply
from hedgerow.graph.guard import MAX_NESTING, MAX_PATH_STEPS, MAX_PATTERNS, MAX_QUERY_BYTES
from hedgerow.iri import CODE, HR, XSD
from hedgerow.questions import find, load_questions
from hedgerow_web.negotiate import FORMATS, HTML, SOLUTIONS, TRIPLES, choose
from hedgerow_web.site import site

blueprint = Blueprint("sparql", __name__)
#: Rows of a result shown on the page; the machine forms hold all.
SHOWN = 1000
#: The namespaces a query here needs, as the page lists them.
PREFIXES = {
    "hr": HR,
    "code": CODE,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}
#: Parameters of the protocol that choose the graphs; refused, since leaving them unheeded gives a wrong answer.
_DATASET = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")


@blueprint.route("/sparql", methods=["GET", "POST", "OPTIONS"])
def endpoint() -> Response:
    """SPARQL 1.1 Protocol, query operation; a browser without a query gets the form."""
    if request.method == "OPTIONS":
        return _preflight()
    _check_form()
    query = _query()
    _refuse_dataset()
    if _is_page():
        return _page(query)
    if query is None:
        raise CallError("There is no query.", "Send it as the parameter 'query', or as application/sparql-query.")
    solutions, triples = _wanted()
    reply = site().graph.query(query, solutions, triples)
    return _pass_on(reply)


def _check_form() -> None:
    """Refuse what a form reader would mend, or leave out, without a word."""
    body = request.get_data()  # before the form is read, which would leave nothing of it
    if (request.content_length or 0) > len(body):
        raise CallError("The body is shorter than its Content-Length.", "Send it whole.")
    _text(unquote_to_bytes(request.query_string))
    if request.mimetype == "application/x-www-form-urlencoded":
        _text(unquote_to_bytes(body))
    if "update" in request.args:
        raise CallError("Updates are not taken here.", "Records change through the ledger only.")
    alone = request.mimetype == "application/sparql-query"
    if len(request.args.getlist("query")) + len(request.form.getlist("query")) + alone > 1:
        raise CallError("There are two queries.", "Send one, as the parameter 'query' or as the body.")


def _query() -> str | None:
    if request.method in ("GET", "HEAD"):
        return request.args.get("query")
    if request.mimetype == "application/sparql-query":
        return _text(request.get_data())
    if request.mimetype == "application/sparql-update" or "update" in request.form:
        raise CallError("Updates are not taken here.", "Records change through the ledger only.")
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.get("query")
    raise UnsupportedMediaType("Send application/sparql-query or application/x-www-form-urlencoded.")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"The query is not UTF-8: byte {error.start} does not belong.") from None


def _refuse_dataset() -> None:
    for name in _DATASET:
        if name in request.args or name in request.form:
            raise CallError(f"The parameter '{name}' is not taken.", "Name the graphs in the query: FROM or GRAPH.")


def _is_page() -> bool:
    if _argument("format"):
        return False
    accept = request.headers.get("Accept", "")
    return "text/html" in accept and choose(accept, (HTML, *SOLUTIONS.values(), *TRIPLES.values())) == HTML


def _argument(name: str) -> str | None:
    return request.args.get(name) or request.form.get(name)


def _wanted() -> tuple[str, str]:
    """The media types for solutions and for statements; '' for a form the client does not take."""
    name = _argument("format")
    if name:
        if name not in FORMATS:
            raise CallError(f"There is no format '{name}'.", f"Use one of {', '.join(FORMATS)}.")
        return FORMATS[name]
    accept = request.headers.get("Accept")
    solutions, triples = choose(accept, list(SOLUTIONS.values())), choose(accept, list(TRIPLES.values()))
    if solutions is None and triples is None:
        abort(406, f"Answers come as {', '.join((*SOLUTIONS.values(), *TRIPLES.values()))}.")
    return solutions or "", triples or ""


def _pass_on(reply: Reply) -> Response:
    response = make_response(reply.body)
    text = reply.media_type.startswith("text/")
    response.content_type = f"{reply.media_type}; charset=utf-8" if text else reply.media_type
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Hedgerow-Version"] = reply.version
    response.headers["Server-Timing"] = f"worker;dur={reply.millis}"
    response.vary.add("Accept")
    return response


def _preflight() -> Response:
    response = make_response("", 204)
    response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _example() -> str:
    """What stands in the form at first: a question by `?example=`, else a first query."""
    name = request.args.get("example")
    here = site()
    return find(name).bound({}, here.settings.base) if name else here.query_text("example", {})


def _limits() -> dict[str, int]:
    settings = site().settings
    return {
        "bytes": MAX_QUERY_BYTES,
        "nesting": MAX_NESTING,
        "steps": MAX_PATH_STEPS,
        "patterns": MAX_PATTERNS,
        "seconds": settings.query_seconds,
        "memory": settings.worker_megabytes,
        "answer": settings.answer_megabytes,
    }


def _page(query: str | None) -> Response:
    head: list[str] = []
    rows: list[dict[str, dict[str, str]]] = []
    fault: HedgerowError | None = None
    text, reply = "", None
    if query:
        try:
            reply = site().graph.query(query, JSON, TRIPLES["ttl"])
        except (CallError, QueryTimeout, QueryTooLarge) as error:
            fault = error
    if reply and reply.media_type == JSON:
        results = json.loads(reply.body)
        head = results["head"].get("vars", [])
        rows = results.get("results", {}).get("bindings", [])
        text = str(results["boolean"]).lower() if "boolean" in results else ""
    elif reply:
        text = reply.body.decode("utf-8")
    page = render_template(
        "sparql.html",
        query=query or _example(),
        head=head,
        rows=rows[:SHOWN],
        total=len(rows),
        shown=SHOWN,
        text=text,
        reply=reply,
        fault=fault,
        examples=load_questions().values(),
        prefixes=PREFIXES,
        limits=_limits(),
    )
    response = make_response(page, fault.status if fault else 200)
    response.vary.add("Accept")
    return response
