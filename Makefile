# GID Warehouse. `make help` lists what can be made.
PYTHON ?= python3
GID_RAW_DIR ?= data/raw
GID_WAREHOUSE_DIR ?= data/warehouse
DAGSTER_PORT ?= 3000
ACCURACY_DOCUMENTS ?= 20000
export GID_RAW_DIR GID_WAREHOUSE_DIR

# What is given for these is data: make takes it as it stands, and expands no $(shell …) and no $ in it.
GIVEN := DOC CELL VALUE REASON WHO DIVISION UNIT NAME PARENT A B OUT TABLE TO FROM RAW JSON DAYS
$(foreach name,$(GIVEN),$(if $(filter command,$(origin $(name))),$(eval override $(name) := $$(value $(name)))$(eval export $(name))))
$(foreach name,GID_RAW_DIR GID_WAREHOUSE_DIR DAGSTER_PORT ACCURACY_DOCUMENTS,$(eval override $(name) := $$(value $(name))))

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export DAGSTER_HOME ?= $(abspath $(GID_WAREHOUSE_DIR))/.dagster
export DO_NOT_TRACK := 1
# Dagster's notices on parameters that are in beta are for us, who pin its version, not for who reads a refresh.
export PYTHONWARNINGS := ignore
export PYTHONUTF8 := 1
DATABASE := $(GID_WAREHOUSE_DIR)/gid.duckdb

.DEFAULT_GOAL := help
.PHONY: help install warehouse test check accuracy dev sql trace correct override docs reference clean releases diff workbook csv lake \
	instance health prune backup restore audit licences bench bench-compare bench-record bench-page \
	check-types check-sql check-project FORCE

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  GID_RAW_DIR=…, GID_WAREHOUSE_DIR=… and GID_CURATION_DIR=… before any of them point it at other folders."

$(INSTALLED): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "$$($(PYTHON) -V) is not supported: Python 3.11 to 3.13 is needed, set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing the locked packages into $(VENV) (about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@# Two halves at a time, for pip takes one core, and pip behind them, which must not change under a pip that runs.
	@# Compiled on all cores, without what nothing imports.
	@awk '/^[A-Za-z0-9]/ {part = /^pip==/ ? "last" : ++n % 2} {print > ("$(VENV)/" part ".txt")}' requirements.lock
	@set -e; install() { xargs -P 2 -I{} $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--require-hashes --no-compile -r $(VENV)/{}.txt; }; printf '%s\n' 0 1 | install; echo last | install
	@$(BIN)/python -m compileall -q -j 0 -x '/(tests|phonenumbers|moto)/' $(VENV)/lib || true
	@touch $@

install: $(INSTALLED) ## install the locked packages into .venv

$(DAGSTER_HOME)/dagster.yaml: FORCE
	@mkdir -p $(DAGSTER_HOME)
	@cat dagster.yaml $(if $(filter postgres,$(GID_DAGSTER_STORAGE)),deploy/dagster-postgres.yaml) > $@.$$$$ && \
	if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv -f $@.$$$$ $@; fi

instance: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## write dagster.yaml into DAGSTER_HOME, with the storage that GID_DAGSTER_STORAGE says

warehouse: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## read data/raw into the published warehouse and exports (FORCE=1: also where nothing changed)
	@$(if $(FORCE),GID_REBUILD=1 )$(BIN)/python -m pipelines.defs.refresh

test: check ## all checks, then all tests, three files at a time
	@$(BIN)/python -m pytest -n 3 --dist loadfile --durations 12

check: $(INSTALLED) ## lint, format, types, SQL style, packages, dbt parse
	@$(BIN)/ruff check benchmarks pipelines tests
	@$(BIN)/ruff format --check --quiet benchmarks pipelines tests
	@$(MAKE) --no-print-directory -j 2 check-types check-sql check-project
	@echo "check: lint, format, types, SQL style, packages and dbt parse are clean"

# The long ones, two at a time.
check-types: $(INSTALLED)
	@$(BIN)/mypy

check-sql: $(INSTALLED)
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

check-project: $(INSTALLED)
	@$(BIN)/python -m pipelines.operations.packages --check
	@$(BIN)/python -m pip --quiet check --disable-pip-version-check
	@cd dbt_project && ../$(BIN)/dbt --quiet parse --profiles-dir .

accuracy: $(INSTALLED) ## read generated and golden documents, compare with their truth: data/warehouse/accuracy
	@$(BIN)/python -m tests.accuracy --documents $(ACCURACY_DOCUMENTS) --out $(GID_WAREHOUSE_DIR)/accuracy

bench: $(INSTALLED) ## how fast each stage is, against a floor, and how it grows (BENCH_N="1000 10000 100000"): docs/benchmarks.md
	@$(BIN)/python -m benchmarks run

bench-compare: $(INSTALLED) ## the same pages read by other tools, cell by cell (they are installed below the bench folder)
	@$(BIN)/python -m benchmarks compare

bench-record: $(INSTALLED) ## keep the last run in benchmarks/history.jsonl, for later runs to be compared with
	@$(BIN)/python -m benchmarks record

bench-page: $(INSTALLED) ## write the last run and the last comparison into docs/benchmarks.md
	@$(BIN)/python -m benchmarks page

dev: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## Dagster's page on http://127.0.0.1:3000 (DAGSTER_PORT=… for another)
	@echo "The asset graph will be at http://127.0.0.1:$(DAGSTER_PORT)/asset-groups"
	@$(BIN)/dagster dev --host 127.0.0.1 --port $(DAGSTER_PORT)

sql: $(INSTALLED) ## open the published database in DuckDB's shell, read-only
	@test -f $(DATABASE) || { echo "There is no warehouse at $(DATABASE) yet: run \`make warehouse\` first."; exit 1; }
	@$(BIN)/duckdb -readonly $(DATABASE)

trace: $(INSTALLED) ## one document's whole way: make trace DOC=<path or beginning of its sha256>
	@test -n "$$DOC" || { echo "Say which document: make trace DOC=<path or beginning of its sha256>"; exit 1; }
	@$(BIN)/python -m pipelines.publishing.trace -- "$$DOC"

# What is given on the command line reaches the recipe through the environment: quotes in a reason stay what they are.
correct: $(INSTALLED) ## write a checked correction: make correct DOC=… CELL=t2.procurement.amount VALUE=… REASON=… WHO=…
	@$(BIN)/python -m pipelines.curation.correct --document="$$DOC" --cell="$$CELL" --value="$$VALUE" \
		--reason="$$REASON" --who="$$WHO"

override: $(INSTALLED) ## say which body it is: make override DOC=… (or NAME=… PARENT=…) DIVISION=… REASON=… WHO=…
	@$(BIN)/python -m pipelines.curation.override --document="$$DOC" --division="$$DIVISION" --unit="$$UNIT" \
		--name="$(if $(filter override,$(origin NAME)),$$NAME)" --parent="$$PARENT" --reason="$$REASON" --who="$$WHO"

releases: $(INSTALLED) ## the releases that are kept: version, time, size, reports, what moved
	@$(BIN)/python -m pipelines.publishing.show_releases

diff: $(INSTALLED) ## what moved between two releases: make diff A=<version> B=<version> (the last two, unless said; OUT=<folder>)
	@$(BIN)/python -m pipelines.publishing.show_diff --out="$$OUT" -- "$(if $(filter override,$(origin A)),$$A)" "$(if $(filter override,$(origin B)),$$B)"

workbook: $(INSTALLED) ## Excel workbook of one place: make workbook DIVISION=<code or name, such as 220112 or 双阳区>
	@test -n "$$DIVISION" || { echo "Say which place: make workbook DIVISION=<code or name>. The workbook of all is $(GID_WAREHOUSE_DIR)/exports/gid.xlsx"; exit 1; }
	@$(BIN)/python -m pipelines.publishing.workbook -- "$$DIVISION"

csv: $(INSTALLED) ## a published table for spreadsheets: make csv TABLE=rpt_body_year [DIVISION=…]
	@test -n "$$TABLE" || { echo "Say which table: make csv TABLE=<published table> [DIVISION=<code or name>]"; exit 1; }
	@$(BIN)/python -m pipelines.publishing.csv_files -- "$$TABLE" "$$DIVISION"

lake: $(INSTALLED) ## put the current release into the lake of GID_DUCKLAKE, list the releases in it (docs/cluster.md)
	@$(BIN)/python -m pipelines.publishing.show_lake

docs: $(INSTALLED) ## a site that opens from disk, on tables, columns, rules, lineage: data/warehouse/docs/index.html
	@$(BIN)/python -m pipelines.publishing.docs

health: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## is all well: exit code 0, or 1 where a person is needed (JSON=1 for a monitoring system)
	@$(BIN)/python -m pipelines.defs.health $(if $(JSON),--json)

prune: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## delete runs, events and logs older than GID_RUNS_KEPT_DAYS (or DAYS=…)
	@$(BIN)/python -m pipelines.defs.retention $(if $(DAYS),--days "$$DAYS")

backup: $(INSTALLED) ## copy all that cannot be made again: make backup TO=<folder> [RAW=1 for the deliveries as well]
	@test -n "$$TO" || { echo "Say where to: make backup TO=<folder> [RAW=1]"; exit 1; }
	@$(BIN)/python -m pipelines.operations.backup --to "$$TO" $(if $(RAW),--raw)

restore: $(INSTALLED) $(DAGSTER_HOME)/dagster.yaml ## put a backup back onto an empty machine: make restore FROM=<folder gid-backup-…>
	@test -n "$$FROM" || { echo "Say which backup: make restore FROM=<folder gid-backup-…>"; exit 1; }
	@$(BIN)/python -m pipelines.operations.restore --from "$$FROM"

audit: $(INSTALLED) ## ask OSV whether a locked package has a known hole (the network is needed; GID_OSV_URL=… for a mirror)
	@$(BIN)/python -m pipelines.operations.audit

licences: $(INSTALLED) ## write docs/licences.md: every locked package with its version and licence
	@$(BIN)/python -m pipelines.operations.packages

reference: $(INSTALLED) ## fetch and shape data/reference again (npm and the network are needed for this alone)
	@$(BIN)/python -m pipelines.reference

clean: ## remove everything built (warehouse, exports, caches, .venv), never data/raw or data/curation
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs logs
	find "$(GID_WAREHOUSE_DIR)" -mindepth 1 -not -name .gitkeep -delete
	find benchmarks pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +
