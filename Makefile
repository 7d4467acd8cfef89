# `make run` and `make test` are all a newcomer needs; both set up what is missing.
SHELL := /bin/sh
PORT ?= 5005
PYTHON := $(firstword $(shell command -v python3 python 2>/dev/null))
BIN := .venv/bin

.PHONY: run test setup chat test-fast lint bench

run: setup
	@$(BIN)/bot run --port $(PORT)

test: setup lint
	@$(BIN)/bot check > /dev/null
	@$(BIN)/bot train
	@$(BIN)/python -m pytest

setup:
	@test -n "$(PYTHON)" || { echo "make: Python 3 is needed: install it, then run make again." >&2; exit 1; }
	@$(PYTHON) scripts/set_up.py

chat: setup
	@$(BIN)/bot chat

test-fast: setup
	@$(BIN)/python -m pytest -m "not rasa"

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/bot train
	@$(BIN)/python -m bench
