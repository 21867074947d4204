# ThreadSanitizer, and hours of work.  Neither is part of check.

TSAN := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
# tensor_large measures memory, in one thread: half of it is the sanitizer's.
TSAN_BIN = $(patsubst $(O)/%,$(O)-tsan/%,$(filter-out %/tensor_large, \
	$(UNIT_BIN)))
TSAN_CMD := $(shell sed 's/\#.*//' tests/cmd/tsan.list)

.PHONY: check-tsan soak
check-tsan: | $(AFTER_DEPS)
	@echo 'Unit tests, and command tests of work in threads, under ThreadSanitizer'
	$(BUILD) O=$(O)-tsan CFLAGS='$(TSAN)' all unit $(ANYWAY)
	@VQ_BIN=$(abspath $(O)-tsan/bin) THREADS=7 TEST_LIMIT=3600 \
		tests/run -s -r $(RESULTS)/tsan \
		$(TSAN_BIN) $(TSAN_CMD:%=tests/cmd/%)

soak: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all
	@VQ_BIN=$(abspath $(O))/bin tests/soak/run $(if \
		$(filter file,$(origin TIME)),20m,$(TIME))
