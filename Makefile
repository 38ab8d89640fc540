# The few verbs a contributor needs. `make run` and `make test` make all they need on a machine with Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A checkout's own results: nothing of the user's settings and files goes into them, and nothing is written outside.
export PROVIDERS_HOME := $(CURDIR)/build/home
unexport PROVIDERS_REGISTRY PROVIDERS_CONFIG PROVIDERS_ARTIFACT PROVIDERS_FORMAT PROVIDERS_STATE

.PHONY: help run compile test static check verify verify-real golden generate bench rule clean
.DEFAULT_GOAL := help

help:      ## Show this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "modelwright needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no virtual environment could be made; on Debian and Ubuntu install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml hatch_build.py | $(BIN)/python
	@echo "installing modelwright into $(VENV) …" >&2
	@$(BIN)/python -m pip install --quiet --editable '.[fast]'
	@touch $@

$(VENV)/.tools: $(VENV)/.installed
	@echo "installing the tools for tests into $(VENV) …" >&2
	@$(BIN)/python -m pip install --quiet --editable '.[fast,dev]'
	@touch $@

run: $(VENV)/.installed  ## Install, lint and compile the registry, and ask it something
	@$(BIN)/providers lint
	@$(BIN)/providers compile --no-sightings -o build/registry.artifact
	@echo; echo "\$$ providers models list --provider anthropic"
	@PROVIDERS_ARTIFACT=build/registry.artifact $(BIN)/providers models list --provider anthropic
	@echo; echo "\$$ providers resolve anthropic/claude-sonnet-4-5"
	@PROVIDERS_ARTIFACT=build/registry.artifact $(BIN)/providers resolve anthropic/claude-sonnet-4-5
	@echo; echo "\$$ providers cost anthropic/claude-sonnet-4-5 --input 12000 --output 800 --cache-read 10000"
	@PROVIDERS_ARTIFACT=build/registry.artifact $(BIN)/providers cost anthropic/claude-sonnet-4-5 --input 12000 --output 800 --cache-read 10000
	@echo; echo "\$$ providers why anthropic/claude-sonnet-4-5 limits.context_tokens"
	@$(BIN)/providers why anthropic/claude-sonnet-4-5 limits.context_tokens
	@echo; echo "Next: .venv/bin/providers --help, and README.md"

compile: $(VENV)/.installed  ## Compile the registry to build/registry.artifact
	@$(BIN)/providers compile --no-sightings -o build/registry.artifact

test: $(VENV)/.tools  ## Tests with fixed seeds and branch coverage
	@$(BIN)/python -m pytest -n 2 -m "not slow" --cov --cov-report=term

static: $(VENV)/.tools  ## The rest of check: format, lint, types, import contracts, registry, generated files
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/providers lint
	@$(BIN)/python docs/generate.py --check

check: test static  ## Everything that CI runs

verify: $(VENV)/.tools  ## Full counts: every damage position, ten times the examples, real installs; slow
	@MODELWRIGHT_EXAMPLES=2000 $(BIN)/python -m pytest -n 2

verify-real: $(VENV)/.tools  ## Against LiteLLM's proxy, which it installs under build/; skipped when it cannot
	@test -x build/litellm/bin/litellm || { $(PYTHON) -m venv build/litellm && build/litellm/bin/python -m pip install --quiet 'litellm[proxy]'; } || rm -rf build/litellm
	@$(BIN)/python -m pytest -m real -rs

golden: $(VENV)/.tools  ## Rewrite expected outputs; review the difference
	@for writer in tests/*_golden.py; do $(BIN)/python $$writer --write; done

generate: $(VENV)/.tools  ## Rewrite docs/rules.md and the other generated files
	@$(BIN)/python docs/generate.py

bench: $(VENV)/.tools  ## Measure against the bare interpreter and the peers, in one run
	@$(BIN)/python benchmarks/run.py

rule: $(VENV)/.tools  ## New rule with fixtures: make rule NAME=price-without-source CODE=PV299
	@$(BIN)/python docs/new_rule.py "$(NAME)" "$(CODE)"

clean:     ## Remove what was built
	@rm -rf build dist $(VENV) benchmarks/.venvs benchmarks/.cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
