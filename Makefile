# Everything a newcomer or CI calls. `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
READER := loaders/extraction/reader/weights
UNSEEN := benchmarks/gold/unseen.jsonl
LEARNED := $(filter-out $(UNSEEN),$(wildcard benchmarks/gold/*.jsonl))
TRAINING ?= .training

.DEFAULT_GOAL := help
.PHONY: help install run test test-containers test-browser test-docs test-clients test-faults fuzz docs-reference pictures recording check format lock release-check licences sbom audit bench bench-ci bench-extraction bench-reading train bench-load bench-service bench-paths bench-graphql bench-commands bench-hostile test-engines clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## Make .venv and install the product into it

run: $(VENV)/.installed ## Start Neo4j, load the sample, serve, print a path with its evidence (ONCE=1: then stop)
	@PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; \
	was_running=no; chokepoint db status >/dev/null 2>&1 && was_running=yes; \
	if [ $$was_running = no ]; then trap 'chokepoint db stop' EXIT; fi; \
	trap 'exit 130' INT TERM; \
	chokepoint db start && chokepoint schema apply && chokepoint load sample && \
	chokepoint serve --show-path "Intel" "United States" $(if $(ONCE),--once)

test: $(VENV)/.installed-dev ## Run all tests, on a real embedded Neo4j of their own
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-containers: $(VENV)/.installed-dev ## Run the tests that need a Docker engine: the contract on 2026.x and 5.26 LTS, the compose stack
	$(BIN)/python -m pytest -m containers -n $(WORKERS) --dist loadgroup tests/containers

test-browser: $(VENV)/.installed-dev ## Run the tests that need Chromium and npm: the explorer, Neo4j Browser and GraphiQL as people see them
	$(BIN)/python -m pytest -m browser -n 0 tests/browser

test-docs: $(VENV)/.installed-dev ## Run the commands of the documentation as they are written
	$(BIN)/python -m pytest -m docs -n 0 tests/docs

test-clients: $(VENV)/.installed-dev ## Run the tests of GraphQL clients: Apollo Client and urql from npm (needs node), a generated Python client
	$(BIN)/python -m pytest -m clients -n 0 tests/clients

test-faults: $(VENV)/.installed-dev ## Disturb every operation: kill, freeze, fill the disk, cut (FEW=1: five of the fifty; PAGE=docs/reliability.md: write it)
	$(if $(FEW),CHOKEPOINT_TEST_FAULTS=few) $(if $(PAGE),CHOKEPOINT_TEST_FAULTS_PAGE=$(PAGE)) $(BIN)/python -m pytest -m faults -n 0 $(if $(FEW),tests/faults)

.PHONY: soak
soak: $(VENV)/.installed-dev ## Ask with 16 clients while a loader writes and something is killed every 2 minutes (MINUTES=30; PAGE=docs/reliability.md: write it)
	$(BIN)/python -m tests.faults.soak --minutes $(or $(MINUTES),30) $(if $(PAGE),--page $(PAGE))

fuzz: $(VENV)/.installed-dev ## Spoil files and make up documents at length: 2,000 of each
	CHOKEPOINT_TEST_EXAMPLES=2000 $(BIN)/python -m pytest -n $(WORKERS) --timeout 0 tests/loaders/sources/test_spoilt_files.py tests/service/test_any_document.py

test-engines: $(VENV)/.installed-dev ## Compare the index with the plain reference on 10,000 random graphs for each operation, the database on 1,000
	CHOKEPOINT_TEST_GRAPHS=10000 $(BIN)/python -m pytest -n $(WORKERS) --timeout 0 tests/service/index/test_engines_agree.py
	CHOKEPOINT_TEST_GRAPHS=1000 $(BIN)/python -m pytest -n $(WORKERS) --timeout 0 tests/service/test_paths_on_the_server.py tests/service/test_reach_on_the_server.py

docs-reference: $(VENV)/.installed-dev ## Write the generated pages of docs/reference anew
	$(BIN)/python -m tools.reference

pictures: $(VENV)/.installed-dev ## Take the pictures of README and docs anew (needs Chromium)
	CHOKEPOINT_TEST_PICTURES=docs/pictures $(BIN)/python -m pytest -m browser -n 0 tests/browser

recording: $(VENV)/.installed-dev ## Record the terminal of README anew (needs the sample loaded)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tools.record docs/pictures/path.svg chokepoint path Intel "United States" --exclude-type LOCATED_IN

check: $(VENV)/.installed-dev ## What CI checks before the tests: format, lint, types, Cypher as literals, layers, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/basedpyright --project pyproject.toml --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m service.graphql.printer --check
	$(BIN)/python -m tools.reference --check
	$(BIN)/python -m tools.release.licences --check

format: $(VENV)/.installed-dev ## Format the code and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Write the hashed constraints anew (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --quiet -o constraints.txt
	uv pip compile pyproject.toml --extra build --extra dev -c constraints.txt --universal --python-version 3.11 --generate-hashes --no-header --quiet -o constraints-dev.txt

release-check: $(VENV)/.installed-dev ## Build wheel and sdist, install and run them on Python 3.11, 3.12 and 3.13 (QUICK=1: as CI does, on one, without a database)
	$(BIN)/python -m tools.release.check $(if $(QUICK),--quick) $(if $(ONLY),--python $(ONLY))

licences: $(VENV)/.installed-dev ## Write docs/reference/licences.md and NOTICE anew
	$(BIN)/python -m tools.release.licences

sbom: $(VENV)/.installed-dev ## Print the bill of materials as CycloneDX JSON
	@$(BIN)/python -m tools.release.sbom

audit: $(VENV)/.installed-dev ## Look up known weaknesses of the pinned packages, where pip-audit and advisories can be had
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tools.release.audit

bench: bench-extraction bench-load bench-service ## Measure against bare baselines; prints ratios

bench-extraction: $(VENV)/.installed-dev ## Extraction against the bare spaCy pipeline
	$(BIN)/python -m benchmarks.extraction

bench-reading: $(VENV)/.installed-dev ## How much of annotated text is read, and how rightly (READ='--extractor llm --errors 40'; WRITE=docs/extraction.md)
	$(BIN)/python -m benchmarks.reading $(READ) $(if $(WRITE),--write $(WRITE))

train: $(VENV)/.installed-dev ## Train the reader anew (pip install '.[train]'; BASE=bge-small-en-v1.5.onnx, REAL=… CORE=…; hours, goes on where it stopped)
	@test -n "$(BASE)" || { echo "BASE is missing: docs/reader.md says which file it is" >&2; exit 2; }
	mkdir -p $(TRAINING)
	$(BIN)/python -m tools.reader.examples $(TRAINING)/data.pickle $(LEARNED) $(REAL) --tokenizer $(READER)/tokenizer.json $(if $(CORE),--core $(CORE))
	for fold in 0 1 2 3 4; do $(BIN)/python -m tools.reader.folds $(TRAINING)/data.pickle $(BASE) $(TRAINING) --tokenizer $(READER)/tokenizer.json --name reader --fold $$fold || exit; done
	$(BIN)/python -m tools.reader.folds $(TRAINING)/data.pickle $(BASE) $(TRAINING) --tokenizer $(READER)/tokenizer.json --name reader --fold -1 --save
	cat $(LEARNED) $(REAL) > $(TRAINING)/passages.jsonl
	$(BIN)/python -m tools.reader.rules $(TRAINING)/passages.jsonl > $(TRAINING)/rules.jsonl
	$(BIN)/python -m tools.reader.export $(TRAINING)/reader.-1.npz $(BASE) $(TRAINING)/data.pickle $(READER) --tokenizer $(READER)/tokenizer.json
	$(BIN)/python -m tools.reader.calibrate $(READER)/calibration.json $(LEARNED) $(REAL) --folds $(TRAINING)/reader.[0-4].jsonl --rules $(TRAINING)/rules.jsonl --predicted $(TRAINING)/predicted.jsonl
	$(BIN)/python -m tools.reader.recalibrate $(READER)/calibration.json $(UNSEEN)

bench-load: $(VENV)/.installed-dev ## The writer against the bare driver
	$(BIN)/python -m benchmarks.load

bench-paths: $(VENV)/.installed-dev ## The searches in memory, beside igraph and rustworkx; writes docs/benchmarks.json and its picture
	$(BIN)/python -m benchmarks.paths --output docs/benchmarks.json
	$(BIN)/python -m benchmarks.chart docs/benchmarks.json docs/pictures/latency.svg

bench-service: $(VENV)/.installed-dev ## Path queries over HTTP against the bare driver
	$(BIN)/python -m benchmarks.service_paths

bench-graphql: $(VENV)/.installed-dev ## The API beside its peers under load: REST over Cypher, Apollo, Yoga, Neo4j's Query API (needs npm)
	$(BIN)/python -m benchmarks.graphql

bench-commands: $(VENV)/.installed-dev ## Export and screening against the bare driver
	$(BIN)/python -m benchmarks.commands

bench-hostile: $(VENV)/.installed-dev ## How long others wait while one client sends costly documents
	$(BIN)/python -m benchmarks.hostile --at-most 0.3

# Floors far below what is measured: they catch a change of kind, not a busy machine.
bench-ci: $(VENV)/.installed-dev ## Short benchmarks with a floor on their ratios
	$(BIN)/python -m benchmarks.extraction --paragraphs 200 --repeat 3 --at-least 0.45
	$(BIN)/python -m benchmarks.load --quick
	$(BIN)/python -m benchmarks.paths --quick

clean: ## Remove the virtual environment and all caches of the checkout
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) -V). Try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The stamps keep a second run off the network: only a changed requirement installs again.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV) …"
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: constraints-dev.txt $(VENV)/.installed
	@echo "installing what development needs into $(VENV) …"
	@$(PIP) install --require-hashes -r constraints-dev.txt
	@touch $@
