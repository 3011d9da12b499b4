"""Names: the vocabulary's namespaces and how an identifier is minted. No I/O."""

from __future__ import annotations

import re

#: What every name of the vocabulary begins with; a redirect leads from there to the same path of a site.
VOCABULARY = "https://w3id.org/hedgerow/"
HR = "https://w3id.org/hedgerow/ns#"
ONTOLOGY_GRAPH = "https://w3id.org/hedgerow/ns"
CODE = "https://w3id.org/hedgerow/code/"
#: The shapes, by fragment; and the alignments with other ontologies, by name.
SHAPES = "https://w3id.org/hedgerow/shapes"
ALIGNMENT = "https://w3id.org/hedgerow/align/"
#: The JSON-LD context shipped as `ontology/context.jsonld`.
CONTEXT = "https://w3id.org/hedgerow/context.jsonld"
#: Where the questions are described as example queries, under the base: a question's name is a fragment of it.
EXAMPLE_QUERIES = ".well-known/sparql-examples"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: What the compilation may be used by.
LICENCE = "https://creativecommons.org/licenses/by/4.0/"

#: The base IRI the shipped queries and rules are written with; a registry with another base rewrites it.
DEFAULT_BASE = "https://w3id.org/hedgerow/registry"

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Lower case, with every run of other characters as one hyphen.

    >>> slug("computed from listed countries")
    'computed-from-listed-countries'
    >>> slug("Ni content")
    'ni-content'
    """
    return _NOT_SLUG.sub("-", text.lower()).strip("-")


def unit_slug(code: str) -> str:
    """The slug of a unit code, with a rate spelled out.

    >>> unit_slug("t/y")
    't-per-y'
    """
    return slug(code.replace("/", " per "))


def mint(base: str, kind: str, name: str) -> str:
    """The IRI of the record `name` of that kind under a registry's base."""
    return f"{base}/id/{kind}/{name}"


def code(scheme: str, name: str) -> str:
    """The IRI of a concept of a code list."""
    return f"{CODE}{scheme}/{name}"


def record_of(iri: str) -> str:
    """The record a thing belongs to: the IRI without its fragment."""
    return iri.partition("#")[0]


def rebase(text: str, base: str) -> str:
    """Rewrite a shipped query, rule or example, written with the default base, for a registry's own base.

    >>> rebase("<https://w3id.org/hedgerow/registry/demo/id/party/x>", "https://example.org")
    '<https://example.org/demo/id/party/x>'
    """
    return text if base == DEFAULT_BASE else text.replace(DEFAULT_BASE, base)
