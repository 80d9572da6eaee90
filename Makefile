# The only commands to remember: make run, make test, make check, make bench, make chaos.

.DELETE_ON_ERROR:
.PHONY: run test manage check bench chaos format lock clean

# uv installs what the locks say and nothing else. It never fetches a Python.
UV_VERSION := 0.13.9
UV := .venv/uv-$(UV_VERSION)/bin/uv
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
unexport UV_PYTHON
PYTHON := .venv/bin/python

run: .venv/local.locked
	@exec $(PYTHON) -m config.local run

# The browser's tests run apart: Playwright's event loop is in every other test's way.
test: .venv/test.locked
	@$(PYTHON) -m pytest -n logical --dist worksteal $(ARGS)
	@DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PYTHON) -m pytest tests/browser $(ARGS)

# For example: make manage ARGS="turnout --series dudley"
manage: .venv/local.locked
	@$(PYTHON) -m config.local manage $(ARGS)

check: .venv/dev.locked
	$(PYTHON) -m config.local.check

bench: .venv/test.locked
	@$(PYTHON) -m bench $(ARGS)

# Minutes, not seconds; every promised number, which takes an hour: make chaos ARGS=--long
# What waits for Redis is timed, so it runs alone. The longest comes first by its name.
TIMED := tests/chaos/test_outbox_without_redis.py
chaos: .venv/test.locked
	@$(PYTHON) -m pytest tests/chaos --ignore $(TIMED) -q -rP -n 2 --dist worksteal $(ARGS)
	@$(PYTHON) -m pytest $(TIMED) -q -s

format: .venv/dev.locked
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format --quiet .
	-.venv/bin/djade --target-version 5.2 $(shell find templates -name '*.html')

# Writes the locks anew from pyproject.toml. They carry hashes and no addresses.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"
lock: $(UV)
	$(COMPILE) pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --group test -c requirements/dev.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml --group local -c requirements/dev.txt -o requirements/local.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/production.txt
	$(COMPILE) pyproject.toml --extra twilio -c requirements/dev.txt -o requirements/twilio.txt

clean:
	rm -rf .venv var

$(UV):
	@python3 -m venv --clear --without-pip .venv
	@python3 -m venv .venv/uv-$(UV_VERSION)
	@.venv/uv-$(UV_VERSION)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# Installs every group asked for so far, so that `make run` never takes away
# what `make test` has put there.
.venv/%.locked: requirements/%.txt | $(UV)
	@$(UV) pip sync --quiet --require-hashes --python $(PYTHON) $(patsubst .venv/%.locked,requirements/%.txt,$(sort $(wildcard .venv/*.locked) $@))
	@touch $@
