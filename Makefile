# Two commands for everyone: `make demo` and `make test`; `make demo-web` shows web pictures. All set up what is missing.

PYTHON := .venv/bin/python
OUT := out/demo
LAKE := $(OUT)/lake
export RAY_USAGE_STATS_ENABLED := 0

.PHONY: demo demo-web results test chaos quality setup weights clean

setup:
	@bash infra/setup.sh

# The models of the default stack for pictures, about 170 MB into the user's cache or $SPATIAL_QA_WEIGHTS.
weights: setup
	$(PYTHON) jobs/fetch_weights.py

demo: setup
	$(PYTHON) jobs/make_scans.py --out $(OUT)/scans --scenes 5 --processes $(shell nproc)
	$(PYTHON) jobs/build_spar7m.py --source scannet --input $(OUT)/scans --root $(LAKE) --preset demo --prune
	@$(MAKE) --no-print-directory results
	@echo "questions in $(LAKE), SPAR tree in $(OUT)/spar, pictures in $(OUT)/report/index.html"

# What is made from the lake, again only where a partition is newer.
results: $(OUT)/audit.txt $(OUT)/spar/README.txt $(OUT)/report/index.html

PARTITIONS = $(shell find $(LAKE) 2>/dev/null)

$(OUT)/audit.txt: $(PARTITIONS)
	$(PYTHON) jobs/audit.py --root $(LAKE) >$@.part || { cat $@.part; exit 1; }
	@mv $@.part $@ && cat $@

$(OUT)/spar/README.txt: $(PARTITIONS)
	$(PYTHON) jobs/export_spar.py --root $(LAKE) --input $(OUT)/scans --out $(OUT)/spar

$(OUT)/report/index.html: $(PARTITIONS)
	$(PYTHON) jobs/report.py --root $(LAKE) --input $(OUT)/scans --out $(OUT)/report

# Photographs through the default models: a lake of questions, shards for HiSpatial's loader, a gallery.
WEB := out/demo-web
demo-web: weights
	$(PYTHON) jobs/demo_photos.py --out $(WEB)/photos --more ../shared/data/photos
	$(PYTHON) jobs/build_web.py --input $(WEB)/photos --source demo --root $(WEB)/lake --prune
	$(PYTHON) jobs/audit.py --root $(WEB)/lake
	$(PYTHON) jobs/export_hispatial.py --root $(WEB)/lake --input $(WEB)/photos --out $(WEB)/hispatial --chat
	$(PYTHON) jobs/report.py --root $(WEB)/lake --input $(WEB)/photos --out $(WEB)/report
	@echo "questions in $(WEB)/lake, shards in $(WEB)/hispatial, pictures in $(WEB)/report/index.html"

test:
	@bash infra/setup.sh --browser
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -n 2 --dist loadfile

# Lost nodes, killed workers and drivers, failing buckets, full disks; a dozen minutes.
chaos: setup
	$(PYTHON) -m pytest -m chaos

quality: setup
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .
	$(PYTHON) -m mypy

clean:
	rm -rf out
