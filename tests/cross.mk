# The commands as processors of another kind run them, emulated: s390x is big
# endian, i386 has 32 bits, arm64 vectors of its own (tests/cross).  No part of
# check; about ten minutes.
CROSS ?= s390x i386 arm64

.PHONY: check-cross cross-deps
check-cross: | $(AFTER_DEPS)
	@echo 'Golden files, tokens and kernels on $(CROSS)'
	$(BUILD) all $(ANYWAY)
	@O=$(O) TEST_LIMIT=1800 tests/run -r $(RESULTS)/cross \
		$(CROSS:%=ARCH=%:tests/cross/run)

cross-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/deps cross-deps
	@O=$(O) tests/cross/deps $(CROSS)
