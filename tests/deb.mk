# Packages: of the source, for Debian, for Homebrew (data/packaging).

DEB = $(O)/deb
NAME = vqtools-$(VERSION)

# Beside it a formula of Homebrew that fetches it from URL.
.PHONY: dist
URL ?= https://vqtools.example/$(NAME).tar.gz
dist:
	@mkdir -p $(O)
	tests/package/tarball $(O)/$(NAME).tar.gz
	sed "s|@URL@|$(URL)|;s|@SHA256@|$$(sha256sum <$(O)/$(NAME).tar.gz | \
		cut -c 1-64)|" data/packaging/vqtools.rb >$(O)/vqtools.rb

.PHONY: deb deb-deps check-package
deb: | $(AFTER_DEPS)
	tests/package/deb $(DEB) -j$(NPROC)
	@cd $(DEB) && ls -l *.deb *.dsc *.changes

# Two builds at different times in different folders, and what they gave.
check-package: | $(AFTER_DEPS)
	@echo 'Packages: the same bytes twice, lintian, installed and removed'
	$(BUILD) all $(ANYWAY)
	tests/package/deb $(DEB) -j$(NPROC)
	TZ=Pacific/Kiritimati DEB_BUILD_OPTIONS=nocheck \
		tests/package/deb $(O)/deb-again/elsewhere -j$(NPROC)
	@VQ_BIN=$(abspath $(O)/bin) VQ_DEB=$(abspath $(DEB)) \
		VQ_DEB_AGAIN=$(abspath $(O)/deb-again/elsewhere) \
		tests/run -j 1 tests/cmd/package.bats

deb-deps: | $(filter deps,$(MAKECMDGOALS))
	@tests/deps deb-deps
