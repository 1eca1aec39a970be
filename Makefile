PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: demo setup dev check test tools test-cluster bench requirements screenshots clean

demo: setup  ## a fresh machine to the dashboard on prod and dev; Ctrl-C ends it
	$(BIN)/daca-ops up

setup: $(VENV)/.ready  ## the environment and the local stack's binaries; starts nothing
	@$(BIN)/daca-ops prepare

$(BIN)/uv:
	@echo "==> Python environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements.txt pyproject.toml | $(BIN)/uv
	@echo "==> Python packages"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

dev: $(VENV)/.dev
$(VENV)/.dev: requirements-dev.txt $(VENV)/.ready
	@echo "==> development packages"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

check: dev  ## format, lint, types, import rules and the fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -q -n auto tests/unit

test: setup tools check  ## every tier that one machine runs, on a fresh one too
	$(PYTEST) tests/manifests tests/contract tests/app tests/stack tests/browser

tools: dev  ## what the tests run besides the stack: curl, redis-cli, Chromium; installs what is missing
	@$(BIN)/python -m tests.set_up

test-cluster: tools  ## the cluster tier; needs a KUBECONFIG with Dapr
	@test -n "$(KUBECONFIG)" || { echo "KUBECONFIG is not set: name a cluster with Dapr"; exit 1; }
	KUBECONFIG="$(KUBECONFIG)" $(PYTEST) tests/cluster

bench: tools setup  ## ratios measured in one run
	$(BIN)/python -m bench.turns
	-$(BIN)/python -m bench.viewers
	-$(BIN)/python -m bench.page
	$(BIN)/python -m bench.long_history
	$(BIN)/python -m bench.many_namespaces
	$(BIN)/python -m bench.doctor
	-$(BIN)/python -m bench.start_up
	$(BIN)/python -m bench.report

screenshots: tools setup  ## the pictures of the README, and every page wide and narrow, light and dark
	$(BIN)/python -m tests.browser.screenshots docs/pictures

requirements: | $(BIN)/uv  ## compile the pinned requirements anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --group agent -c requirements.txt -o requirements-agent.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
