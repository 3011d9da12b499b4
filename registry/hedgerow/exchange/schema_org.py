"""The catalogue in the words of schema.org, for search engines: what a page carries as a block of JSON-LD."""

from __future__ import annotations

from hedgerow.exchange.entries import Catalogue, Distribution, Entry

CONTEXT = "https://schema.org/"
Block = dict[str, object]


def data_catalog(catalogue: Catalogue, site: str) -> Block:
    """The catalogue, with its sets of data by name."""
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": catalogue.iri,
        "name": catalogue.title,
        "description": catalogue.description,
        "url": f"{site}/catalog",
        "license": catalogue.licence,
        "publisher": _organization(catalogue.publisher),
        "inLanguage": ["en", "ja"],
        "dataset": [
            {"@type": "Dataset", "@id": each.iri, "name": each.title, "description": each.description}
            for each in catalogue.entries
        ],
    }


def datasets(catalogue: Catalogue) -> Block:
    """Every set of data of the catalogue, whole."""
    return {"@context": CONTEXT, "@graph": [_dataset(each, catalogue) for each in catalogue.entries]}


def _dataset(entry: Entry, catalogue: Catalogue) -> Block:
    told: Block = {
        "@type": "Dataset",
        "@id": entry.iri,
        "name": entry.title,
        "description": entry.description,
        "url": entry.landing,
        "license": entry.licence,
        "version": entry.version,
        "publisher": _organization(entry.publisher),
        "isAccessibleForFree": True,
        "inLanguage": ["en", "ja"],
        "keywords": list(entry.keywords),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": catalogue.iri, "name": catalogue.title},
        "distribution": [_download(each) for each in entry.distributions],
    }
    if entry.issued:
        told["datePublished"] = entry.issued
    if entry.modified:
        told["dateModified"] = entry.modified
    if entry.period:
        told["temporalCoverage"] = "/".join(entry.period)
    return told


def _download(distribution: Distribution) -> Block:
    told: Block = {"@type": "DataDownload", "name": distribution.title, "contentUrl": distribution.address}
    if distribution.media_type:
        told["encodingFormat"] = distribution.media_type
    return told


def _organization(name: str) -> Block:
    return {"@type": "Organization", "name": name}
