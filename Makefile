# One thing each: `demo` is local, `sweep` is in the cluster, `open` forwards ports.
# make turns every failure into 2; whoever needs the verdict calls `loadtest` itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
# The last for which numpy and scipy of constraints.txt come as wheels; pip would compile them for another.
NEWEST_PYTHON := 14
BIN := .venv/bin
PY := $(BIN)/python
OUTPUT ?= results
# Of `make test`: tests of servers mostly wait, so there are three times as many as the two cores for which this was measured.
PYTEST_WORKERS ?= 6

# The sandbox imports a workflow's module for each workflow; without bytecode on disk each import compiles it.
unexport PYTHONDONTWRITEBYTECODE

##@ Start here

# A terminal gets lines of its width; a pipe gets one line a target, to be searched. What changes the kit comes last.
.PHONY: help
help: ## list all targets
	@exec 3>&1; set -- $$(if [ -t 3 ]; then stty size <&3; else echo 0 0; fi); \
	awk -v columns="$$2" 'BEGIN {FS = ":.*## "} \
	  /^##@/ {last = /^##@ Changing/; put("\n" substr($$0, 5))} \
	  /^[a-z0-9-]+:.*## / {line = sprintf("  make %-19s", $$1); words = split($$2, word, " "); \
	    for (i = 1; i <= words; i++) { \
	      if (columns && length(line) + length(word[i]) + 2 > columns) {put(line); line = sprintf("%26s", "")} \
	      line = line " " word[i]} \
	    put(line)} \
	  function put(text) {if (last) kept = kept text "\n"; else print text} \
	  END {printf "%s", kept}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(BIN)/.installed ## install the kit into .venv, with Temporal's development server; nothing outside of this folder; PYTHON=python3.13 takes another Python

# A .venv holds its own path and its Python: where the checkout was moved or copied, or that Python is gone, and for
# another PYTHON on the command line, it is made anew.
OTHER_PYTHON = || [ "$$($(PYTHON) -V 2>&1)" != "$$($(PY) -V 2>&1)" ]
STALE := $(shell [ ! -e $(BIN)/.installed ] || { made=$$(<$(BIN)/.installed); \
  if [ "$${made:-$(CURDIR)}" != "$(CURDIR)" ] || [ ! -x $(PY) ] \
    $(if $(findstring command,$(origin PYTHON)),$(OTHER_PYTHON)); then echo --clear; fi; })
ifneq ($(STALE),)
.PHONY: $(BIN)/.installed
endif

$(BIN)/.installed: constraints.txt worker/pyproject.toml loadtest/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $(NEWEST_PYTHON)))' || \
	  { echo "error: $(PYTHON) is $$($(PYTHON) -V 2>&1): Python 3.11 to 3.$(NEWEST_PYTHON) is needed; write make PYTHON=python3.13" >&2; exit 2; }
	$(PYTHON) -m venv $(STALE) .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable worker --editable 'loadtest[local]'
	@echo "$(CURDIR)" > $@

$(BIN)/.installed-dev: $(BIN)/.installed pyproject.toml
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
	$(PY) -m pip install --quiet --constraint constraints.txt --group dev
	@touch $@

.PHONY: demo
demo: setup ## a sweep on this machine: 1, 2, 4 workers; report in results/latest/ (3 minutes)
	$(BIN)/loadtest sweep loadtest/plans/demo.toml --output $(OUTPUT)

.PHONY: smoke
smoke: setup ## the shortest sweep that is valid (90 s)
	$(BIN)/loadtest sweep loadtest/plans/smoke.toml --output $(OUTPUT)

##@ Changing the kit: checks

.PHONY: check
check: $(BIN)/.installed-dev ## lint, types and every test that starts no process: the inner loop (a minute on two cores)
	@$(MAKE) --jobs=3 quick lint

.PHONY: quick
quick: $(BIN)/.installed-dev
	$(BIN)/pytest -q -n 2 --dist worksteal -p pytest_without_processes $(PYTEST_ARGS)

.PHONY: test
test: lint pytest ## every check that needs no cluster (about 9 minutes on two cores)

# A module's tests stay together, as they share what they start; what takes longest comes first.
SIDE_BY_SIDE = --dist loadscope --no-loadscope-reorder

.PHONY: pytest
pytest: $(BIN)/.installed-dev ## the tests alone; those that judge what a sweep read come after all others, two at a time; PYTEST_ARGS adds arguments
	$(BIN)/pytest -n $(PYTEST_WORKERS) $(SIDE_BY_SIDE) -m 'not e2e and not sweep' $(PYTEST_ARGS)
	$(BIN)/pytest -n 2 $(SIDE_BY_SIDE) -p pytest_only_sweeps -m 'sweep and not e2e' $(PYTEST_ARGS)

.PHONY: lint
lint: $(BIN)/.installed-dev ## ruff, mypy strict, import-linter, vulture
	@$(MAKE) $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=2) unused typed

.PHONY: unused
unused:
	$(BIN)/vulture
	$(BIN)/vulture worker/src loadtest/src loadtest/bench dashboards/unanswered_panels.py # without the tests, which keep nothing alive

.PHONY: typed
typed:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache

.PHONY: coverage
coverage: $(BIN)/.installed-dev ## the tests with branch coverage, child processes included
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m 'not e2e' $(PYTEST_ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

.PHONY: format
format: $(BIN)/.installed-dev ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: constraints
constraints: ## write constraints.txt anew from the newest versions
	rm -rf .venv && $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet --editable worker --editable 'loadtest[local]' --group dev
	{ echo '# Every version this project was tested with; made by `make constraints`.'; \
	  $(PY) -m pip freeze --all --exclude-editable --exclude repair-worker --exclude temporal-loadtest; } > constraints.txt

-include worker/worker.mk loadtest/loadtest.mk k8s/k8s.mk k8s/compose/compose.mk dashboards/dashboards.mk k8s/e2e.mk charts/charts.mk
