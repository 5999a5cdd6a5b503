SHELL := /bin/bash
.DEFAULT_GOAL := help

HOST ?= 127.0.0.1
PORT ?= 8501
# Both cores, and a third was no faster; what shares stores and pages stays in one process
# (tests/conftest.py): they are built once.
WORKERS ?= 2
export HOST PORT
# Bytecode is kept: without it every process of every run compiles all tests anew.
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
ran := .venv/run.stamp
developed := .venv/dev.stamp
compiled := .venv/compiled.stamp
# Types are read anew when something has changed since the last reading began; folders too, as a file may be gone.
typed := .types.stamp
typed_files := $(shell find analytics data -name __pycache__ -prune -o \( -type d -o -name '*.py' -o -name '*.pyi' \) -print)

# pytest in all workers, types and import contracts beside it; what these say stands at the end, and either one fails.
# What is compiled is compiled before, once: each worker would do so for itself, within the time of a test. It takes
# one core for as long as types do, so these begin beside it, as does the finding of what tests ask for ($(2)).
define tested
$(MAKE) --no-print-directory contracts >.venv/contracts.log 2>&1 & beside=$$!; \
{ $(or $(2),true); } >.venv/found & finding=$$!; \
$(python) -m data.sources.warm; warm=$$?; wait $$finding; found=$$?; \
if [ $$((warm | found)) != 0 ]; then wait $$beside; exit 1; fi; touch $(compiled); \
CHROMIUM="$$(cat .venv/found)" $(python) -m pytest -n $(WORKERS) --dist loadfile $(1); tests=$$?; \
wait $$beside; contracts=$$?; cat .venv/contracts.log; exit $$((tests | contracts))
endef

help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Prints the path of a Chromium, after all servers: they come from one package manager, which serves one at a time.
define finding
for server in "postgres.sh find" "mariadb.sh find" "prometheus.sh find" "elasticsearch.sh find 8" "elasticsearch.sh find 9" \
  "published.sh find"; do \
  scripts/$$server >/dev/null || true; done; scripts/browser.sh
endef

run: $(compiled) ## Install, make the demo company if there is no store, serve on http://127.0.0.1:8501 (PORT=… for another)
	@$(python) -m scripts.serve

test: $(developed) ## Everything: formatting, lint, types, import contracts, unit, promises, browser, servers
	@$(MAKE) --no-print-directory style
	@$(call tested,,$(finding))

check: $(developed) style ## The same without the browser, servers that start slowly and most random examples
	@$(call tested,--ignore=tests/browser -m "not heavy" --hypothesis-profile=check)

lint: $(developed) style contracts ## Formatting, lint, types and import contracts

style: $(developed)
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .

contracts: $(typed)
	@.venv/bin/lint-imports

$(typed): $(developed) $(typed_files) pyproject.toml
	@touch $@.begun
	@.venv/bin/pyright --pythonpath $(python)
	@mv $@.begun $@

format: $(developed) ## Put the code into its one format
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .

panels: $(compiled) ## Ask every panel of every board on the demo company: id, rows, milliseconds
	@$(python) -m data.demo
	@$(python) -m scripts.panels

bench: $(developed) $(compiled) ## Measure against the budgets, within 20 minutes (BIG=1 adds what needs 100 M rows)
	@$(python) -m bench

screenshots: $(developed) $(compiled) ## Every page, light and dark, at four widths, into var/screenshots
	@$(python) -m data.demo
	@CHROMIUM="$$(scripts/browser.sh)" && export CHROMIUM && $(python) -m scripts.screenshots

install: $(compiled) ## Only make the virtual environment with the pinned versions

clean: ## Remove the virtual environment and caches; var, where your rows lie, stays
	@rm -rf .venv $(typed) $(typed).begun .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ran): requirements.txt scripts/venv.sh
	@scripts/venv.sh requirements.txt
	@touch $@

$(developed): requirements.txt requirements-dev.txt scripts/venv.sh
	@scripts/venv.sh requirements-dev.txt
	@touch $@ $(ran)

# What reads files and finds funnels is compiled once, so that nobody's first file waits for it.
$(compiled): $(ran)
	@$(python) -m data.sources.warm
	@touch $@

.PHONY: help run test check lint style contracts format panels bench screenshots install clean
