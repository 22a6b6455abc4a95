.DEFAULT_GOAL := help
.PHONY: help briefing test test-all check fix setup golden docs bench lock evidence clean
RUN := .venv/bin/

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

briefing: .setup-base ## set up everything, then make today's briefing from the sample market
	@sh .ci/briefing

test: .setup-dev ## set up everything, then run the fast tests
	@$(RUN)pytest -q -n auto --dist loadfile -m "not slow"

test-all: .setup-dev ## every test
	@$(RUN)pytest -q -n auto --dist loadfile

check: .setup-dev ## format, lint, types, imports, fast tests, generated documents in sync
	@$(RUN)ruff format --check .
	@$(RUN)ruff check .
	@$(RUN)mypy
	@$(RUN)lint-imports
	@$(RUN)pytest -q -n auto --dist loadfile -m "not slow"

fix: .setup-dev ## format and mend what ruff can mend
	@$(RUN)ruff format .
	@$(RUN)ruff check --fix .

golden: .setup-dev ## rewrite the golden files; read the difference before committing it
	@$(RUN)pytest -q tests/golden --rewrite-golden

docs: .setup-dev ## rewrite the generated documents
	@$(RUN)python -m docs.generate

evidence: .setup-dev ## what followed each signal, from the sample market, into docs/evidence.md
	@$(RUN)volbrief run --source sample --no-pdf --no-orchestrator > /dev/null
	@$(RUN)volbrief evidence --source sample --out docs/evidence.md

bench: .setup-dev ## time the runs as ratios
	@$(RUN)python -m benchmarks

setup: .setup-dev ## the development environment alone

.setup-base: requirements.lock pyproject.toml .ci/setup
	@test -f .setup-dev && test .setup-dev -nt requirements.lock && touch .setup-base || sh .ci/setup base

.setup-dev: requirements-dev.lock pyproject.toml .ci/setup
	@sh .ci/setup dev

lock: ## resolve the dependencies again (needs uv)
	uv pip compile -q pyproject.toml --extra build $(LOCK) -o requirements.lock
	uv pip compile -q pyproject.toml --extra build --extra dev $(LOCK) -c requirements.lock -o requirements-dev.lock
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

clean: ## remove the environment, the warehouse and the pages
	rm -rf .venv .setup-* var out
