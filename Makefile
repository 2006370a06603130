# Two commands for everyone: `make demo` and `make test`. Both set up what is missing.

PYTHON := .venv/bin/python
OUT := out/demo
export RAY_USAGE_STATS_ENABLED := 0

.PHONY: demo test quality setup clean

setup:
	@bash infra/setup.sh

demo: setup
	$(PYTHON) jobs/make_scans.py --out $(OUT)/scans --scenes 5
	$(PYTHON) jobs/build_spar7m.py --source scannet --input $(OUT)/scans --root $(OUT)/lake --preset demo --prune
	$(PYTHON) jobs/audit.py --root $(OUT)/lake
	$(PYTHON) jobs/export_spar.py --root $(OUT)/lake --input $(OUT)/scans --out $(OUT)/spar
	$(PYTHON) jobs/report.py --root $(OUT)/lake --input $(OUT)/scans --out $(OUT)/report
	@echo "done: questions in $(OUT)/lake, SPAR tree in $(OUT)/spar, pictures in $(OUT)/report/index.html"

test:
	@bash infra/setup.sh --browser
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest

quality: setup
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) -m mypy

clean:
	rm -rf out
