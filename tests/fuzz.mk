# Fuzzing (tests/README.md).  Every target is built with replay.c, which
# runs it on the files of its corpus (check, and check-fuzz alone), or
# by "make fuzz" with libFuzzer, which makes new ones.

FUZZ_SRC := $(filter-out %/replay.c,$(sort $(wildcard tests/fuzz/*.c)))
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzz/%)
# Seconds that a target is fuzzed, and which: FUZZ_ONLY='png audio'.
TIME ?= 60
FUZZ_ONLY ?= $(FUZZ_SRC:tests/fuzz/%.c=%)
FUZZ_CC ?= clang
FUZZ_CFLAGS := -O1 -g -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
# What has the main(): libFuzzer's comes with its flag.
FUZZ_MAIN := $(if $(findstring =fuzzer,$(LDFLAGS)),,$(O)/tests/fuzz/replay.o)

.PHONY: replay
replay: $(FUZZ_BIN)

$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(FUZZ_MAIN) $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(FUZZ_SRC:%.c=$(O)/%.d) $(O)/tests/fuzz/replay.d

check-fuzz: | $(AFTER_DEPS)
	@echo 'What fuzzing left: tests/fuzz/corpus replayed'
	$(BUILD) replay $(ANYWAY)
	@$(RUN) -r $(RESULTS)/fuzz $(FUZZ_BIN)

# The same of larger files, which takes minutes.
.PHONY: sweep
sweep: | $(AFTER_DEPS)
	$(BUILD) replay
	@for t in $(FUZZ_ONLY); do \
		find tests/fuzz/corpus/$$t -type f -size -4 ! -name 'fuzz-*' \
			-exec $(O)/fuzz/$$t -s {} + || exit 1; \
	done

.PHONY: fuzz fuzz-afl fuzz-deps
fuzz: | $(AFTER_DEPS)
	@O=$(O)-fuzz CC='$(FUZZ_CC)' CFLAGS='$(FUZZ_CFLAGS)' TIME='$(TIME)' \
		tests/fuzz/run $(FUZZ_ONLY)

fuzz-afl: | $(AFTER_DEPS)
	@O=$(O)-afl TIME='$(TIME)' tests/fuzz/afl $(FUZZ_ONLY)

fuzz-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/deps fuzz-deps
