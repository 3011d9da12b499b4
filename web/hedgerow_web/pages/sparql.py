"""The page of the endpoint: a form, the answer as a table or as text, examples, prefixes and limits."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Response, make_response, render_template, request

from hedgerow.errors import BudgetSpent, CallError, HedgerowError, QueryTimeout, QueryTooLarge
from hedgerow.exchange import service
from hedgerow.graph.client import JSON
from hedgerow.iri import CODE, HR, XSD
from hedgerow.questions import HISTORY, find, load_questions
from hedgerow_web.api.protocol import Asked
from hedgerow_web.negotiate import TRIPLES
from hedgerow_web.site import site

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


def answer(asked: Asked) -> Response:
    """The page, with the answer when there is a query."""
    head: list[str] = []
    rows: list[dict[str, dict[str, str]]] = []
    fault: HedgerowError | None = None
    text, reply = "", None
    if asked.query:
        how = replace(asked.how, spooled=False)
        try:
            reply = site().graph.query(asked.query, JSON, TRIPLES["ttl"], how)
        except (CallError, QueryTimeout, QueryTooLarge, BudgetSpent) as error:
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
        query=asked.query or _example(),
        head=head,
        rows=rows[:SHOWN],
        total=len(rows),
        shown=SHOWN,
        text=text,
        reply=reply,
        fault=fault,
        examples=[question for question in load_questions().values() if question.over != HISTORY],
        prefixes=PREFIXES,
        limits=service.limits(site().settings),
    )
    response = make_response(page, fault.status if fault else 200)
    response.vary.add("Accept")
    return response


def _example() -> str:
    """What stands in the form at first: a question by `?example=`, else a first query."""
    name = request.args.get("example")
    here = site()
    return find(name).bound({}, here.settings.base) if name else here.query_text("example", {})
