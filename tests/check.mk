# Tests.  Every part ends with "N passed, N failed"; check sums them.

NPROC = $(shell nproc 2>/dev/null || echo 2)
# One job a core, unless the caller of make said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(NPROC))
BUILD = +@$(MAKE) $(if $(V),,-s) --no-print-directory -k $(JOBS)
# What does not build is missing when the tests run, and counts as failed.
ANYWAY = || echo 'not everything was built'

PARTS := unit fuzz cmd lint cc san
RESULTS = $(O)/results
BATS := $(sort $(wildcard tests/cmd/*.bats))
# The small-data half of the command tests, run again on the plain kernels.
REF := $(shell sed 's/\#.*//' tests/cmd/kernel-ref.list)
CMD_TESTS = $(BATS) $(REF:%=VQ_KERNEL=ref:tests/cmd/%)
# These are about the tree and the tests themselves, not about the commands.
TREE_TESTS := $(patsubst %,tests/cmd/%.bats,helper lint make runner)
LINT := $(sort $(wildcard tests/lint/*))

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fsanitize-undefined-trap-on-error
SAN_BIN = $(patsubst $(O)/%,$(O)-san/%,$(UNIT_BIN) $(FUZZ_BIN))
CLANG_BIN = $(UNIT_BIN:$(O)/%=CC=clang:$(O)-clang/%)

.PHONY: unit have-cmocka
unit: $(UNIT_BIN)
$(UNIT_SRC:%.c=$(O)/%.o): | have-cmocka
have-cmocka: | $(AFTER_DEPS)
	@pkg-config --exists cmocka || \
		{ echo 'cmocka not found: make deps' >&2; exit 1; }

.PHONY: check $(PARTS:%=check-%) lint
check: | $(AFTER_DEPS)
	@rm -rf $(RESULTS)
	@for part in $(PARTS); do \
		$(MAKE) --no-print-directory check-$$part; echo; done
	@tests/run -t $(PARTS:%=$(RESULTS)/%)

check-unit: | $(AFTER_DEPS)
	@echo 'Unit tests'
	$(BUILD) all unit $(ANYWAY)
	@tests/run -r $(RESULTS)/unit $(UNIT_BIN)

check-cmd: | $(AFTER_DEPS)
	@echo 'Command tests; some again with VQ_KERNEL=ref'
	$(BUILD) all $(ANYWAY)
	@VQ_BIN=$(abspath $(O)/bin) tests/run -r $(RESULTS)/cmd $(CMD_TESTS)

check-lint lint: | $(AFTER_DEPS)
	@echo 'Lint: what the tree promises about itself'
	$(BUILD) all $(O)/libvq.a $(ANYWAY)
	@O=$(O) tests/run -r $(RESULTS)/lint $(LINT)

check-cc: | $(AFTER_DEPS)
	@echo 'gcc and clang without a warning; unit tests as clang built them,'
	@echo 'and those of the kernels as an emulated arm64 runs them'
	@O=$(O) FLAGS='$(OUR_CFLAGS)' tests/run -j 1 -r $(RESULTS)/cc \
		CC=gcc:tests/compile CC=clang:tests/compile $(CLANG_BIN) \
		tests/arm64/run

check-san: | $(AFTER_DEPS)
	@echo 'Unit and command tests and replays under AddressSanitizer, UBSan'
	$(BUILD) O=$(O)-san CFLAGS='$(SANITIZE)' all unit replay $(ANYWAY)
	@VQ_BIN=$(abspath $(O)-san/bin) tests/run -s -r $(RESULTS)/san \
		$(SAN_BIN) $(filter-out $(TREE_TESTS),$(CMD_TESTS))
