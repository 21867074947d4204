# Tests.  Every part ends with "N passed, N failed".
#
# check builds two trees, $(O) by the compiler that CC names (gcc) and $(O)-san
# by clang with sanitizers, and then runs all its items as one queue.  check-all
# adds what is dear: tests/README.md.

NPROC = $(shell nproc 2>/dev/null || echo 2)
# One job a core, unless the caller of make said how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(NPROC))
BUILD = +@$(MAKE) $(if $(V),,-s) --no-print-directory -k $(JOBS)
# What does not build is missing when the tests run, and counts as failed.
ANYWAY = || echo 'not everything was built'

PARTS := unit cmd san fuzz cc
RESULTS = $(O)/results
listed = $(shell sed 's/\#.*//;s/:.*//' tests/cmd/$(1).list)
DEAR := $(patsubst %,tests/cmd/%,$(call listed,dear))
BATS := $(filter-out $(DEAR),$(sort $(wildcard tests/cmd/*.bats)))
# The small-data half of the command tests, run again on the plain kernels.
REF := $(patsubst %,VQ_KERNEL=ref:tests/cmd/%,$(call listed,kernel-ref))
# These are about the tree and the tests themselves, not about the commands.
TREE_TESTS := $(patsubst %,tests/cmd/%.bats,helper lint make runner)
LINT := $(sort $(wildcard tests/lint/*))

SANITIZE := -O1 -gline-tables-only -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fsanitize-undefined-trap-on-error
EVERYTHING = all unit replay $(1)/bench/bench
SAN_BUILD = $(BUILD) O=$(O)-san CC=clang CFLAGS='$(SANITIZE)' \
	$(call EVERYTHING,$(O)-san) $(ANYWAY)
SANITIZED := VQ_SANITIZED=1
SAN_BIN = $(patsubst $(O)/%,$(SANITIZED):$(O)-san/%,$(UNIT_BIN) $(FUZZ_BIN))
SAN_LIST := $(patsubst %,tests/cmd/%,$(call listed,sanitized))
SAN_REST = $(filter-out $(TREE_TESTS) $(SAN_LIST),$(BATS)) $(REF)
CLANG_BIN = $(UNIT_BIN:$(O)/%=CC=clang:$(O)-clang/%)

# One item more than cores: some sleep.
RUN = VQ_BIN=$(abspath $(O)/bin) VQ_SAN_BIN=$(abspath $(O)-san/bin) O=$(O) \
	FLAGS='$(OUR_CFLAGS)' tests/run -j $$(($(NPROC) + 1)) -o tests/longest

.PHONY: unit have-cmocka
unit: $(UNIT_BIN)
$(UNIT_SRC:%.c=$(O)/%.o): | have-cmocka
have-cmocka: | $(AFTER_DEPS)
	@pkg-config --exists cmocka || \
		{ echo 'cmocka not found: make deps' >&2; exit 1; }

.PHONY: check check-all $(PARTS:%=check-%) check-ref check-dear check-lint lint
check: | $(AFTER_DEPS)
	@rm -rf $(RESULTS)
	@echo 'All that is fast: unit and command tests, lint, and again under'
	@echo 'AddressSanitizer and UBSan what reads, writes and fails'
	$(BUILD) $(call EVERYTHING,$(O)) $(ANYWAY)
	$(SAN_BUILD)
	@$(RUN) -r $(RESULTS)/check tests/built B=$(O)-san:tests/built \
		$(UNIT_BIN) $(FUZZ_BIN) $(BATS) $(LINT) \
		$(SAN_BIN) $(SAN_LIST:%=$(SANITIZED):%)

check-all: | $(AFTER_DEPS)
	@for part in check check-cc check-ref check-dear check-san; do \
		$(MAKE) --no-print-directory $$part; echo; done
	@tests/run -t $(patsubst %,$(RESULTS)/%,check cc ref dear san)

check-unit: | $(AFTER_DEPS)
	@echo 'Unit tests'
	$(BUILD) all unit $(ANYWAY)
	@$(RUN) -r $(RESULTS)/unit $(UNIT_BIN)

check-cmd: | $(AFTER_DEPS)
	@echo 'Command tests'
	$(BUILD) all $(ANYWAY)
	@$(RUN) -r $(RESULTS)/cmd $(BATS)

check-dear: | $(AFTER_DEPS)
	@echo 'Command tests that take long and are about our tools'
	$(BUILD) all $(ANYWAY)
	@$(RUN) -r $(RESULTS)/dear $(DEAR)

check-ref: | $(AFTER_DEPS)
	@echo 'Command tests with VQ_KERNEL=ref'
	$(BUILD) all $(ANYWAY)
	@$(RUN) -r $(RESULTS)/ref $(REF)

check-lint lint: | $(AFTER_DEPS)
	@echo 'Lint: what the tree promises about itself'
	$(BUILD) all $(O)/libvq.a $(ANYWAY)
	@$(RUN) -r $(RESULTS)/lint $(LINT)

check-cc: | $(AFTER_DEPS)
	@echo 'Not a warning by gcc and clang with -O2, unit tests as clang built'
	@echo 'them, and those of the kernels as an emulated arm64 runs them'
	$(BUILD) O=$(O)-gcc CC=gcc $(call EVERYTHING,$(O)-gcc) $(ANYWAY)
	$(BUILD) O=$(O)-clang CC=clang $(call EVERYTHING,$(O)-clang) $(ANYWAY)
	@$(RUN) -r $(RESULTS)/cc B=$(O)-gcc:tests/built \
		B=$(O)-clang:tests/built $(CLANG_BIN) tests/arm64/run

check-san: | $(AFTER_DEPS)
	@echo 'The rest of the command tests under AddressSanitizer and UBSan'
	$(SAN_BUILD)
	@$(RUN) -s -r $(RESULTS)/san $(SAN_REST)
