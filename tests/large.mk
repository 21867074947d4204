# What reads through more than 4 GiB: a minute, and no room on the disk.

.PHONY: check-large
check-large: | $(AFTER_DEPS)
	$(BUILD) all $(ANYWAY)
	@VQ_BIN=$(abspath $(O)/bin) tests/run -j 1 tests/large/offsets.bats
