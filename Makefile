# `make run` and `make test` are all a newcomer needs; both set up what is missing.
SHELL := /bin/sh
PORT ?= 5005
PYTHON := $(firstword $(shell command -v python3 python 2>/dev/null))
BIN := .venv/bin
BROWSER := $(firstword $(shell command -v chromium google-chrome 2>/dev/null))

.PHONY: run test setup chat test-fast lint bench load soak fuzz audit

run: setup
	@$(BIN)/bot run --port $(PORT)

test: setup lint
	@$(BIN)/bot check > /dev/null
	@$(BIN)/bot train
	@test -n "$(BROWSER)" || echo "No Chromium found: the tests of the page are left out (Debian: apt install chromium)."
	@$(BIN)/python -m pytest $(if $(BROWSER),,-m "not browser")

setup:
	@test -n "$(PYTHON)" || { echo "make: Python 3 is needed: install it, then run make again." >&2; exit 1; }
	@$(PYTHON) scripts/set_up.py

chat: setup
	@$(BIN)/bot chat

test-fast: setup
	@$(BIN)/python -m pytest -m "not rasa and not encoder"

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# For FOR seconds (600). What reaches new code is kept in .fuzz for the next time, and what breaks something too.
fuzz: setup
	@mkdir -p .fuzz
	@$(BIN)/python -W ignore -m tests.fuzz .fuzz -max_total_time=$(or $(FOR),600) -artifact_prefix=.fuzz/

bench: setup
	@$(BIN)/bot train
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.compare

# 1 to 512 people at once with three bots over PostgreSQL and Redis; and 64 people for an hour.
load: setup
	@$(BIN)/python -m bench.load

soak: setup
	@$(BIN)/python -m bench.load --soak

# What is publicly known against the packages that Rasa holds at old versions, and what we decided.
audit: setup
	@$(BIN)/python scripts/audit.py
