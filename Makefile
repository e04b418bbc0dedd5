# Everything starts here. Needs Python 3.11 (3.11.2 or newer) and make, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench accuracy lock format

help:
	@echo "make run    set up and serve at 127.0.0.1:$(PORT) (PORT= changes the port; PLATFORM=local adds a page to chat with the account)"
	@echo "make demo   one encrypted question and its answer, then stop"
	@echo "make test   the whole test suite on SQLite, PostgreSQL and Redis"
	@echo "make check  lint, types, system checks, migrations, messages, OpenAPI"
	@echo "make bench  the benchmarks"
	@echo "make accuracy  the engine beside other implementations; writes docs/accuracy.md"

run: $(VENV)/runtime
	@API_PORT=$(PORT) $(BIN)/python manage.py serve --port $(PORT) $(if $(PLATFORM),--platform $(PLATFORM))

demo: $(VENV)/runtime
	@API_PORT=$(PORT) $(BIN)/python manage.py serve --port $(PORT) --demo

test: $(VENV)/development
	@WORKERS=$(WORKERS) $(BIN)/python -m tests.suite

check: $(VENV)/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy celestial_site wechat predictions ops_dashboard
	$(BIN)/python -m tests.deploy_check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py compile_catalogues --check
	$(BIN)/python manage.py spectacular --format openapi-json --file var/openapi.json --validate --fail-on-warn
	cmp var/openapi.json docs/openapi.json

bench: $(VENV)/development
	$(BIN)/python -m benchmarks

accuracy: $(VENV)/development
	$(BIN)/python -m tests.agreement

format: $(VENV)/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/development
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements-lock.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-dev.in -o requirements-dev-lock.txt

$(VENV)/runtime: requirements-lock.txt deploy/make_venv.sh
	@sh deploy/make_venv.sh "$(PYTHON)" $(VENV) requirements-lock.txt
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev-lock.txt
	@sh deploy/make_venv.sh "$(PYTHON)" $(VENV) requirements-dev-lock.txt
	@touch $@
