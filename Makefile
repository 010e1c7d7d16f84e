# Touchline's commands. Nothing is installed or built twice: every step leaves a stamp, and runs again when its sources change.

PYTHON ?= python3
PYTEST_ARGS ?=
WORKERS ?= 2

# a hub that a test starts is imported in half the time once its modules are compiled; some machines say not to keep that
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
WEB := agent_console/web
WEB_BUILT := agent_console/static
WIDGET := hub/channels/webchat/widget
WIDGET_BUILT := hub/channels/webchat/static
CORPORA := tests/corpora

# parts that are not there yet are left out
TYPED := $(wildcard hub crm_store agent_console tests bench hatch_build.py)
FAST_TESTS := $(wildcard tests/test_architecture.py tests/unit tests/contracts)
SLOW_TESTS := $(wildcard tests/journeys tests/browser)
CHAOS_TESTS := $(wildcard tests/chaos)
# the tests of a file stay together, as they share what they start; whoever has nothing left takes the next file, the
# longest first (tests/conftest.py). Two, for two cores: what three gain in time they lose in tests that come too late
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# what does not need each other; each says what it has to say at its end
AT_ONCE := --no-print-directory --jobs 4 --output-sync
sources_of = $(if $(wildcard $(1)),$(shell find $(1) -type f -not -path '*/node_modules/*' -not -name '*.tsbuildinfo'))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

##@ Use
.PHONY: run
run: needs-python needs-node venv console widget ## start the hub with demo people and simulated clients
	@tools/foreground $(BIN)/touchline demo

##@ Test
.PHONY: test
test: needs-python needs-node ## every test, after installing what they need
	@$(MAKE) $(AT_ONCE) venv console widget peers
	@$(MAKE) $(AT_ONCE) lint web-test
	$(BIN)/pytest $(SPREAD) $(CHAOS_TESTS) $(SLOW_TESTS) $(FAST_TESTS) $(PYTEST_ARGS) || $(BIN)/python -m tests.again $$?

.PHONY: check
check: venv lint ## before every commit: format, lint, types, imports, unit and contract tests
	$(BIN)/pytest $(SPREAD) $(FAST_TESTS) $(PYTEST_ARGS)

.PHONY: unit
unit: venv ## tests/unit
	$(BIN)/pytest tests/unit $(PYTEST_ARGS)

.PHONY: fuzz
fuzz: venv ## 50,000 SIP messages with anything done to them, at the parser and at a running channel; `make test` has 3,000
	SIP_FUZZ=$${SIP_FUZZ:-50000} $(BIN)/pytest tests/unit/channels/sip/test_fuzz.py tests/contracts/test_sip_fuzz_live.py -s --timeout 1800 $(PYTEST_ARGS)

.PHONY: mail-fuzz
mail-fuzz: venv peers ## every bad letter there is, whole and mutated (50,000), and every prefix; `make unit` tries a sample
	MAIL_FUZZ=$${MAIL_FUZZ:-50000} $(BIN)/pytest tests/unit/channels/email -s --timeout 3000 $(PYTEST_ARGS)

.PHONY: mail
mail: venv peers ## storms of letters and replies on whole hubs that are killed, with real servers and real times
	MAIL_MANY=1 $(BIN)/pytest tests/chaos/test_mail_storm.py tests/journeys/test_mail_storm.py tests/journeys/test_mail_uidvalidity.py tests/journeys/test_mail_latency.py $(PYTEST_ARGS)

.PHONY: sip
sip: venv peers ## storms on a whole hub with the times of RFC 3261, and the longest circle; `make test` is ten times as fast
	SIP_MANY=1 $(BIN)/pytest tests/journeys/test_sip_storms.py tests/journeys/test_sip_peers.py --timeout 300 $(PYTEST_ARGS)

.PHONY: contracts
contracts: venv ## tests/contracts: one suite a port, against every implementation
	$(BIN)/pytest tests/contracts $(PYTEST_ARGS)

.PHONY: browser
browser: venv peers console widget ## tests/browser, in Chromium
	$(BIN)/pytest tests/browser $(PYTEST_ARGS)

.PHONY: chaos
chaos: venv peers ## the full run of tests/chaos; `make test` has a short one
	CHAOS_FULL=1 $(BIN)/pytest tests/chaos $(PYTEST_ARGS)

.PHONY: web-test
web-test: console-test widget-test ## the tests of the browser applications
	@:

.PHONY: console-test
console-test: console
ifneq ($(wildcard $(WEB)/package.json),)
	cd $(WEB) && npm run --silent --if-present test
endif

.PHONY: widget-test
widget-test: widget
ifneq ($(wildcard $(WIDGET)/package.json),)
	cd $(WIDGET) && npm run --silent --if-present test
endif

.PHONY: bench
bench: venv ## measure, and print ratios
	$(BIN)/python -m bench

##@ Write
.PHONY: lint
lint: venv ## ruff, mypy and import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports --no-logo

.PHONY: types
types: venv ## mypy, strict
	$(BIN)/mypy $(TYPED)

.PHONY: fmt
fmt: venv ## format, and repair what ruff can
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format .

.PHONY: gen
gen: venv ## write the generated files anew: each tools/gen[-_]*.py, in the order of their names
	@set -e; for script in $(sort $(wildcard tools/gen[-_]*.py)); do echo "$$script"; $(BIN)/python "$$script"; done

.PHONY: samples
samples: venv ## record tests/samples/live anew, from a real hub
	rm -f tests/samples/live/*.json
	HUB_TEST_RECORD_SAMPLES=1 $(BIN)/pytest -q tests/journeys/test_snapshot_plus_frames.py tests/journeys/test_conversation_frames.py tests/journeys/test_client_frames.py tests/journeys/test_starting_frames.py tests/journeys/test_call_frames.py tests/journeys/test_floor.py $(PYTEST_ARGS)

.PHONY: pictures
pictures: venv console widget peers ## take the pictures of docs/images anew, from a demo hub
	$(BIN)/python tools/pictures.py

.PHONY: lock
lock: needs-python ## write requirements.lock anew, with the newest versions; KEEP=1 leaves what is locked already
	PYTHON=$(PYTHON) KEEP=$(KEEP) tools/lock-requirements

##@ Set up
.PHONY: venv
venv: .venv/.stamp ## .venv with everything of requirements.lock
	@:

.venv/.stamp: requirements.lock pyproject.toml hatch_build.py | needs-python
	@echo "installing Python packages into .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p $(@D) && touch $@

.PHONY: console
console: $(if $(wildcard $(WEB)/package.json),$(WEB_BUILT)/.stamp) ## build the console's browser application
	@:

.PHONY: widget
widget: $(if $(wildcard $(WIDGET)/package.json),$(WIDGET_BUILT)/.stamp) ## build the script a web site embeds
	@:

%/node_modules/.stamp: %/package.json %/package-lock.json | needs-node
	@echo "installing npm packages into $*"
	@cd $* && npm ci --silent --no-audit --no-fund
	@mkdir -p $(@D) && touch $@

$(WEB_BUILT)/.stamp: $(WEB)/node_modules/.stamp $(call sources_of,$(WEB))
	@echo "building the console"
	@cd $(WEB) && npm run --silent build
	@mkdir -p $(@D) && touch $@

$(WIDGET_BUILT)/.stamp: $(WIDGET)/node_modules/.stamp $(call sources_of,$(WIDGET))
	@echo "building the chat widget"
	@cd $(WIDGET) && npm run --silent build
	@mkdir -p $(@D) && touch $@

.PHONY: peers
peers: corpora ## install the real peers of tests/apt.txt (Debian, as root); elsewhere list the missing ones
	@tools/install-peers

.PHONY: corpora
corpora: $(CORPORA)/packages/.stamp $(CORPORA)/node_modules/.stamp ## download other people's bad letters and naughty strings, for the tests
	@:

$(CORPORA)/packages/.stamp: $(CORPORA)/requirements.txt tools/fetch-corpora | .venv/.stamp
	@echo "fetching test data into $(CORPORA)/packages"
	@tools/fetch-corpora && touch $@

.PHONY: clean
clean: ## remove everything make made
	rm -rf .venv $(WEB_BUILT) $(WIDGET_BUILT) $(WEB)/node_modules $(WIDGET)/node_modules dist
	rm -rf $(CORPORA)/packages $(CORPORA)/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find hub crm_store agent_console tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: needs-python
needs-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Touchline needs Python 3.11 or newer, found $$($(PYTHON) --version 2>&1 | head -n 1). Name another one with: make PYTHON=python3.12 ..." >&2; exit 1; }

.PHONY: needs-node
needs-node:
	@node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null || { echo "Touchline needs Node 20 or newer with npm, to build its console; found $$({ node --version 2>/dev/null || echo none; } | head -n 1)." >&2; exit 1; }

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
