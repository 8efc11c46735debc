# Python 3.11 or newer and make are all it takes: everything else is installed into .venv and node_modules.
# `make help` lists the targets; `make PYTHON=python3.13 book` chooses the Python that makes the environment.

PYTHON ?= python3
CONSTRAINTS ?= constraints.txt

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BENCHMARKED := $(VENV)/.benchmarks
FRONT_END := node_modules/.installed
EXPLORERS := $(patsubst %,kexue/lab/%/dist/explorer.js,explorer lattice_explorer)
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm

# Jupyter refuses to serve root unless told that there is no other user, as in a container.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help book test live bench lint references vendor lock newest clean distclean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

book: vendor ## execute the pages that changed and build the book, _build/html
	@$(BIN)/python -m kexue.rerun.book

test: book ## run every test: units, each page cell by cell, the built pages in Chromium
	$(BIN)/python -m pytest -n auto

live: vendor ## open the pages as notebooks in JupyterLab, on this machine only
	JUPYTER_CONFIG_PATH="$(CURDIR)/.jupyter" $(BIN)/jupyter lab --ip=127.0.0.1 --LabApp.default_url=/lab/tree/book $(AS_ROOT)

bench: $(BENCHMARKED) ## run the benchmarks against peers
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done
	@echo "== benchmarks/unigram"; $(BIN)/python -m benchmarks.unigram -o _build/bench/unigram.json $(UNIGRAM)

lint: $(INSTALLED) ## check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

references: vendor ## run the pages and write the text outputs that the tests compare with
	$(BIN)/python -m kexue.rerun.references

vendor: $(INSTALLED) $(FRONT_END) $(EXPLORERS) ## install Python packages and front-end files

lock: $(INSTALLED) ## resolve constraints.txt and package-lock.json again
	@mkdir -p _build
	{ echo "# Resolved by \`make lock\` from requirements.txt, for every supported Python and system. Do not edit."; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links requirements.txt benchmarks/requirements.txt; } > _build/constraints.txt
	@! grep -nE '://|^-|@ |\+' _build/constraints.txt || \
	  { rm _build/constraints.txt; echo "make lock: the lines above name a place or a local build, not a release"; exit 1; }
	mv _build/constraints.txt constraints.txt
	$(NPM) install --package-lock-only

newest: ## build and test a copy of this tree with the newest versions that requirements.txt allows
	mkdir -p _build/newest
	git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C _build/newest
	$(MAKE) -C _build/newest test CONSTRAINTS=/dev/null

clean: ## remove what was built and run, keep the environment
	rm -rf _build runs kexue/lab/*/dist .hypothesis .pytest_cache .ruff_cache

distclean: clean ## remove the environment too
	rm -rf $(VENV) node_modules *.egg-info

# A stamp is written last, so an interrupted installation is taken up again. pip itself would compile on one core, and
# the packages' own tests too; some files are no Python of this version and stay as they are. Nothing is left for a test
# to compile: every warning is an error to it, also those of a package's syntax.
$(INSTALLED): requirements.txt $(CONSTRAINTS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Kexue Book needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
	  echo "Name another one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --no-compile -r requirements.txt -c $(CONSTRAINTS)
	@echo "compiling what was installed, on all cores"; $(BIN)/python -m compileall -qq -j 0 -x '/tests/' $(VENV)/lib || true
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --editable .
	@touch $@

# A peer that does not install here is left out of the comparison, which says so; those of one line need one another.
$(BENCHMARKED): benchmarks/requirements.txt benchmarks/optional.txt $(INSTALLED)
	$(BIN)/python -m pip install --disable-pip-version-check -r benchmarks/requirements.txt -c $(CONSTRAINTS)
	@sed 's/#.*//' benchmarks/optional.txt | while read -r peers; do test -z "$$peers" || \
	  AHOCORASICK_BYTES=1 $(BIN)/python -m pip install --disable-pip-version-check --no-build-isolation $$peers < /dev/null || \
	  echo "left out of the comparison, since it does not install here: $$peers" >&2; done
	@touch $@

$(FRONT_END): package-lock.json package.json .npmrc | $(INSTALLED)
	$(NPM) ci
	@touch $@

$(EXPLORERS): kexue/lab/%/dist/explorer.js: $(wildcard kexue/lab/*/src/*) $(FRONT_END)
	$(NPM) run --silent bundle -- kexue/lab/$*/src/index.js --outfile=$@
	@touch $@
