# The two commands a person needs: `make serve` and `make test`. Everything else is made by them.
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
TESTS ?= tests

.PHONY: install install-dev serve test lint soak bench data-check lock clean

install: .venv/.installed

install-dev: .venv/.installed-dev

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

serve: install
	HOST=$(HOST) PORT=$(PORT) $(BIN)/hedgerow serve

test: install-dev lint
	sh tests/components.sh
	$(BIN)/pytest -n 2 --dist loadgroup $(TESTS)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: install-dev
	sh tests/components.sh
	$(BIN)/pytest -m soak --soak tests

bench: install-dev
	$(BIN)/python bench/questions.py --rdflib
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/endpoint.py

data-check: install
	$(BIN)/hedgerow check

lock: install-dev
	$(BIN)/pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra install -o requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra install --extra dev \
	  -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:
	rm -rf .venv dist tests/clients/node_modules
