# Everything a newcomer, a developer and CI run. `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory
export LC_ALL := C.UTF-8
# Every command starts Python anew: let it keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

SERVE ?= 1
PORT ?= 8000
ENTRIES ?= 10000000
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then command -v $$name; break; fi; done)

BIN := .venv/bin
LOCALES := src/mingzhang/locale
CATALOGUES := $(wildcard $(LOCALES)/*/LC_MESSAGES/django.po)
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: help install demo serve test test-slow test-browser lint bench lock messages docs clean

help: ## 列出这些命令 / list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "make %-14s %s\n", $$1, $$2}'

install: .venv/runtime.stamp ## 准备好运行环境，得到 .venv/bin/mingzhang / the environment, with .venv/bin/mingzhang

demo: .venv/runtime.stamp ## 建好演示县并打开网站（SERVE=0 只建不开）/ the demonstration county (SERVE=0: do not serve)
	@$(BIN)/mingzhang demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

serve: .venv/runtime.stamp ## 打开网站 / serve the site
	@$(BIN)/mingzhang migrate
	@$(BIN)/mingzhang serve --port $(PORT)

test: .venv/dev.stamp ## 测试，五到十分钟 / the tests, five to ten minutes
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not browser and not slow"

test-slow: .venv/dev.stamp ## 耗时长的测试 / the tests that take long
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m "slow and not browser"

test-browser: .venv/dev.stamp ## 浏览器测试 / the tests that drive a browser
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		echo '没有找到 Chromium。Debian、Ubuntu 上请运行：sudo apt-get install chromium'; \
		echo 'Chromium is missing. On Debian or Ubuntu: sudo apt-get install chromium'; exit 1; }
	$(BIN)/pytest -n 0 -m browser

lint: .venv/dev.stamp ## 全部静态检查 / every static check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/djlint src --lint --quiet
	$(BIN)/djlint src --check --quiet
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/python tools/checks.py

bench: .venv/dev.stamp ## 性能测量，写入 build/bench.json（ENTRIES=200000 较快）/ benchmarks
	$(BIN)/python -m bench --entries $(ENTRIES)

lock: .tools/stamp ## 更新依赖的锁定文件 / renew the lock files
	tools/uv pip compile $(COMPILE) requirements-tools.in -o requirements-tools.lock
	tools/uv pip compile $(COMPILE) pyproject.toml -o requirements.lock
	tools/uv pip compile $(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

COMPILE := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

messages: .venv/dev.stamp ## 收集界面文字，更新译文文件 / collect the texts to translate
	$(BIN)/python tools/messages.py update

docs: .venv/dev.stamp ## 重新生成由程序写的文档 / write the generated pages of the documentation
	$(BIN)/python -m tools.reference

clean: ## 删除生成的文件（不动数据）/ delete what was generated (no data)
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The environment. Stamps make a second run instant; a changed lock file is installed anew.

.tools/stamp: requirements-tools.lock
	@test -n "$(PYTHON)" || { \
		echo '明账需要 Python 3.11 或更新的版本；没有找到。可用 make PYTHON=/路径/python3 指明。'; \
		echo 'Mingzhang needs Python 3.11 or newer; none was found. Name one with make PYTHON=/path/to/python3.'; exit 1; }
	@echo '准备环境 / preparing the environment'
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo '$(PYTHON): Python < 3.11'; exit 1; }
	@$(PYTHON) -m venv --clear .tools || { \
		echo '请先安装 venv：Debian、Ubuntu 上 sudo apt-get install python3-venv'; \
		echo 'Please install venv first, on Debian or Ubuntu: sudo apt-get install python3-venv'; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.lock
	@touch $@

.venv/runtime.stamp: .tools/stamp requirements.lock pyproject.toml $(COMPILED)
	@began=$$(date +%s) \
		&& { test -x $(BIN)/python || tools/uv venv --quiet --python .tools/bin/python .venv; } \
		&& tools/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		&& $(INSTALL_PROJECT) \
		&& echo "装好环境 / environment ready　$$(($$(date +%s) - began)) s"
	@touch $@

.venv/dev.stamp: .tools/stamp requirements-dev.lock pyproject.toml $(COMPILED)
	@test -x $(BIN)/python || tools/uv venv --quiet --python .tools/bin/python .venv
	@tools/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	@$(INSTALL_PROJECT)
	@touch .venv/runtime.stamp $@

# The build backend of .tools makes the editable wheel, so that no package is fetched without a hash.
INSTALL_PROJECT = rm -rf build/editable && mkdir -p build/editable \
	&& .tools/bin/python -c 'from hatchling.build import build_editable; build_editable("build/editable")' \
	&& tools/uv pip install --quiet --python $(BIN)/python --no-deps --no-index --reinstall build/editable/*.whl

%.mo: %.po .tools/stamp
	@.tools/bin/pybabel --quiet compile -i $< -o $@
