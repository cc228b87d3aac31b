# The project's commands. `make` lists them.
#
#   CORE=oldest        tests run on the oldest Python and ansible-core that this machine has or can run, not the newest
#   JOBS=2             `make test` runs so many checks at a time (and shows each one's output when it is done)
#   INVENTORY=path     integration targets run against these hosts, not against the lab
#   TARGETS="a b"      only these integration targets
#   PYTHON=path        the Python to build the environments with (default: scripts/find-python chooses)

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CORE ?= newest
JOBS ?= 1
UNITS ?=
INVENTORY ?=
TARGETS ?=
ONCE ?=

BIN := .venv/bin
COLLECTIONS := build/collections
LINK := $(COLLECTIONS)/ansible_collections/lyncops/firewall

VENV := .venv
SUFFIX :=
READY := setup
ifeq ($(CORE),oldest)
  VENV := build/venv-oldest
  SUFFIX := -oldest
  # The project's own scripts run in .venv.
  READY := setup setup-oldest
else ifeq ($(filter newest both,$(CORE)),)
  $(error CORE is "newest", "oldest" or (for test only) "both", not "$(CORE)")
endif

# Checks find the collection by its full name through the link; a person's own configuration stays out.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
RECORD := $(BIN)/python scripts/record.py
# The sessions of antsibull-nox.toml and noxfile.py that need no container, less galaxy-importer, which wants versions that
# the others cannot use.
LINTERS := formatters codeqa yamllint typing antsibull-nox-config license-check extra-checks imports schemas ansible-lint
SESSIONS := $(LINTERS) docs-check build-import-check
# antsibull-nox calls ansible-galaxy from PATH. "-R" takes the environments as they are.
NOX := env PATH="$(CURDIR)/build/venv-nox/bin:$$PATH" nox --envdir build/sessions -R --error-on-external-run
ANSIBLE_TEST := $(BIN)/python scripts/ansible_test.py

.PHONY: help
help: ## Show this list
	@echo "lyncops.firewall: usage: make TARGET [CORE=oldest] [INVENTORY=path] [TARGETS=...] [JOBS=2]"; echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# ---- Set-up --------------------------------------------------------------------------------------------------------

.PHONY: setup setup-oldest setup-nox link
setup: link ## Build .venv (newest ansible-core, what tests need) and link the collection
	@python=$$(scripts/find-python) && "$$python" scripts/setup_env.py newest

setup-oldest: link ## Build build/venv-oldest (oldest Python and ansible-core, what tests need)
	@python=$$(scripts/find-python --oldest) && "$$python" scripts/setup_env.py oldest

# One environment for all sessions, which nox reuses: they install the same ansible-core five times, two minutes of pip.
setup-nox: link ## Build build/venv-nox, in which the sessions of antsibull-nox.toml run
	@python=$$(scripts/find-python) && "$$python" scripts/setup_env.py nox
	@for name in $(SESSIONS); do mkdir -p build/sessions/$$name && for part in bin lib pyvenv.cfg; do \
		ln -sfn ../../venv-nox/$$part build/sessions/$$name/$$part; done; done
	@git rev-parse --git-dir >/dev/null 2>&1 || { echo "setup: git init, for the sessions ask git for the files"; git init -q; }

link: ## Let Ansible find this clone as lyncops.firewall
	@mkdir -p $(dir $(LINK))
	@if [ -d $(LINK) ] && [ ! -L $(LINK) ]; then \
		echo "$(LINK) is an installed copy of the collection, not the link to this clone: remove it"; exit 1; fi
	@test "$$(readlink $(LINK))" = ../../../.. || ln -sfn ../../../.. $(LINK)

# ---- The lab of simulated Windows hosts ----------------------------------------------------------------------------

.PHONY: demo lab bench bench-fleet bench-judging bench-bombs bench-slices bench-probe bench-log bench-files topology-figures
demo: setup ## See it work on simulated hosts: closed, opened, proven, broken, repaired
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests $(BIN)/python scripts/demo.py $(ARGS)

lab: setup ## Serve simulated Lync hosts in the foreground (ARGS="--hosts 20 ...")
	@PYTHONPATH=tests $(BIN)/python -m lab serve $(ARGS)

bench: setup ## Compare with community.windows side by side (installs the ansible package once)
	@python=$$(scripts/find-python) && "$$python" scripts/setup_env.py bench
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests BENCH_VENV=$(CURDIR)/build/venv-bench \
		$(BIN)/python -m bench.compare $(ARGS)

bench-fleet: setup ## Run the playbooks on 50 and 200 simulated hosts beside a bare WinRM task (ARGS="--hosts 50")
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests $(BIN)/python -m bench.fleet $(ARGS)

bench-judging: setup ## Judge a Front End where others have thousands of rules
	@PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.judging

bench-bombs: setup ## Measure what hostile answers cost
	@PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.bombs

bench-slices: setup ## Put the reports of 10 slices with 5,000 hosts together (ARGS="--hosts 500")
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.slices $(ARGS)

bench-probe: setup ## Probe 40 hosts x 50 ports, half of them filtered (ARGS="--hosts 100")
	@PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.probing $(ARGS)

bench-log: setup ## Read a firewall log of 32 MB (ARGS="--megabytes 8 --span 168")
	@PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.log $(ARGS)

bench-files: setup ## Audit 200 files instead of hosts, formats by sizes (ARGS="--hosts 40")
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.files $(ARGS)

topology-figures: setup ## Measure what topologies hold, what 5,000 machines cost, what scoping writes
	@PYTHONPATH=$(COLLECTIONS):tests $(BIN)/python -m bench.topology_figures $(ARGS)

# ---- Tests ---------------------------------------------------------------------------------------------------------

# In the order in which they are started: first what one core is long busy with, last what uses all cores by itself.
CHECKS_newest := sanity fleet-tests integration lint lab-tests docs build build-import-check faults unit-pytest
CHECKS_oldest := test-oldest
CHECKS_both := $(CHECKS_oldest) $(CHECKS_newest)
# What each of them leaves in build/results; one that left nothing has failed.
RESULTS_newest := $(SESSIONS) artefact faults fleet-tests integration lab-tests pages pytest sanity
RESULTS_oldest := fleet-tests-oldest integration-oldest pytest-oldest units-oldest
RESULTS_both := $(RESULTS_newest) $(RESULTS_oldest)
# Unit tests of what Ansible, files and processes can be different for; those of module_utils run there in `make test-long`.
UNITS_OF_PLUGINS = $(filter-out %/module_utils/ %/__pycache__/,$(wildcard tests/unit/plugins/*/))
# Of these, the tests of some kinds of plugins: ansible-test runs them, as it does those of other collections.
UNITS_BY_ANSIBLE_TEST = $(wildcard $(foreach kind,callback filter inventory lookup,tests/unit/plugins/$(kind)/test_*.py))
# Where `make test` runs on both, each integration target runs on one, and those of whole playbooks and of the kit, minutes
# each, on none: fleet-tests show on both that these do what they should. `make test-long` runs all on both.
ONCE_oldest := module_info module_keywords module_present role_options
LONG_TARGETS := module_qualify role_audit role_remediate role_site
ONCE_newest = $(filter-out setup_% $(LONG_TARGETS) $(ONCE_oldest),$(notdir $(wildcard tests/integration/targets/*)))
PARALLEL := --no-print-directory $(if $(filter-out 1,$(JOBS)),-j$(JOBS) -O)

# Where tests say how many cases they left to `make test-long`, for the summary.
LEFT = $(if $(SUFFIX),,LYNCOPS_LEFT_TO_LONG="$(CURDIR)/build/results/$(1).left-to-long")
.PHONY: test test-oldest test-long test-matrix unit unit-pytest coverage unit-ansible-test lab-tests faults fleet-tests
.PHONY: integration sanity
test: ## Run every check, and show each behaviour once (CORE=both: on the oldest too)
	@rm -rf build/results build/junit
	@$(MAKE) $(PARALLEL) CORE=newest setup $(if $(filter newest,$(CORE)),,setup-oldest) $(if $(filter oldest,$(CORE)),,setup-nox)
	@made=0; \
	$(MAKE) $(PARALLEL) -o setup -o setup-oldest -o setup-nox CORE=newest $(if $(filter both,$(CORE)),ONCE=true) \
		-k $(CHECKS_$(CORE)) || made=$$?; \
	echo; $(BIN)/python scripts/results.py $(RESULTS_$(CORE)) && exit $$made

# ansible-test has a process for each test, which takes three times as long. So `make test` runs all of them by pytest
# on the newest ansible-core, and on the oldest, by ansible-test, those of some kinds of plugins and, by pytest, the
# others but those of module_utils.
# Only what can differ there: no checks, no faults, none of the pure functions.
test-oldest: setup setup-oldest ## Run playbooks, integration targets and unit tests of plugins on the oldest Python and ansible-core
	@made=0; \
	$(MAKE) --no-print-directory -k CORE=oldest fleet-tests integration || made=$$?; \
	$(MAKE) --no-print-directory CORE=oldest unit-pytest UNITS="$(UNITS_OF_PLUGINS)" \
		ARGS="$(addprefix --ignore=,$(UNITS_BY_ANSIBLE_TEST))" || made=$$?; \
	$(MAKE) --no-print-directory CORE=oldest unit-ansible-test UNITS="$(UNITS_BY_ANSIBLE_TEST)" || made=$$?; \
	exit $$made

# Not part of `make test`: twelve environments and two for each further Python, ten minutes and more.
test-matrix: setup ## Run smoke tests on every ansible-core from 2.16 to 2.21, pywinrm and Python found; prints a table
	@python=$$(scripts/find-python) && "$$python" scripts/setup_env.py matrix
	@$(BIN)/python scripts/test_matrix.py $(ARGS)

unit: unit-pytest unit-ansible-test ## Run unit tests by pytest and by ansible-test

unit-pytest: $(READY)
	@$(call LEFT,pytest) $(RECORD) pytest$(SUFFIX) --junit build/junit/unit$(SUFFIX).xml -- \
		$(VENV)/bin/python -m pytest $(or $(UNITS),tests/unit) -q -n 2 --junit-xml build/junit/unit$(SUFFIX).xml $(ARGS)

coverage: setup ## Measure what the unit tests run of plugins/module_utils, by line (not part of make test)
	@LYNCOPS_LONG=all $(BIN)/python -m pytest tests/unit -q -n 2 --cov --cov-report=term --cov-report=html:build/coverage/html $(ARGS)

unit-ansible-test: $(READY)
	@$(ANSIBLE_TEST) units --venv $(VENV) --num-workers 2 $(UNITS)

lab-tests: setup ## Run the lab's own tests
	@PYTHONPATH=tests $(RECORD) lab-tests --junit build/junit/lab.xml -- \
		$(BIN)/python -m pytest tests/lab_tests -q --junit-xml build/junit/lab.xml $(ARGS)

faults: setup ## Run the engine against the lab's nasty side (LYNCOPS_FAULTS=all: all of it); writes build/faults/report.md
	@PYTHONPATH=tests $(call LEFT,faults) $(RECORD) faults --junit build/junit/faults.xml -- \
		$(BIN)/python -m pytest tests/faults -q -n 2 --junit-xml build/junit/faults.xml $(ARGS)

# The tests themselves run in .venv, which has what they need; the playbooks run on the ansible-core that is named. The
# oldest is spared cases of which Ansible does nothing that another case does not show (mark newest_core). They wait
# for hosts, timers and browsers half of their time, so more of them run at once than there are cores.
WAITING := 3
fleet-tests: $(READY) ## Run whole playbooks, the report in a browser, and AWX's way of running jobs on the lab
	@LYNCOPS_CORE_BIN=$(CURDIR)/$(VENV)/bin PYTHONPATH=tests $(call LEFT,fleet-tests) \
		$(RECORD) fleet-tests$(SUFFIX) --junit build/junit/fleet$(SUFFIX).xml -- \
		$(BIN)/python -m pytest tests/playbooks $(if $(SUFFIX),,tests/report tests/awx) -q -n $(WAITING) --dist loadfile \
		--junit-xml build/junit/fleet$(SUFFIX).xml $(ARGS)

# Whatever failed, the rest runs: it is hours until it is run again.
test-long: setup setup-oldest setup-nox ## Run what make test leaves out: more of playbooks, properties, integration, sanity; all faults
	@made=0; \
	LYNCOPS_LONG=all LYNCOPS_CORE_BIN=$(CURDIR)/$(VENV)/bin PYTHONPATH=tests \
		$(RECORD) test-long --junit build/junit/long.xml -- \
		$(BIN)/python -m pytest tests/playbooks tests/report tests/awx -m long -q -n $(WAITING) --dist loadfile \
		--junit-xml build/junit/long.xml $(ARGS) || made=$$?; \
	LYNCOPS_FAULTS=all LYNCOPS_LONG=all $(MAKE) --no-print-directory faults || made=$$?; \
	HYPOTHESIS_PROFILE=long LYNCOPS_LONG=all \
		$(MAKE) --no-print-directory unit-pytest ARGS="-m 'hypothesis or long'" || made=$$?; \
	LYNCOPS_LONG=all $(MAKE) --no-print-directory -k sanity integration galaxy-importer || made=$$?; \
	LYNCOPS_LONG=all $(MAKE) --no-print-directory -k CORE=oldest integration fleet-tests ARGS="-m long" || made=$$?; \
	$(MAKE) --no-print-directory CORE=oldest unit-pytest || made=$$?; \
	exit $$made

integration: $(READY) ## Run integration targets against the lab, or against INVENTORY
	@$(ANSIBLE_TEST) integration --venv $(VENV) $(if $(INVENTORY),--inventory $(INVENTORY)) \
		$(or $(TARGETS),$(if $(ONCE),$(ONCE_$(CORE))))

sanity: setup ## Run ansible-test sanity
	@$(ANSIBLE_TEST) sanity

# ---- Checks that run nothing ---------------------------------------------------------------------------------------

# antsibull-nox.toml is what a change has to pass, and each of these runs one of its sessions, or one of noxfile.py.
.PHONY: lint docs pages external-links guides screenshots format $(SESSIONS)
lint: $(LINTERS) ## Run ruff, mypy --strict, import-linter, yamllint, schemas, licence checks and ansible-lint

# "CI=true" has it look at the format and change nothing, which is what a check is for.
$(SESSIONS): setup setup-nox
	@CI=true $(RECORD) $@ -- $(NOX) -s $@ $(if $(ARGS),-- $(ARGS))

format: setup-nox ## Format all Python code with ruff, as make lint wants it
	@CI=false $(NOX) -s formatters

screenshots: setup ## Take the pictures of README and guides again (look at them)
	@PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=tests:$(COLLECTIONS) $(BIN)/python scripts/screenshots.py

guides: setup ## Write the guides that are made of the code
	@$(BIN)/python scripts/render_guides.py

docs: docs-check pages ## Check the plugins' documentation and build its pages

pages: setup
	@$(RECORD) pages -- scripts/build-docs

# Not part of `make test`: what others' servers answer is no property of a change. A workflow asks them once a week.
external-links: pages ## Follow the links of guides and plugins to other sites (needs the Internet)
	@$(BIN)/sphinx-build -q -C -b linkcheck -D extensions=sphinx_antsibull_ext -D project=lyncops.firewall \
		-D suppress_warnings=ref.ref -D linkcheck_timeout=30 -D linkcheck_retries=2 build/docs/rst build/docs/links

# ---- Artefact ------------------------------------------------------------------------------------------------------

.PHONY: build importable galaxy-importer clean distclean
importable: build-import-check galaxy-importer ## See whether Galaxy and Automation Hub would take the artefact

# Not "-R": it has an environment of its own, which is made when there is none.
galaxy-importer: setup setup-nox
	@$(RECORD) $@ -- $(NOX:-R=-r) -s $@

build: setup ## Build the collection artefact in build/artefact and check what is in it
	@$(RECORD) artefact -- $(BIN)/python scripts/build_artefact.py

clean: ## Remove everything that was made, but not .venv
	rm -rf build tests/output .mypy_cache .ruff_cache .pytest_cache .hypothesis .ansible .cache

distclean: clean ## Remove .venv too
	rm -rf .venv
