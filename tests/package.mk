# Getting what is needed, and putting in place what was built.

.PHONY: deps
deps:
	@tests/deps $(MAKECMDGOALS)

ROOT = $(DESTDIR)$(PREFIX)
PAGES := $(sort $(wildcard man/*.[157]))
page_dir = share/man/man$(patsubst .%,%,$(suffix $(1)))
PAGE_DIRS = $(sort $(foreach p,$(PAGES),$(call page_dir,$(p))))

# Whoever owns the build folder builds first; anyone else (sudo) installs what
# is there, so that no file in it ends up belonging to root.
MINE = $(shell [ ! -e $(O) ] || [ -O $(O) ] && echo all)

.PHONY: install
install: $(MINE)
	@for f in $(BINS); do [ -x $$f ] || \
		{ echo "$$f is not built: run make first" >&2; exit 1; }; done
	install -d $(ROOT)/bin $(PAGE_DIRS:%=$(ROOT)/%)
	install -m 755 $(BINS) $(ROOT)/bin
	for p in $(PAGES); do install -m 644 $$p \
		$(ROOT)/share/man/man$${p##*.} || exit 1; done

# Folders go when they are empty, but not those of the system itself.
.PHONY: uninstall
uninstall:
	rm -f $(COMMANDS:%=$(ROOT)/bin/%)
	rm -f $(foreach p,$(PAGES),$(ROOT)/$(call page_dir,$(p))/$(notdir $(p)))
	@case $(ROOT) in /usr | /usr/local) ;; *) cd $(ROOT) 2>/dev/null && \
		rmdir -p bin $(PAGE_DIRS) 2>/dev/null;; esac; :
	@[ -z '$(DESTDIR)' ] || { cd $(DESTDIR) && \
		rmdir -p $(PREFIX:/%=%); } 2>/dev/null; :
