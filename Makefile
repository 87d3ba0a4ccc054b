# `make demo` and `make test` need Python 3.11 or newer and nothing else; README.md says more.

# The first of these that is new enough makes the virtual environment.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(firstword $(foreach name,$(PYTHONS),$(shell $(name) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(name))))
endif
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
LAUNCH := $(BIN)/python -m prm.launcher --stop-with-parent
RUNTIME := requirements/runtime.lock
EMBEDDED := requirements/embedded.lock
DEV := requirements/dev.lock
BENCH := requirements/bench.lock

INSTALL = test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed, and none was found. Install one, or say where it is: make PYTHON=/path/to/python3'; exit 1; }; \
	"$(PYTHON)" prm/launcher/install.py

export PORT

.PHONY: chaos load screenshots demo test bench lint lock venv help

help:
	@echo 'make demo   everything at http://127.0.0.1:$(PORT), with demo data (PORT=… for another port)'
	@echo 'make test   every test (ARGS="-k word" for pytest'"'"'s arguments)'
	@echo 'make bench  measurements beside their rivals (ARGS="--customers 1000000 --partners 100000 --segments 1000" for the full size)'
	@echo 'make load   200 people and 20 machines at once against a running make demo (ARGS="--seconds 60")'
	@echo 'make chaos  processes killed, the broker away, the disk full; then everything is counted'
	@echo 'make screenshots   pictures of every page in screenshots/, wide and narrow, light and dark'
	@echo 'make lint   formatting, lint, types, import contracts, migrations'
	@echo 'make lock   new versions of the libraries, with their hashes'
	@echo 'make venv   the virtual environment, with what tests need'

demo: $(VENV)/.demo-installed
	@exec $(LAUNCH) demo

test: $(VENV)/.dev-installed
	@exec $(LAUNCH) test $(ARGS)

bench: $(VENV)/.bench-installed
	@$(BIN)/python -m prm.launcher run -- $(BIN)/python -m benchmarks $(ARGS)

load: $(VENV)/.bench-installed
	@$(BIN)/python -m benchmarks.load $(ARGS)

screenshots: $(VENV)/.dev-installed
	@exec $(LAUNCH) test tests/access/test_pages.py tests/access/test_lively_pages.py -q --screenshots screenshots

venv: $(VENV)/.dev-installed

$(VENV)/.demo-installed: $(RUNTIME) $(EMBEDDED)
	@$(INSTALL) $(VENV) $(RUNTIME) $(EMBEDDED)
	@touch $@

$(VENV)/.dev-installed: $(RUNTIME) $(EMBEDDED) $(DEV)
	@$(INSTALL) $(VENV) $(RUNTIME) $(EMBEDDED) $(DEV)
	@touch $@ $(VENV)/.demo-installed

$(VENV)/.bench-installed: $(RUNTIME) $(EMBEDDED) $(DEV) $(BENCH)
	@$(INSTALL) $(VENV) $(RUNTIME) $(EMBEDDED) $(DEV) $(BENCH)
	@touch $@

chaos: $(VENV)/.dev-installed
	@$(BIN)/python -m chaos $(ARGS)

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m prm.launcher run -- $(BIN)/mypy .
	$(BIN)/python -m prm.launcher run -- $(BIN)/python manage.py makemigrations --check --dry-run

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --upgrade
LOCK += --custom-compile-command "make lock"

lock: $(VENV)/.dev-installed
	$(BIN)/$(LOCK) requirements.txt -o $(RUNTIME)
	$(BIN)/$(LOCK) requirements/embedded.txt -c $(RUNTIME) -o $(EMBEDDED)
	$(BIN)/$(LOCK) requirements/dev.txt -c $(RUNTIME) -c $(EMBEDDED) -o $(DEV)
	$(BIN)/$(LOCK) requirements/bench.txt -c $(RUNTIME) -c $(DEV) -o $(BENCH)
