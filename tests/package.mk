# Getting what is needed, and putting in place what was built.

.PHONY: deps
deps:
	@tests/deps $(MAKECMDGOALS)

# Quoted, so that there may be spaces.
ROOT = '$(DESTDIR)$(PREFIX)'
PAGES := $(sort $(wildcard man/*.[1357]))
page_dir = share/man/man$(patsubst .%,%,$(suffix $(1)))
# Where the commands look for them: model/model_find.h.
MODELS := $(sort $(wildcard data/models/*.vq))
# For C programs.
C_FILES = include/vq.h $(LIBDIR)/libvq.a $(LIBDIR)/pkgconfig/vq.pc
COMPLETIONS = $(foreach c,$(COMMANDS),bash-completion/completions/$(c) \
	zsh/site-functions/_$(c) fish/vendor_completions.d/$(c).fish)
DIRS = $(sort bin $(foreach p,$(PAGES),$(call page_dir,$(p))) \
	$(patsubst %/,%,$(dir $(COMPLETIONS:%=share/%))) \
	$(if $(MODELS),$(model_dir)) \
	$(if $(LIBVQ),include $(LIBDIR) $(LIBDIR)/pkgconfig))

# Whoever owns the build folder builds first; anyone else (sudo) installs what
# is there, so that no file in it ends up belonging to root.
MINE = $(shell [ ! -e $(O) ] || [ -O $(O) ] && echo all)

.PHONY: install
install: $(MINE)
	@for f in $(BINS) $(LIBVQ); do [ -f $$f ] || \
		{ echo "$$f is not built: run make first" >&2; exit 1; }; done
	install -d $(DIRS:%=$(ROOT)/%)
	install -m 755 $(BINS) $(ROOT)/bin
	[ -z '$(MODELS)' ] || install -m 644 $(MODELS) $(ROOT)/$(model_dir)
	[ -z '$(LIBVQ)' ] || { install -m 644 lib/vq/vq.h $(ROOT)/include && \
		install -m 644 $(LIBVQ) $(ROOT)/$(LIBDIR) && \
		sed 's|@PREFIX@|$(PREFIX)|;s|@LIBDIR@|$(LIBDIR)|;s|@VERSION@|$(VERSION)|;s|@PKGS@|$(VQ_PKGS)|;s|@MODELS@|$(model_dir)|' \
			lib/vq/vq.pc.in >$(ROOT)/$(LIBDIR)/pkgconfig/vq.pc && \
		chmod 644 $(ROOT)/$(LIBDIR)/pkgconfig/vq.pc; }
	for p in $(PAGES); do install -m 644 $$p \
		$(ROOT)/share/man/man$${p##*.} || exit 1; done
	tests/completions/install $(ROOT)/share $(BINS)

# As install puts them in place, from what the commands say of their options.
.PHONY: completions
completions: all
	@tests/completions/install $(O)/completions $(BINS)

# Folders go when they are empty, but not those of the system itself.
SYSTEM = bin include lib share share/man
.PHONY: uninstall
uninstall:
	rm -f $(COMMANDS:%=$(ROOT)/bin/%)
	rm -f $(foreach p,$(PAGES),$(ROOT)/$(call page_dir,$(p))/$(notdir $(p)))
	rm -f $(C_FILES:%=$(ROOT)/%)
	rm -f $(COMPLETIONS:%=$(ROOT)/share/%)
	rm -f $(MODELS:data/models/%=$(ROOT)/$(model_dir)/%)
	@cd $(ROOT) 2>/dev/null || exit 0; for d in $(DIRS); do \
		until [ $$d = . ]; do \
			case $(ROOT)': $(SYSTEM) ' in \
			/usr:*" $$d "* | /usr/local:*" $$d "*) break ;; esac; \
			rmdir $$d 2>/dev/null || break; d=$$(dirname $$d); \
		done; done
	@if [ -z '$(DESTDIR)' ]; then rmdir $(ROOT); \
		else cd '$(DESTDIR)' && rmdir -p './$(PREFIX)'; fi 2>/dev/null; :
