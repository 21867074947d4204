# vqtools - vector quantization and expert routing for the shell.
#
#   make            build the commands into $(O)/bin      (O=.build)
#   make deps       install what is needed (Debian, Ubuntu; uses sudo if there)
#   make demo       train on data/, encode, decode, report; under two minutes
#   make check      unit and command tests, lint, gcc and clang, sanitizers where
#                   they tell most; under ten minutes of two cores
#   make check-all  and all the rest, half an hour
#   make check-cc check-ref check-dear check-san    parts of that
#   make check-unit check-cmd check-fuzz    parts of check, without sanitizers
#   make check-cross  formats and tokens on a big-endian, a 32-bit and an arm64
#                   machine, emulated; ten minutes (CROSS='s390x i386 arm64')
#   make cross-deps install the compilers, download the libraries (Debian)
#   make check-large  files of more than 4 GiB, mostly holes; two minutes
#   make lint       style, floors, names, man pages, options, shell scripts
#   make fuzz       libFuzzer on every reader of files, TIME=60 seconds each
#                   (FUZZ_ONLY='png audio': some of them)
#   make fuzz-afl   the same under AFL++
#   make sweep      their small files cut everywhere, with bits of all bytes turned
#   make faults     every command, each call that can fail failing once
#                   (FAULTS='--job encode --fault read': tests/faults/sweep.py)
#   make fuzz-deps  install what that needs (Debian)
#   make check-mpi  training by several processes (MPI=1, as built there)
#   make mpi-deps   install what that needs (Debian: Open MPI)
#   make check-tsan unit and command tests of threads under ThreadSanitizer
#   make coverage   lines that the tests run, by floor and file; half an hour
#   make soak       real work for TIME=20m: memory and files stay flat
#   make bench      speed, as ratios to this machine and to peers; some minutes
#                   (BENCH_ONLY=search,kmeans,... parts of it: tests/bench/run)
#   make bench-deps install the peers that it knows (Debian; large)
#   make experiments      quantizers and routers compared on real data; an hour
#                   each (EXPERIMENTS_FAMILY=quantizers or routing: one of them)
#   make experiments-full the same with ten times the steps; a night each
#   make experiments-deps download what they need (Debian; 280 MB)
#   make models     train those that come with the commands; hours
#   make completions      of the shells bash, zsh, fish into $(O)/completions
#   make install    into $(DESTDIR)$(PREFIX)    (PREFIX=/usr/local), with what
#                   C programs need in include, $(LIBDIR)=lib and its pkgconfig
#   make uninstall  take it away again
#   make dist       $(O)/vqtools-VERSION.tar.gz, and a formula for Homebrew that
#                   fetches it (URL=where you put it)
#   make deb        packages for Debian: vqtools and libvq-dev, into $(O)/deb
#   make check-package    build them twice, compare, judge, install, remove (root)
#   make deb-deps   install what these need (Debian)
#   make clean      remove $(O) and what the checks built beside it
#   make help       this text
#
# CC, CFLAGS, CPPFLAGS, LDFLAGS are yours; V=1 shows the commands; CAIRO=no
# builds without plots, as does a machine that has no cairo; MPI=1 lets vq-train
# and moe-train run on many machines (make mpi-deps installs Open MPI).

CC      ?= cc
AR      ?= ar
PREFIX  ?= /usr/local
LIBDIR  ?= lib
O       ?= .build
CFLAGS  ?= -O2 -g
CPPFLAGS ?=
LDFLAGS ?=

VERSION := 0.1.0
COMMANDS := $(sort $(basename $(notdir $(wildcard cmd/*.c))))
PKGS := libpng sndfile openblas jansson zlib samplerate kissfft-float
# Where it is there: lib/report/canvas.h.
CAIRO ?= $(shell pkg-config --exists cairo cairo-svg 2>/dev/null && echo yes)
PLOTS = $(if $(filter yes,$(CAIRO)),cairo)
# Only where it is asked for: lib/util/ranks_link.h.
MPI ?= no
RANKS = $(if $(filter 1 yes,$(MPI)),ompi-c)

# Read when a recipe runs, so that "make deps all" sees what deps installed.
PKGFLAGS = $(file <$(O)/pkg.cflags)
PKGLIBS  = $(file <$(O)/pkg.libs)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# Tokens must be the same on every machine: products and sums stay as written.
# Nobody reads errno after sqrt, so loops with it can be vectors: no bit changes.
NUMERICS := -ffp-contract=off -fno-math-errno
# So that $(LIBVQ) has no function that it does not need.
SECTIONS := -ffunction-sections -fdata-sections
# $(LIBVQ) may go into a shared object; what links a command makes it as fast.
# Behind CFLAGS, where -fPIE may be.
SHARED := -fPIC -fno-semantic-interposition
OUR_CFLAGS = -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib \
	$(WARN) $(NUMERICS) $(SECTIONS) -pthread
# Where the tree lies is not told to debuggers: all builds give the same bytes.
HERE = -fdebug-prefix-map=$(CURDIR)=.
ALL_CFLAGS = $(OUR_CFLAGS) -DVQ_VERSION='"$(VERSION)"' $(PKGFLAGS) $(HERE) \
	$(CPPFLAGS) $(CFLAGS) $(SHARED)
LIBS = $(PKGLIBS) -lm -pthread

LIB_SRC  := $(sort $(wildcard lib/*/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(O)/%.o)
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(O)/unit/%)
# For C programs, with what of $(PKGS) it needs; nothing without lib/vq.
VQ_OBJ   := $(filter $(O)/lib/vq/%,$(LIB_OBJ))
LIBVQ    := $(if $(VQ_OBJ),$(O)/lib/libvq.a)
model_dir = share/vqtools
VQ_PKGS  := jansson zlib samplerate
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
BINS     := $(COMMANDS:%=$(O)/bin/%)

# With "deps" among the goals everything else waits for it, also under -j.
AFTER_DEPS := $(filter deps bench-deps cross-deps experiments-deps \
	fuzz-deps mpi-deps deb-deps,$(MAKECMDGOALS))

ifeq ($(V),)
  SAY = @printf '  %-5s %s\n'
  Q = @
else
  SAY = @:
  Q =
endif

.PHONY: all
all: $(BINS) $(LIBVQ)

# Where the libraries are; a missing one is named here, not by the compiler.
# Where C may compute floats in wider registers it is told not to.
# No newline ends these files: GNU make 4.3 now and then keeps it in $(file).
$(O)/pkg.cflags: FORCE | $(AFTER_DEPS)
	@mkdir -p $(O)
	@command -v pkg-config >/dev/null || \
		{ echo 'pkg-config not found: make deps' >&2; exit 1; }
	@for p in $(PKGS); do pkg-config --exists $$p || \
		{ echo "$$p not found: make deps" >&2; exit 1; }; done
	@[ -z '$(RANKS)' ] || pkg-config --exists '$(RANKS)' || \
		{ echo "$(RANKS) not found: make mpi-deps" >&2; exit 1; }
	@printf %s "$$(pkg-config --cflags $(PKGS) $(PLOTS) $(RANKS))" \
		$(PLOTS:cairo=' -DHAVE_CAIRO') $(RANKS:ompi-c=' -DHAVE_MPI') \
		"$$($(CC) $(CFLAGS) -dM -E -x c /dev/null | \
			sed -n 's/.*__i386__.*/ -msse2 -mfpmath=sse/p; \
			s/.*__s390x__.*/ -fexcess-precision=fast/p')" | \
		tests/if-changed $@
	@printf %s "$$(pkg-config --libs $(PKGS) $(PLOTS) $(RANKS))" | \
		tests/if-changed $(O)/pkg.libs

# Stamps: rebuild when the compiler, its flags or the set of objects change.
$(O)/flags: NOW = $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LIBS)
$(O)/objects: NOW = $(LIB_SRC)
$(O)/flags $(O)/objects: $(O)/pkg.cflags FORCE
	@printf '%s\n' '$(subst ','\'',$(NOW))' | tests/if-changed $@
.PHONY: FORCE
FORCE:

# What the compiler said is kept for tests/built.
$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $< 2>$@.said || \
		{ cat $@.said >&2; rm -f $@; false; }
	@cat $@.said >&2

$(O)/libvq.a: $(LIB_OBJ) $(O)/objects
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

# With -flto gcc leaves the work to whoever links the library, unless told.
NATIVE = $(shell $(CC) -flto -flinker-output=nolto-rel -r -nostdlib -x c \
	-o /dev/null /dev/null 2>/dev/null && echo -flinker-output=nolto-rel)
RELOCATABLE = -r -nostdlib $(if $(findstring -flto,$(CFLAGS)), \
	$(SECTIONS) $(CFLAGS) $(SHARED) $(NATIVE),$(filter -m%,$(CFLAGS)))

# Where programs find models by name that lie elsewhere than the commands do.
$(O)/lib/place.c: FORCE | $(AFTER_DEPS)
	@mkdir -p $(@D)
	@printf '%s\n' 'extern const char place_models[];' \
		'const char place_models[] = "$(PREFIX)/$(model_dir)";' | \
		tests/if-changed $@
$(O)/lib/place.o: $(O)/lib/place.c $(O)/flags
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -g0 -c -o $@ $<

# One object that has no other names than vq_*, so that nothing can clash with
# ours, and only what these need.  BLAS is for training: it takes the processors
# of the whole program, so it must not be there (and would be undefined).
$(O)/lib/libvq.a: $(O)/libvq.a $(O)/lib/place.o
	$(SAY) AR $@
	$(Q)rm -f $@ $(O)/lib/parts.a && $(AR) rcs $(O)/lib/parts.a \
		$(filter-out $(O)/lib/kernel/sgemm%,$(LIB_OBJ))
	$(Q)$(CC) $(RELOCATABLE) -o $(O)/lib/vq.o -Wl,--gc-sections \
		$$($$($(CC) -print-prog-name=nm) -g --defined-only $(VQ_OBJ) | \
			sed -n 's/.* T \(vq_\)/-Wl,-u,\1/p') \
		$(VQ_OBJ) $(O)/lib/place.o $(O)/lib/parts.a
	$(Q)$$($(CC) -print-prog-name=objcopy) --wildcard \
		--keep-global-symbol='vq_*' --strip-unneeded-symbol='!vq_*' \
		--strip-unneeded-symbol='*' $(O)/lib/vq.o
	$(Q)$(AR) rcs $@ $(O)/lib/vq.o && rm $(O)/lib/parts.a $(O)/lib/vq.o

$(O)/bin/%: $(O)/cmd/%.o $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/unit/%: $(O)/tests/unit/%.o $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(O)/bench/bench: $(BENCH_SRC:%.c=$(O)/%.o) $(O)/libvq.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

.SECONDARY:
-include $(LIB_OBJ:.o=.d) $(COMMANDS:%=$(O)/cmd/%.d) \
	$(UNIT_SRC:%.c=$(O)/%.d) $(BENCH_SRC:%.c=$(O)/%.d)

include tests/check.mk tests/package.mk tests/deb.mk tests/experiments.mk \
	tests/fuzz.mk tests/cross.mk tests/large.mk tests/mpi.mk tests/threads.mk \
	tests/faults.mk tests/coverage.mk

.PHONY: demo
demo: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all
	@VQ_BIN=$(abspath $(O))/bin tests/demo/run

.PHONY: bench
bench: | $(AFTER_DEPS)
	@$(MAKE) --no-print-directory $(JOBS) all $(O)/bench/bench
	@VQ_BIN=$(abspath $(O))/bin VQ_BENCH=$(abspath $(O))/bench/bench \
		tests/bench/run

.PHONY: bench-deps
bench-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/deps bench-deps

.PHONY: clean
clean:
	rm -rf $(O) $(O)-gcc $(O)-clang $(O)-san $(O)-arm64 $(O)-fuzz \
		$(O)-afl $(O)-mpi $(O)-tsan $(O)-cross $(O)-cov

.PHONY: help
help:
	@sed -n '/^#/!q;s/^# \{0,1\}//p' Makefile
