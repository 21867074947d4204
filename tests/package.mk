# Getting what is needed, and putting in place what was built.

.PHONY: deps
deps:
	@tests/deps $(MAKECMDGOALS)

ROOT = $(DESTDIR)$(PREFIX)
PAGES := $(sort $(wildcard man/*.[157]))
page_dir = share/man/man$(patsubst .%,%,$(suffix $(1)))
# Where the commands look for them: model/model_find.h.
MODELS := $(sort $(wildcard data/models/*.vq))
model_dir = share/vqtools
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
	[ -z '$(MODELS)' ] || { install -d $(ROOT)/$(model_dir) && \
		install -m 644 $(MODELS) $(ROOT)/$(model_dir); }
	for p in $(PAGES); do install -m 644 $$p \
		$(ROOT)/share/man/man$${p##*.} || exit 1; done

# Folders go when they are empty, but not those of the system itself.
.PHONY: uninstall
uninstall:
	rm -f $(COMMANDS:%=$(ROOT)/bin/%)
	rm -f $(foreach p,$(PAGES),$(ROOT)/$(call page_dir,$(p))/$(notdir $(p)))
	rm -f $(MODELS:data/models/%=$(ROOT)/$(model_dir)/%)
	@case $(ROOT) in /usr | /usr/local) ;; *) cd $(ROOT) 2>/dev/null && \
		rmdir -p bin $(PAGE_DIRS) $(model_dir) 2>/dev/null;; esac; :
	@[ -z '$(DESTDIR)' ] || { cd $(DESTDIR) && \
		rmdir -p $(PREFIX:/%=%); } 2>/dev/null; :
