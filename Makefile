# vqtools - vector quantization and expert routing for the shell.
#
#   make            build the commands into $(O)/bin      (O=.build)
#   make deps       install what is needed (Debian, Ubuntu; uses sudo if there)
#   make demo       train on data/, encode, decode, report; under two minutes
#   make check      every test: unit, command, lint, sanitizers
#   make check-unit check-cmd check-san    parts of it
#   make lint       style, floors, names, man pages, options, shell scripts
#   make bench      speed, as ratios to this machine and to peers
#   make install    into $(DESTDIR)$(PREFIX)    (PREFIX=/usr/local)
#   make uninstall  take it away again
#   make clean      remove $(O)
#   make help       this text
#
# CC, CFLAGS, LDFLAGS are yours; V=1 shows the commands.

CC      ?= cc
AR      ?= ar
PREFIX  ?= /usr/local
O       ?= .build
CFLAGS  ?= -O2 -g
LDFLAGS ?=

VERSION := 0.1.0
COMMANDS := $(basename $(notdir $(wildcard cmd/*.c)))
PKGS := libpng sndfile openblas jansson zlib samplerate kissfft-float

PKGFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKGLIBS  = $(shell pkg-config --libs $(PKGS) 2>/dev/null)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# Tokens must be the same on every machine: products and sums stay as written.
NUMERICS := -ffp-contract=off
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib \
	-DVQ_VERSION='"$(VERSION)"' $(WARN) $(NUMERICS) -pthread \
	$(PKGFLAGS) $(CFLAGS)
LIBS = $(PKGLIBS) -lm -pthread

LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(O)/%.o)
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(O)/unit/%)
BINS     := $(COMMANDS:%=$(O)/bin/%)

ifeq ($(V),)
  SAY = @printf '  %-5s %s\n'
  Q = @
else
  SAY = @:
  Q =
endif

.PHONY: all
all: $(BINS)

# Rebuild when the compiler or its flags change.
FLAGS_NOW = $(CC) $(ALL_CFLAGS) $(LDFLAGS)
$(O)/flags: FORCE
	@mkdir -p $(O)
	@printf '%s\n' "$(subst ",\",$(FLAGS_NOW))" | cmp -s - $@ || \
		printf '%s\n' "$(subst ",\",$(FLAGS_NOW))" > $@
.PHONY: FORCE
FORCE:

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libvq.a: $(LIB_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/bin/%: $(O)/cmd/%.o $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/unit/%: $(O)/tests/unit/%.o $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(COMMANDS:%=$(O)/cmd/%.d) \
	$(UNIT_SRC:%.c=$(O)/%.d)

.PHONY: clean
clean:
	rm -rf $(O)

.PHONY: help
help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile
