# Every target runs in .venv, which is made from requirements.lock when it is missing or stale.
PYTHON ?= python3
RUN := .venv/bin/python -m

.PHONY: lab grade test build matrix bench lock help

help:  ## what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

lab: .venv/ready  ## open the course in JupyterLab
	$(RUN) jupyter lab notebooks/1_request_lifecycle.ipynb

grade: .venv/ready  ## grade everything in submitted/ (the samples, if there is nothing)
	$(RUN) webcourse grade

test: .venv/ready  ## every test and gate
	$(RUN) webcourse build --check
	$(RUN) pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

build: .venv/ready  ## lessons to source, release and notebooks, and the samples
	$(RUN) webcourse build
	$(RUN) webcourse samples

matrix: .venv/ready  ## write docs/kill_matrix.md and lessons/misconceptions.json anew
	$(RUN) tests.gallery.matrix
	$(RUN) tests.gallery.misconceptions

bench: .venv/ready  ## what checks and grading cost, as ratios; 200 repetitions under load (hours)
	$(RUN) tests.bench
	$(RUN) tests.bench_grading

lock: .venv/ready  ## pin the newest packages that pyproject.toml allows
	$(RUN) pip install --quiet uv
	$(RUN) uv pip compile --universal --python-version 3.11 --all-extras --no-header \
	    --no-emit-index-url --no-annotate --upgrade --output-file requirements.lock pyproject.toml
	{ echo "# Every package of the course, its grader and its tests, pinned. Made by \`make lock\` from" \
	    "pyproject.toml."; cat requirements.lock; } > requirements.new && mv requirements.new requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "The course needs Python 3.11 or later: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv --clear .venv
	$(RUN) pip install --quiet --disable-pip-version-check -r requirements.lock
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch .venv/ready
