# `make answer` and `make test` are the two commands; each makes .venv by itself from a bare Python 3.11 or newer.
#
#   make answer   set up if needed, then `serai answer`         (ARGS="--draws 0" is passed on)
#   make test     set up if needed, then every test             (ARGS="-k house" is passed on)
#   make quick    every test but the slow ones
#   make lint     format, lint, types, import contracts, docstrings
#   make docs     build the site into site/ and follow every link of it
#   make coverage branch coverage with the compiler off, so that kernels count
#   make estimate estimate the behavioural parameters anew, left-out years and a second start included
#   make bench    measure Serai beside other programs, write docs/benchmarks.md
#   make wheel    build the wheel into dist/
#   make lock     write requirements.lock anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
#   make clean    remove what these commands made
#
# A Python of your own choice: make PYTHON=/path/to/python3.12 test

.DEFAULT_GOAL := help
.PHONY: help answer test quick lint docs coverage estimate bench wheel lock clean
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
BENCH := .venv-bench
BENCH_BIN := $(BENCH)/$(notdir $(BIN))
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python)
UV ?= uv
ARGS ?=
UPGRADE ?=

# Two processes share the cores already: the linear algebra beneath each keeps to one thread.
TEST_ENV := OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
PYTEST := $(TEST_ENV) $(BIN)/python -m pytest -n 2 --dist worksteal -q

help:
	@sed -n '1,/^$$/{/^#/s/^# \{0,1\}//p;}' Makefile

answer: $(READY)
	@$(BIN)/serai answer $(ARGS)

test: $(READY)
	@$(PYTEST) $(ARGS)

quick: $(READY)
	@$(PYTEST) -m "not slow" $(ARGS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m numpydoc lint $$(find src -name '*.py' | sort)

docs: $(READY)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@$(BIN)/python -m scripts.check_site site

coverage: $(READY)
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m coverage run -m pytest -q -m "not slow" $(ARGS)
	$(BIN)/python -m coverage report

estimate: $(READY)
	@$(BIN)/python -m scripts.estimate --write --checks $(ARGS)

bench: $(BENCH)/.ready
	@$(BENCH_BIN)/python -m scripts.bench $(ARGS)

wheel: $(READY)
	$(BIN)/hatchling build -t wheel

lock:
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(UV) pip compile --quiet --no-config --generate-hashes --universal --fork-strategy fewest \
	  --python-version 3.11 --extra dev --no-emit-index-url --no-annotate \
	  --custom-compile-command 'make lock' $(UPGRADE) pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(BENCH) build dist site .coverage htmlcov .hypothesis .mypy_cache .pytest_cache \
	  .ruff_cache .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last, so an interrupted set-up starts over the next time.
$(LOCKED): requirements.lock
	@set -e; found=; \
	for python in $(PYTHONS); do \
	  if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
	    >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Serai needs Python 3.11 or newer with its venv module; looked for: $(PYTHONS)." >&2; \
	  echo "Install it (Debian: apt install python3 python3-venv), or name one:" \
	    "make PYTHON=/path/to/python3.11 test" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version), once; this takes a minute or two ..." >&2; \
	"$$found" -m venv --clear $(VENV); \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
	  -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@touch $@

# The same versions as in .venv, and the programs to measure against on top.
$(BENCH)/.ready: scripts/bench/requirements.txt $(LOCKED) pyproject.toml
	@echo "Setting up $(BENCH), once; this takes a minute or two ..." >&2
	@$(BIN)/python -m venv --clear $(BENCH)
	@$(BENCH_BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
	  -r requirements.lock
	@$(BENCH_BIN)/python -m pip install -qq --disable-pip-version-check \
	  -r scripts/bench/requirements.txt
	@$(BENCH_BIN)/python -m pip install -qq --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@touch $@
