# make app   open the app on the sample case        make test   run the tests
# make lint  check style and types                  make bench  measure speed and quality
# make locale  collect new sentences for translation into optimizer/locale/*.po
#
# Every target makes .venv when it is missing; nothing but Python 3.11+ and make is needed before.

# The first Python on the path that is new enough; `make app PYTHON=...` names another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
BIN := .venv/bin
# Test files are dealt out to a process per core; four browsers at once are enough.
ARGS ?= -n logical --maxprocesses 4 --dist loadfile
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: app test lint bench locale clean
.DEFAULT_GOAL := app

app: .venv/installed
	$(BIN)/python -m streamlit run app.py

test: .venv/installed-dev
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

locale: .venv/installed-dev
	$(BIN)/python docs/catalogues.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist

# Stamps: pip runs again only when pyproject.toml has changed.
.venv/installed: pyproject.toml | $(BIN)/python
	@echo "Installing into .venv (about a minute the first time) ..."
	$(PIP) --editable .
	@touch $@

.venv/installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing into .venv with what the tests need (about a minute the first time) ..."
	$(PIP) --editable '.[dev]'
	@touch .venv/installed $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. Install it and run make again."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python cannot make environments. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
