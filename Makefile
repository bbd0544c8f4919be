# Two doors: `make demo` and `make test` each set up what they need in .venv, with only Python and make at hand.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SEED   ?= 1000003

.PHONY: demo test lint bench clean help torch

help:            ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

demo: $(VENV)/demo.ok   ## pixels to masks on a rendered kitchen, with pictures in out/demo
	$(BIN)/python examples/kitchen_robot.py --seed $(SEED) --out out/demo

test: $(VENV)/test.ok   ## the test suite
	$(BIN)/python -m pytest

lint: $(VENV)/lint.ok   ## ruff, mypy --strict, floors
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/test.ok  ## speed, memory and right answers, printed
	$(BIN)/python -m benchmarks

torch: $(VENV)/test.ok  ## torch, TRL and Ray, for the tests that train and scale (elsewhere skipped)
	$(PIP) torch==2.13.0 'onnx>=1.17' 'onnxscript>=0.5'
	$(PIP) -e '.[train,scale,vision]' torch==2.13.0

clean:           ## remove the environment and outputs
	rm -rf $(VENV) out build dist

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("agentseg needs Python 3.11 or newer; found %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.ok: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[local]'
	@touch $@

$(VENV)/test.ok: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/demo.ok

$(VENV)/lint.ok: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[test,lint]'
	@touch $@ $(VENV)/test.ok $(VENV)/demo.ok
