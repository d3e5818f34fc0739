# Mien: every command is safe to repeat and prints what it does.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRAINING := .venv-training
RENDERING := $(TRAINING)/.rendering
BENCH := .venv-bench
INSTALLED := $(VENV)/.installed
SOURCES := app.py chalicelib infra lab mien tests

MEDIA :=
JOB := multiface
OUT := results
PORT := 8000
DROP :=
DATA :=
HOST :=
ONLY :=
LABELLED :=
# To the commands through the environment, as they are: neither make nor the shell may expand a file name.
export MIEN_DEMO_MEDIA := $(value MEDIA)
export MIEN_DEMO_JOB := $(value JOB)
export MIEN_DEMO_OUT := $(value OUT)
export MIEN_SERVE_PORT := $(value PORT)
export MIEN_SERVE_DROP := $(value DROP)
export MIEN_SERVE_DATA := $(value DATA)
export MIEN_SERVE_HOST := $(value HOST)
export MIEN_ONLY := $(value ONLY)
export MIEN_LABELLED := $(value LABELLED)

.PHONY: help setup ready demo serve test slow coverage fuzz golden browser-test generators client floor segments check format picture train persons eyes evaluate bench pages vendor package deploy smoke destroy
.PHONY: cost simulate attack lock clean

help:  ## Show these lines
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ready  ## Make the virtual environment, install the locked dependencies, prepare the models
	@echo "Mien is set up. Next: make demo, or make serve"

# What the other commands need; says nothing where all is there already.
ready: $(INSTALLED) $(BIN)/mien
	@$(BIN)/python -m infra.models.prepare --quiet

$(BIN)/mien: infra/mien.sh $(INSTALLED)
	@$(BIN)/python -c 'import os, pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "mien.pth").write_text(os.getcwd() + "\n")'
	@install -m 755 infra/mien.sh $(BIN)/mien

$(INSTALLED): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Mien needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make setup PYTHON=python3.12")'
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(INSTALLED)

demo: ready  ## Analyse a video or picture from start to end: make demo MEDIA=clip.mp4 [JOB=multiface] [OUT=results]
	@$(BIN)/python -m chalicelib.local demo

serve: ready  ## Keep the API running on this machine: make serve [PORT=8000] [DATA=folder] [DROP=directory] [HOST=address]
	@$(BIN)/python -m chalicelib.local serve

# If the environment forbids bytecode, as in many images, each process of the tests would compile all it imports again.
test slow coverage: export PYTHONDONTWRITEBYTECODE :=

test: ready check  ## Check format, lint, types, imports; run all tests but the slow ones
	@echo "Tests"
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

slow: ready  ## Run the slow tests: whole films, killed workers, memory, pages in a browser, generated requests
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

# Tests that call the code in their own process.
COVERING := $(addprefix tests/,analysis api aws cli client contract domain formats outbound rendering services worker) $(wildcard tests/test_*.py)
coverage: ready  ## Measure how much of the code the tests reach; fails below the least in pyproject.toml (some minutes)
	@mkdir -p build
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term $(COVERING)

fuzz: ready  ## Try every property with new examples for some minutes; failures are kept in .fuzz and tried first
	@$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=fuzz

golden: ready  ## Write the golden files of the formats again, and show what differs from the last commit
	@$(BIN)/python -m tests.formats.goldens
	@git --no-pager diff --stat --patch -- tests/formats/golden

browser-test: ready  ## Use the console in a real browser (needs Chromium with its driver)
	@MIEN_BROWSER_TESTS=all $(BIN)/python -m pytest -n 0 -o log_cli=true -o log_cli_level=WARNING tests/console

# The generators of clients; without npm those for TypeScript are left out.
GENERATORS := .venv-generators
$(GENERATORS)/.installed: requirements/generators.in tests/generators/package.json
	@echo "Installing generators of clients in $(GENERATORS)"
	@$(PYTHON) -m venv $(GENERATORS)
	@$(GENERATORS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/generators.in
	@if command -v npm >/dev/null; then mkdir -p $(GENERATORS)/node && cp tests/generators/package.json $(GENERATORS)/node && \
	  { npm install --prefix $(GENERATORS)/node --silent --no-audit --no-fund --ignore-scripts || \
    echo "npm could not install the generators for TypeScript; they are left out."; }; fi
	@touch $@

generators: ready $(GENERATORS)/.installed  ## Generate clients with four generators, and run a job with each (needs java and npm for all)
	@$(BIN)/python -m pytest -n 0 -v tests/generators

attack: ready  ## Kill workers, damage media, repeat and forge events, send 300 jobs at once (half an hour)
	@MIEN_ATTACK=1 $(BIN)/python -m pytest -n 0 -s tests/attacks

floor: ready  ## Test the AWS adapters on the oldest boto3 that Lambda may have (downloads it; half a minute)
	@MIEN_FLOOR=1 $(BIN)/python -m pytest -n 0 tests/infra/test_floor_boto3.py

segments: ready  ## Compare half an hour of video in segments with one pass (minutes)
	@MIEN_HALF_HOUR=1 $(BIN)/python -m pytest -n 0 tests/end_to_end/test_half_hour.py

check: ready  ## Format, lint, types, import contracts
	@echo "Format and lint"
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)
	@echo "Types"
	@$(BIN)/mypy
	@echo "Import contracts"
	@$(BIN)/lint-imports --no-logo

format: ready  ## Format the code
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

picture: ready  ## Draw the README's pictures (that of the console needs Chromium)
	@$(BIN)/python -m chalicelib.local demo --out build/picture
	@$(BIN)/python -m lab.pictures.draw_demo build/picture
	@$(BIN)/python -m lab.pictures.draw_console

# The environment that draws faces.
$(RENDERING): requirements/dev.txt requirements/rendering.in
	@$(PYTHON) -m venv $(TRAINING)
	@$(TRAINING)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(TRAINING)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/rendering.in
	@touch $@

train: ready $(RENDERING)  ## Train the expression models from ../shared (two hours; PyTorch and moderngl go to an environment of their own)
	@$(TRAINING)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/training.in
	@$(TRAINING)/bin/python -m pytest -q tests/lab/test_student.py
	@$(TRAINING)/bin/python -m lab.training.train
	@$(TRAINING)/bin/python -m lab.training.train_head

persons: ready $(RENDERING)  ## Make the persons of all groups that the evaluation measures (a quarter of an hour; needs EGL, ../shared)
	@$(TRAINING)/bin/python -m lab.rendered_faces.generate build/persons --head anny --persons 180 --pictures 16 --seed 11

eyes: ready $(RENDERING)  ## Make the eyes whose gaze the evaluation measures (ten minutes; needs EGL, ../shared)
	@$(TRAINING)/bin/python -m lab.gaze.made_eyes build/eyes

evaluate: ready  ## Measure Mien on ../shared/media, write docs/evaluation.md (some minutes): make evaluate [ONLY=crowds] [LABELLED=folder]
	@$(BIN)/python -m lab.evaluation --only "$$MIEN_ONLY" --labelled "$$MIEN_LABELLED"

bench: ready $(BENCH)/.installed  ## Measure speed compared with MediaPipe, memory, cost; write docs/performance.md (20 min): make bench [ONLY=memory]
	@$(BIN)/python -m lab.benchmark --only "$$MIEN_ONLY"

# Without MediaPipe's package the benchmark measures Mien alone, and says so.
$(BENCH)/.installed: requirements/bench.txt
	@echo "Installing MediaPipe, to compare with, in $(BENCH)"
	@$(PYTHON) -m venv $(BENCH)
	@if $(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt; \
	then touch $@; else rm -rf $(BENCH); fi

client: ready  ## Build the package for clients, a wheel in build/client
	@$(BIN)/python -m infra.client_package.build

pages: ready  ## Generate the API's page on responsible use from its document
	@$(BIN)/python -m infra.pages.responsible_use

vendor: ready  ## Fetch the console's libraries as pinned (needs npm)
	@$(BIN)/python -m infra.pages.vendor

STAGE := staging
export MIEN_STAGE := $(value STAGE)

package: ready  ## Bundle, merge and check the files of a deployment: make package [STAGE=staging]
	@$(BIN)/python -m infra.deployment.package

EMAIL :=
export MIEN_EMAIL := $(value EMAIL)

EMOTIONS :=
export MIEN_DEPLOY_EMOTIONS := $(value EMOTIONS)

deploy: ready  ## Deploy a stage to the AWS account of your environment: make deploy STAGE=staging [EMAIL=first@user.org]
	@$(BIN)/python -m infra.deployment.deploy

URL :=
TABLE :=
BUCKET :=
ENDPOINT :=
ORIGINS :=
export MIEN_SMOKE_URL := $(value URL)
export MIEN_SMOKE_TABLE := $(value TABLE)
export MIEN_SMOKE_BUCKET := $(value BUCKET)
export MIEN_SMOKE_ENDPOINT := $(value ENDPOINT)
export MIEN_SMOKE_ORIGINS := $(value ORIGINS)

smoke: ready  ## Check a deployed stage against the wire contract: make smoke STAGE=staging (make serve prints the command for its own stack)
	@$(BIN)/python -m infra.smoke

destroy: ready  ## Delete a stage, but keep its media and rows: make destroy STAGE=staging
	@$(BIN)/python -m infra.deployment.destroy

HOURS :=
SIZE :=
FACES :=
FPS :=
export MIEN_COST_HOURS := $(value HOURS)
export MIEN_COST_SIZE := $(value SIZE)
export MIEN_COST_FACES := $(value FACES)
export MIEN_COST_FPS := $(value FPS)

cost: ready  ## What computing costs: make cost [HOURS=100] [SIZE=1080p] [FACES=2] [FPS=30]
	@$(BIN)/python -m infra.simulation.cost

simulate: ready  ## Simulate a day of load on functions, segments and machines (docs/scale.md)
	@$(BIN)/python -m infra.simulation

LOCK := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock:  ## Resolve the dependencies again (needs uv)
	@$(LOCK) requirements/dev.in -o requirements/dev.txt
	@$(LOCK) requirements/worker.in -c requirements/dev.txt -o requirements/worker.txt
	@$(LOCK) requirements/worker-cuda.in -c requirements/worker.txt -o requirements/worker-cuda.txt
	@$(LOCK) requirements/bench.in -c requirements/dev.txt -o requirements/bench.txt
	@$(LOCK) requirements/light.in -c requirements/dev.txt -o requirements.txt

clean:  ## Remove what set-up and the checks created; results stay
	rm -rf $(VENV) $(TRAINING) $(BENCH) $(GENERATORS) models build .mypy_cache .ruff_cache .pytest_cache .hypothesis
