# Coverage (tests/README.md): which lines the tests run, by gcov.

COV := -O1 -g --coverage -fprofile-update=atomic
COV_BIN = $(patsubst $(O)/%,$(O)-cov/%,$(UNIT_BIN) $(FUZZ_BIN))
# Where MPI is there, also training by several ranks.
COV_MPI = $(shell pkg-config --exists ompi-c 2>/dev/null && echo yes || echo no)
# Tests of the tools around the commands, and what is stopped by force.
COV_NOT := $(patsubst %,tests/cmd/%.bats,bench demo experiments faults fuzz \
	helper kill large lint make peers runner soak)
COV_CMD = $(filter-out $(COV_NOT),$(BATS))

# In the innermost loops counters that threads share take sixteen times as long;
# a count that loses some is as good there, where no error is handled.
ifneq ($(findstring --coverage,$(CFLAGS)),)
$(filter $(O)/lib/kernel/% $(O)/lib/nn/% $(O)/lib/quant/%,$(LIB_OBJ)): \
	private ALL_CFLAGS += -fprofile-update=single
endif

.PHONY: coverage
coverage: | $(AFTER_DEPS)
	@echo 'Lines that unit tests, replays and command tests run'
	$(BUILD) O=$(O)-cov CC=gcc MPI=$(COV_MPI) CFLAGS='$(COV)' \
		all unit replay $(ANYWAY)
	@find $(O)-cov -name '*.gcda' -delete
	@status=0; VQ_BIN=$(abspath $(O)-cov/bin) VQ_SANITIZED=1 \
		VQ_MPI_BIN=$(and $(filter yes,$(COV_MPI)),$(abspath $(O)-cov/bin)) \
		GCOV_ERROR_FILE=$(abspath $(O)-cov/gcov.said) \
		tests/run -o tests/longest -j $$(($(NPROC) + 1)) \
		-r $(RESULTS)/coverage $(COV_BIN) $(COV_CMD) || status=1; \
	tests/coverage $(O)-cov && exit $$status
