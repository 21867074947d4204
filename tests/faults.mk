# Faults (tests/README.md): the library that makes calls fail, and the sweep
# of every command through all of them.

FAULT_SRC := $(sort $(wildcard tests/faults/*.c))
FAULT_SO := $(O)/faults/fault.so

.PHONY: faults fault-library
fault-library: $(FAULT_SO)

# Without the flags of the user: a sanitizer would have to be the first library.
$(FAULT_SO): $(FAULT_SRC) tests/faults/fault.h $(O)/flags
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(OUR_CFLAGS) -O2 -g -fPIC -shared -o $@ $(FAULT_SRC) -ldl

faults: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all fault-library
	@VQ_BIN=$(abspath $(O))/bin FAULT_SO=$(abspath $(FAULT_SO)) \
		tests/faults/sweep.py $(FAULTS)
