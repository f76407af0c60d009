# make tour | test | lab : each does all the set-up it needs (a pinned .venv) and can be run again at any time.
# TORCH_INDEX=URL  takes torch from another wheel index (PyTorch's CPU index gives a download ten times smaller)
# PYTHON=python3.12  names the interpreter (3.11, 3.12 or 3.13); one that does not run is refused, and a .venv of another
#                    version is made anew
export PYTHON TORCH_INDEX
BIN := .venv/bin
SEED ?= 0

.PHONY: help setup tour test test-long check zoo-check test-gpu gpu lab docs docs-test notebooks export readme bench clean

help:
	@echo "make tour       install, then from raw experience to the video of a dream (runs/tour/)"
	@echo "make test       install, then everything that .ci/run checks; ends with 'N passed, N failed'"
	@echo "make check K=gae   one section of a notebook: its imports, its set-up and the cells below the heading"
	@echo "make zoo-check  every published agent plays all episodes of its card (10 minutes)"
	@echo "make lab        install, then JupyterLab on the notebooks"
	@echo "make docs       the documentation site, from the stored outputs (site/)"
	@echo "make docs-test  the same, and a look at it in headless Chromium"
	@echo "make notebooks  execute and clean the notebooks whose code or inputs changed"
	@echo "make test-long  the notebooks with the cells flagged long, which make test leaves out (20 minutes)"
	@echo "make test-gpu   the cells flagged gpu (needs CUDA)"
	@echo "make gpu        tests, benchmarks and a training on a machine with CUDA, nine minutes (runs/gpu/)"
	@echo "make export     notebooks -> worldrl/        make readme   nbs/index.ipynb -> README.md"
	@echo "make bench      the benchmarks (minutes; run nothing else meanwhile)"

setup:
	@bash tools/setup.sh

tour: setup
	@$(BIN)/worldrl tour --seed $(SEED)

test: setup
	@$(BIN)/python tools/test.py

check: setup
	@$(BIN)/python tools/section.py "$(K)"

zoo-check: setup
	@OMP_NUM_THREADS=1 $(BIN)/worldrl zoo --check

test-long: setup
	@$(BIN)/python tools/test.py --flags long

test-gpu: setup
	@$(BIN)/python -c "import torch, sys; sys.exit(None if torch.cuda.is_available() else 'make test-gpu: no CUDA device here; the same code is tested on the CPU by make test')"
	@$(BIN)/python tools/test.py --flags gpu

gpu:
	@bash tools/gpu.sh

lab: setup
	@cd nbs && ../$(BIN)/jupyter lab

docs: setup
	@rm -rf site && $(BIN)/python tools/docs.py && NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q && $(BIN)/python tools/docs.py check && echo "site/index.html"

docs-test: docs
	@$(BIN)/python tools/browse.py

notebooks: setup export
	@$(BIN)/python tools/notebooks.py run

export: setup
	@$(BIN)/nbdev_export && $(BIN)/python tools/stubs.py

readme: setup
	@$(BIN)/python tools/notebooks.py readme

golden: setup
	@$(BIN)/python tools/golden.py check

bench: setup
	@OMP_NUM_THREADS=1 $(BIN)/worldrl bench

clean:
	@rm -rf build dist site _docs *.egg-info
