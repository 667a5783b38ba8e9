# `make` alone lists what there is to type. Works with GNU make 3.81 (macOS) and newer.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
VEP_VENV := .venv-vep
DATA := $(if $(GAS_DATA_DIR),$(GAS_DATA_DIR),.data)

# The first Python that is new enough, the one that it was tested with first; `make run PYTHON=/path` overrides it.
ifeq ($(PYTHON),)
PYTHON := $(shell for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	command -v $$candidate; break; fi; done)
endif

# A virtual environment whose Python is gone (upgraded, uninstalled, moved) is made anew.
ifeq ($(shell $(VENV_PYTHON) -c 'print(1)' 2>/dev/null),)
BROKEN := broken
endif

# Likewise the one of the second engine.
ifeq ($(wildcard $(VEP_VENV))$(shell $(VEP_VENV)/bin/python -c 'print(1)' 2>/dev/null),$(VEP_VENV))
VEP_BROKEN := broken
endif

.PHONY: broken help run stop test lint format settings-doc vep clean reset

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.requirements ## Start the whole service on this machine; Ctrl-C stops it.
	@$(VENV_PYTHON) -m util_jobs local run $(if $(VERBOSE),--verbose)

stop: $(VENV)/.requirements ## Stop the service from another window.
	@$(VENV_PYTHON) -m util_jobs local stop

test: $(VENV)/.requirements-dev ## Run every test (browser tests need Chromium and skip without it). ARGS="-k name" selects.
	@$(VENV_PYTHON) -m pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/.requirements-dev ## Check style, formatting, layering and types.
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV)/bin/lint-imports
	@$(VENV_PYTHON) -m mypy

format: $(VENV)/.requirements-dev ## Format the code and sort its imports.
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .

settings-doc: $(VENV)/.requirements ## Write docs/settings.md anew from pipeline/settings.py.
	@$(VENV_PYTHON) -m util_jobs settings-doc

vep: $(VENV)/.requirements $(VEP_VENV)/.requirements ## Install the second annotation engine, Ensembl VEP by vepyr (600 MB).
	@$(VEP_VENV)/bin/vepyr --version
	@echo "Now install a cache for each reference: $(VENV_PYTHON) -m util_jobs reference install-vep ID"

clean: ## Remove the virtual environments and caches; never your data.
	rm -rf $(VENV) $(VEP_VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-artifacts
	find . -name __pycache__ -type d -not -path './$(DATA)/*' -prune -exec rm -rf {} +

reset: ## Remove local accounts, jobs and files (not installed references): make reset CONFIRM=yes
	@if [ "$(CONFIRM)" != yes ]; then \
		echo "This deletes every account, job and file in $(DATA). If you mean it: make reset CONFIRM=yes"; exit 1; fi
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) -m util_jobs local stop; fi
	rm -rf $(DATA)/aws $(DATA)/cache $(DATA)/logs $(DATA)/run $(DATA)/work $(DATA)/secret_key

# A stamp for each list of requirements: installing is skipped until a list changes.
$(VENV)/.requirements: requirements.txt constraints.txt $(VENV)/.created
	@echo "Installing what the service needs (once, about a minute) ..."
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt || { \
		echo "The packages could not be installed; the lines above say why. Without a network, or behind a proxy," \
		"set PIP_INDEX_URL or https_proxy and try again."; exit 1; }
	@touch $@

$(VENV)/.requirements-dev: requirements.txt requirements-dev.txt constraints.txt $(VENV)/.created
	@echo "Installing what the tests need (once, about two minutes) ..."
	@$(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { \
		echo "The packages could not be installed; the lines above say why. Without a network, or behind a proxy," \
		"set PIP_INDEX_URL or https_proxy and try again."; exit 1; }
	@touch $(VENV)/.requirements $@

# vepyr needs older libraries than the service, so it lives apart and is called as a command.
$(VEP_VENV)/.requirements: requirements-vep.txt $(VEP_BROKEN)
	@echo "Installing vepyr in $(VEP_VENV) (once, about a minute) ..."
	@rm -rf $(VEP_VENV)
	@$(VENV_PYTHON) -m venv $(VEP_VENV)
	@$(VEP_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-vep.txt || { \
		rm -rf $(VEP_VENV); echo "vepyr could not be installed; the lines above say why. There are packages of it for" \
		"Linux, macOS and Windows on x86 and ARM."; exit 1; }
	@touch $@

$(VENV)/.created: $(BROKEN)
ifneq ($(BROKEN),)
	@if [ -z "$(PYTHON)" ]; then \
		echo "This needs Python 3.11 or newer, and none was found (python3 is $$(python3 --version 2>/dev/null || echo absent))."; \
		echo "Install it (Debian, Ubuntu: apt install python3.11 python3.11-venv; macOS: brew install python@3.11;"; \
		echo "any system: https://www.python.org/downloads/) or name one: make run PYTHON=/path/to/python3.11"; exit 1; fi
	@echo "Making a virtual environment in $(VENV) with $(PYTHON) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
endif
	@touch $@
