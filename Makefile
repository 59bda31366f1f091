# Sohojatri. `make help` lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
STAMP := .venv/.locked

help:            ## list the commands
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/: [^#]*## /\t/' | expand -t 18

run: setup       ## set up, train, start everything on localhost
	@exec $(PY) -m bot run

test: setup      ## lint, types, content, all tests (unit, integration, conversations, browser)
	@bash tests/run.sh

check: setup     ## lint, types, import directions, content; no tests
	@bash tests/check.sh

train: setup     ## train the model if its inputs changed
	@$(PY) -m bot train

demo: setup      ## a throw-away desk with invented conversations, to look at
	@exec $(PY) -m bot demo

bench: setup     ## time whole turns against stock Rasa
	@$(PY) -m bot bench

evaluate: setup  ## measure understanding on labelled lines: make evaluate MESSAGES=folder [WITH="--stock --curve"]
	@$(PY) -m bot evaluate "$(or $(MESSAGES),$(error say where the labelled lines are: make evaluate MESSAGES=folder))" $(WITH)

setup: $(STAMP)  ## make .venv from the lock file

$(STAMP): uv.lock pyproject.toml setup.sh
	@bash setup.sh
	@touch $(STAMP)

clean:           ## remove environment, models and caches; keeps var/ (the database and its keys)
	rm -rf .venv models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

.PHONY: help run demo test check train bench evaluate setup clean
