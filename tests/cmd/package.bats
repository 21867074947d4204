#!/usr/bin/env bats
# package.bats - what is handed on: the source, the packages for Debian, the
# formula for Homebrew.
#
# VQ_DEB and VQ_DEB_AGAIN hold two builds of the packages; without them those
# are not tested here (make check-package has them).
load helper

need_packages() {
	[ -n "${VQ_DEB:-}" ] || skip 'no packages: make check-package'
}

# holds PACKAGE: the names of its files.
holds() {
	dpkg-deb --fsys-tarfile "$VQ_DEB/$1"_[0-9]*.deb | tar -t | grep -v '/$'
}

# unpack: both packages into ./root, and nothing that the commands find first.
unpack() {
	need_packages
	dpkg-deb -x "$VQ_DEB"/vqtools_*.deb root
	dpkg-deb -x "$VQ_DEB"/libvq-dev_*.deb root
	PATH=$PWD/root/usr/bin:$PATH
	unset VQ_MODEL_PATH
}

@test "the source is the same bytes from two folders, at two times" {
	local f

	for f in a elsewhere/b; do
		mkdir -p "$f"
		cp -r "$ROOT"/{Makefile,LICENSE,.gitignore,man} "$f"
		mkdir -p "$f/tests" "$f/data/packaging" "$f/.build"
		cp -r "$ROOT/tests/package" "$f/tests"
		cp -r "$ROOT/data/packaging" "$f/data"
		: >"$f/.build/made"
		[ "$f" = a ] || chmod go-rwx "$f/Makefile"
		find "$f" -exec touch -d "$((2000 + ${#f}))-01-01" {} +
		(cd "$f" && tests/package/tarball "$BATS_TEST_TMPDIR/$f.tar.gz")
	done
	cmp a.tar.gz elsewhere/b.tar.gz
	tar -tzf a.tar.gz >names
	grep -qx 'vqtools-[0-9.]*/Makefile' names
	grep -q '/data/packaging/debian/rules$' names
	not grep -q .build names
}

@test "a formula is filled in with where the source is, and its sum" {
	local sum

	make -s -C "$ROOT" O="$PWD" URL=https://a.example/v.tar.gz dist >said
	sum=$(sha256sum <vqtools-*.tar.gz | cut -c 1-64)
	grep -q "sha256 \"$sum\"" vqtools.rb
	grep -q 'url "https://a.example/v.tar.gz"' vqtools.rb
	not grep -E '@[A-Z]' vqtools.rb
	command -v ruby >/dev/null || skip 'no ruby'
	ruby -c vqtools.rb
}

@test "the copyright file names the licence of all that is not ours" {
	"$PYTHON" - "$ROOT" <<-'EOF'
	import csv, fnmatch, re, sys
	root = sys.argv[1]
	text = open(root + '/data/packaging/debian/copyright').read()
	known = set(re.findall(r'^License: (\S.*)$', text, re.M))
	rules = []
	for part in text.split('\n\n'):
	    files = re.search(r'^Files: (.*(?:\n .*)*)\nCopyright', part, re.M)
	    if files:
	        name = re.search(r'^License: (.*)', part, re.M)[1]
	        rules += [(f, name) for f in files[1].split()]
	for folder in 'data/', 'tests/data/':
	    for row in csv.DictReader(open(root + '/' + folder + 'MANIFEST.tsv'),
	            delimiter='\t'):
	        path = folder + row['file']
	        name = [n for f, n in rules if fnmatch.fnmatch(path, f)][-1]
	        want = row['licence'].replace('MIT', 'Expat').replace(' ', '-')
	        first = name.split('-')[0].split()[0]
	        ours = row['package'] == 'vqtools' or row['licence'] == '-'
	        assert ours or first.lower() in want.lower(), (path, name, want)
	EOF
}

@test "the packages are the same bytes, built twice in two places" {
	local f n=0

	need_packages
	for f in "$VQ_DEB"/*.{deb,dsc,tar.*}; do
		cmp "$f" "$VQ_DEB_AGAIN/$(basename "$f")"
		n=$((n + 1))
	done
	[ $n -ge 5 ]
}

@test "lintian finds no error and nothing to warn of in the packages" {
	need_packages
	command -v lintian >/dev/null || skip 'no lintian: make deb-deps'
	lintian --allow-root --fail-on error,warning "$VQ_DEB"/*.changes
}

@test "the packages hold all commands, pages, models, the library" {
	local f

	need_packages
	holds vqtools >commands
	holds libvq-dev >library
	for f in "$ROOT"/cmd/*.c; do
		grep -qx "./usr/bin/$(basename "$f" .c)" commands
	done
	for f in "$ROOT"/man/*.[157]; do
		grep -q "/man${f##*.}/$(basename "$f").gz\$" commands
	done
	for f in "$ROOT"/data/models/*.vq; do
		grep -qx "./usr/share/vqtools/$(basename "$f")" commands
	done
	for f in include/vq.h libvq.a pkgconfig/vq.pc man3/vq.3.gz; do
		grep -q "/$f\$" library
	done
}

@test "unpacked, the commands find their models, and C programs their library" {
	local pc

	unpack
	cd "$ROOT"
	data/packaging/debian/tests/tokens
	pc=$(echo "$BATS_TEST_TMPDIR"/root/usr/lib/*/pkgconfig)
	PKG_CONFIG_PATH=$pc PKG_CONFIG_SYSROOT_DIR=$BATS_TEST_TMPDIR/root \
		data/packaging/debian/tests/program
}

@test "packages that were installed and removed leave nothing" {
	need_packages
	mkdir -p root/var/lib/dpkg/{info,updates,triggers}
	: >root/var/lib/dpkg/status
	: >root/var/lib/dpkg/available
	find root -not -path '*/var/*' | sort >before
	put() { # its log and its locks are below root
		dpkg --root="$PWD/root" --force-depends --force-not-root \
			--force-bad-path --no-triggers "$@" >>said 2>&1
	}
	put -i "$VQ_DEB"/{vqtools,libvq-dev}_*.deb
	root/usr/bin/vq-encode -m image-8x8 "$DATA/images/coast.png" >codes
	[ -s codes ]
	put -P vqtools libvq-dev
	find root -not -path '*/var/*' | sort >after
	diff before after
}
