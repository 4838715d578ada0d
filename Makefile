# The two commands are `make app` and `make test`; each does all its own set-up.
PYTHON ?= python3
PORT ?= 8501
UV := .tools/bin/uv
PY := .venv/bin/python
# The machine's own certificate store: government networks often add a root certificate.
export UV_SYSTEM_CERTS := 1
export UV_PROJECT_ENVIRONMENT := .venv
INSTALL := $(UV) pip install --quiet --python $(PY) --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: help app test test-fast examples lint format bench lock words torture driver postgres chromium clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

app: .venv/.app  ## run the app on http://localhost:$(PORT)
	$(PY) -m cli serve --port $(PORT)

test: .venv/.dev chromium postgres  ## run all tests, the real browser's included
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: .venv/.dev  ## run the tests that need no browser
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser"

examples: .venv/.dev  ## try every property on new random examples
	NEW_EXAMPLES=1 $(PY) -m pytest -n 2 --dist loadfile -m "not browser"

lint: .venv/.dev  ## style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: .venv/.dev  ## put the code into shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/.dev chromium  ## measure every figure beside its peer and print ratios
	$(PY) -m tests.bench

torture: .venv/.dev postgres  ## the long trials of the store: writers, kills, full disks
	TORTURE=1 $(PY) -m pytest tests/torture -q

driver: .venv/.app  ## install the driver for PostgreSQL beside the app
	$(UV) pip install --quiet --python $(PY) --editable '.[postgres]'

postgres:  # the database server for the tests, where the machine allows it
	@sh tests/data/postgres.sh

chromium:  # the browser for the tests, where the machine allows it
	@sh tests/browser/chromium.sh

lock: $(UV)  ## resolve the versions again and write them with hashes
	$(UV) pip compile -q --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" requirements/uv.in -o requirements/uv.txt
	$(UV) pip compile -q --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements/app.txt
	$(UV) pip compile -q --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" -c requirements/app.txt pyproject.toml --extra notebook --group test --group lint --group bench -o requirements/dev.txt

words: .venv/.dev  ## collect the marked messages into the Chinese catalogue
	.venv/bin/pybabel -q extract -F babel.cfg -k N_ -k _ --no-location --omit-header -o build/gezhi.pot .
	.venv/bin/pybabel -q update -i build/gezhi.pot -d i18n/locales -D gezhi -l zh --no-fuzzy-matching --omit-header

clean:  ## remove what the targets made, the stores in var/ excepted
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache

$(UV):
	@sh .ci/venv.sh $(PYTHON) .tools
	.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

$(PY): | $(UV)
	$(UV) venv --quiet --python $(PYTHON) .venv

.venv/.app: requirements/app.txt pyproject.toml | $(PY)
	$(INSTALL) requirements/app.txt
	$(UV) pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | $(PY)
	$(INSTALL) requirements/dev.txt
	$(UV) pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@ .venv/.app
