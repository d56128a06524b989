# The project's front door. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
DATA ?= ./data
VENV := .venv
PYTEST := $(VENV)/bin/python -m pytest
SERVE_FLAGS ?=
FUZZ ?= 350000

.PHONY: help serve test test-swift test-clients fuzz check check-the-checks bench bench-quick format clean install

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

serve: ## Install what is missing, build, and serve with the embedded store in ./data (DATA=…, SERVE_FLAGS=…)
	@scripts/install serve
	@echo "==> Building the release program (minutes the first time, seconds afterwards)"
	@swift build -c release --product undercroft
	@echo "==> Serving; Ctrl-C stops"
	@exec .build/release/undercroft serve --data $(DATA) $(SERVE_FLAGS)

test: ## Everything: logic, then real clients against real servers on SQLite and PostgreSQL
	@scripts/install test
	@$(MAKE) --no-print-directory test-swift
	@$(MAKE) --no-print-directory test-clients

test-swift: ## Only the Swift tests
	@echo "==> Building the tests (minutes the first time)"
	@swift build --build-tests
	@echo "==> Swift tests"
	@swift test --skip-build --skip RuntimesTests --skip RotatorsTests
	@echo "==> Swift tests that start programs of others"
	@swift test --skip-build --filter RuntimesTests --filter RotatorsTests

test-clients: $(VENV)/ready ## Only the tests with real clients
	@swift build --product undercroft
	@echo "==> Tests with real clients"
	@$(PYTEST) tests -q --durations=5

$(VENV)/ready: tests/requirements.txt
	@echo "==> Virtual environment for the clients"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

fuzz: ## The policy engine against the naive one: a million random documents and requests (FUZZ=N documents, three requests each)
	@echo "==> Building the release tests (minutes the first time)"
	@UNDERCROFT_FUZZ_COUNT=$(FUZZ) swift test -c release --scratch-path .build/fuzz -Xswiftc -enable-testing --filter DifferentialTests

check: ## Format, imports, and the rules of the house
	@swift format lint --strict -p -r Sources Tests Package.swift
	@scripts/check

check-the-checks: ## Prove that each check fails on a planted violation
	@scripts/check --plant

bench: ## Measure beside nginx and moto in the same run; writes bench-results/
	@scripts/install bench
	@swift build -c release --product undercroft
	@swift build -c release --product undercroft-bench
	@python3 bench/run.py

bench-quick: ## The same in two minutes, with more noise
	@scripts/install bench
	@swift build -c release --product undercroft
	@swift build -c release --product undercroft-bench
	@python3 bench/run.py --quick

format: ## Format the Swift code
	@swift format -i -p -r Sources Tests Package.swift

install: ## Install the system packages for everything
	@scripts/install test

clean: ## Remove what was built
	@rm -rf .build $(VENV) bench-results
