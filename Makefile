# make setup builds .venv; every other target does so first. Nothing but Python 3.11, make and git is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
CORES ?= 2
BIN := .venv/bin
# Rules call `dmlr`; it is found in the same environment.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: setup demo test test-all check format lock schemas clean

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: Python 3.11 or newer is needed, found " + sys.version.split()[0] + "; name one with make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# The whole pipeline on the embedded model and benchmark.
demo: setup
	$(BIN)/snakemake --cores $(CORES) --quiet rules
	@echo
	@cat results/tables/accuracy.md
	@echo
	@echo "The same answers under each protocol, accuracy in %:"
	@echo
	@cat results/tables/protocols.md
	@echo
	@echo "$(CURDIR)/reports/index.html"

test: setup
	$(BIN)/python -m pytest -n $(CORES) -m "not slow"

# As root, where there is apt, it installs what the tests of pages and of SLURM need; elsewhere those are skipped.
test-all: setup
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then .ci/packages browser slurm; fi
	$(BIN)/python -m pytest -n $(CORES)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

# requirements.lock from pyproject.toml, in an environment of its own.
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check ".[dev]"
	.venv-lock/bin/python -m pip freeze --exclude dmlr | sed 's/+cpu$$//' > requirements.lock
	rm -rf .venv-lock
	{ printf '# The pins of requirements.lock (make lock). Afterwards: pip install --no-deps -e .\n'; \
	  printf 'name: dmlr\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - pip\n  - pip:\n'; \
	  sed 's/^/      - /' requirements.lock; } > environment.yml

# workflow/schemas/ from the models in dmlr/settings.py.
schemas: setup
	$(BIN)/python -m dmlr.schemas workflow/schemas

clean:
	rm -rf results reports logs .snakemake
