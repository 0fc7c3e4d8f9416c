# Every door of the project. `make help` lists them.
# A bare machine needs Python 3.11 or newer with pip, and make: uv is fetched into .tools, the environment is .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := PYTHONPATH=.tools $(PYTHON) -m uv
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help

help: ## list what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/.ready ## a whole virtual ProDERM, from randomization to the report
	$(BIN)/myotis demo --out demo

test: $(VENV)/.ready ## all tests, with the doctests
	$(BIN)/python -m pytest

coverage: $(VENV)/.ready ## rules, instruments and protocol are covered wholly, branches included
	$(BIN)/coverage run -m pytest -n 0 tests/unit tests/spec tests/published \
	  --ignore tests/unit/simulate/test_ahead.py --ignore tests/unit/simulate/test_workers.py # other processes
	$(BIN)/coverage report

check: $(VENV)/.ready ## ruff, format, mypy, import contracts, stale documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

machine: $(VENV)/.ready ## any acts of a live trial in any order, another run each time (a quarter of an hour)
	MYOTIS_MACHINE_RANDOM=1 MYOTIS_MACHINE_EXAMPLES=1500 MYOTIS_MACHINE_STEPS=60 MYOTIS_MACHINE_REPORT=1 \
		$(BIN)/python -m pytest -n 0 -s tests/laws/test_live_trial_machine.py

format: $(VENV)/.ready ## write the code the way `make check` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.ready ## write the generated pages and build the site into site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/.ready ## measure the speed that the documentation claims
	$(BIN)/python bench/run.py

figures: $(VENV)/.ready ## coverage and error rates by enumeration and simulation: figures and pages (minutes)
	set -e; for program in docs/figures/*.py; do $(BIN)/python $$program; done

pin: .tools/uv ## compile the requirement files anew from pyproject.toml
	$(UV) pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade --custom-compile-command "make pin" -o requirements/run.txt
	$(UV) pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade --custom-compile-command "make pin" -o requirements/dev.txt

clean: ## remove what make made
	rm -rf $(VENV) .tools demo site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.tools/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Myotis needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv
	@touch $@

$(VENV)/.ready: requirements/dev.txt pyproject.toml | .tools/uv
	$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help demo test coverage machine check format docs bench figures pin clean
