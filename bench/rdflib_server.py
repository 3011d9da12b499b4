"""Serves a file of N-Quads with rdflib-endpoint; runs in that peer's own environment, not in the registry's.

    python rdflib_server.py FILE PORT STORE

`STORE` is `default`, rdflib's own in memory, or `Oxigraph`. The data are read once and each server is a fork of this
process, so that one stuck in a query can be killed and replaced without reading them again.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint


def main(path: str, port: str, store: str) -> None:
    """Serve until this process is told to end."""
    dataset = Dataset(store=store, default_union=True)
    dataset.parse(path, format="nquads" if store == "default" else "ox-nquads")
    application = SparqlEndpoint(graph=dataset)
    while True:
        child = os.fork()
        if not child:
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # die with the parent (PR_SET_PDEATHSIG)
            uvicorn.run(application, host="127.0.0.1", port=int(port), log_level="critical", access_log=False)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
