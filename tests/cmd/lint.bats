#!/usr/bin/env bats
# Every check of tests/lint goes green on a small good tree and red on what it
# is there to find.
load helper

setup_file() {
	export GOOD=$BATS_FILE_TMPDIR/good
	mkdir -p "$GOOD" && cd "$GOOD" || return
	mkdir -p cmd lib/util lib/kernel man data tests .ci .build/bin
	cp -r "$BATS_TEST_DIRNAME"/../{lint,lint.sh,types-man,sibling-options} tests
	cp "$BATS_TEST_DIRNAME"/../{strip,options}.awk tests
	cp "$BATS_TEST_DIRNAME/../../.clang-format" .
	touch Makefile README.md LICENSE
	printf '#!/bin/sh\necho "$@"\n' >.ci/run
	printf '#include "util/a.h"\n\nint\nmain(void)\n{\n\treturn a_one;\n}\n' \
		>cmd/vq-x.c
	printf 'extern const int a_one;\n' >lib/util/a.h
	printf '#include "util/a.h"\n\nconst int a_one = 1;\n' >lib/util/a.c
	printf '#include <cblas.h>\n#include "util/a.h"\n' >lib/kernel/s.c
	printf 'words\n' >data/f.txt
	printf 'file\tbytes\tpackage\tpath\tlicence\tsha256\n' >data/MANIFEST.tsv
	printf 'f.txt\t6\tp\tq\tCC0\t%s\n' \
		"$(sha256sum <data/f.txt | cut -c 1-64)" >>data/MANIFEST.tsv
	page vq-x 1 && page vq-stream 5 && page vqtools 7
	command_says >.build/bin/vq-x
	page vq-train 1 && mark_types
	types_say >.build/bin/vq-train
	chmod +x .build/bin/vq-{x,train} .ci/run
	O=.build tests/types-man
	O=.build tests/sibling-options
}

page() { # NAME SECTION
	cat >"man/$1.$2" <<-END
	.Dd November 1, 2026
	.Dt ${1^^} $2
	.Os
	.Sh NAME
	.Nm $1
	.Nd test page
	.Sh DESCRIPTION
	.Bl -tag -width Ds
	.It Fl k , Fl Fl codes Ar N
	Codes.
	The default is 1,024.
	.It Fl h , Fl Fl help
	Help.
	.It Fl Fl seed Ar N
	The seed.
	The default is 1.
	.El
	END
}

command_says() {
	cat <<-'END'
	#!/bin/sh
	case $1 in
	--help-table)
		printf 'k\tcodes\tN\t1024\tcodes of a stage\t-\n'
		printf -- '-\tseed\tN\t1\tseed of the numbers\t-\n'
		printf 'h\thelp\t-\t-\tthis text\t-\n' ;;
	--help)
		echo '  -k, --codes N    codes of a'
		echo '                   stage (1024)'
		echo '      --seed N     seed of the numbers (1)'
		echo '  -h, --help       this text' ;;
	esac
	END
}

mark_types() { # within the list of the page
	local begin='.\\" types: written by tests/types-man'

	sed -i "s|^\.El|.It Cm none\n$begin\n.\\\\\" types: end\n&|" man/vq-train.1
}

types_say() {
	cat <<-'END'
	#!/bin/sh
	echo 'type  learns    start    source  what it is'
	echo "vq    a table  k-means  'Us'    codes ^ and \\"
	END
}

setup() {
	cp -r "$GOOD/." "$BATS_TEST_TMPDIR" && cd "$BATS_TEST_TMPDIR" || return
	for c in lib/util/a lib/kernel/s; do
		mkdir -p ".build/${c%/*}"
		gcc -Ilib -c "$c.c" -o ".build/$c.o"
	done
	export O=.build
}

# red CHECK TEXT: says not ok, ends badly, and names TEXT.
red() {
	run "tests/lint/$1"
	[ "$status" -ne 0 ]
	grep -q '^not ok' <<<"$output"
	grep -qF -- "$2" <<<"$output"
}

@test "every check is green on the good tree" {
	for check in tests/lint/*; do
		run "$check"
		echo "$output"
		[ "$status" -eq 0 ]
		grep -q '^ok' <<<"$output"
		not grep SKIP <<<"$output"
	done
}

@test "every check has its test here" {
	for check in "$ROOT"/tests/lint/*; do
		grep -qE "^	red ${check##*/} " "$BATS_TEST_FILENAME" ||
			{ echo "$check"; false; }
	done
}

@test "an include that climbs, or names no floor" {
	echo '#include "kernel/s.h"' >>lib/util/a.c
	red no-include-climbs-a-floor 'lib/util/a.c:4: util includes kernel/s.h'
	echo '#include "a.h"' >lib/util/a.c
	red no-include-climbs-a-floor 'names no floor'
	rm -r lib cmd
	red no-include-climbs-a-floor 'nothing was looked at'
}

@test "a name that is not the file's, or a file that was not built" {
	echo 'int b_two(void) { return 2; }' | gcc -xc -c - -o .build/lib/util/a.o
	red each-object-exports-only-its-own-names 'lib/util/a.c: b_two'
	rm .build/lib/util/a.o
	red each-object-exports-only-its-own-names 'a.c: not built'
}

@test "a second user of BLAS, or one outside the kernels" {
	echo '#include <cblas.h>' >lib/kernel/t.c
	red only-one-file-knows-blas lib/kernel/t.c
	rm lib/kernel/*
	echo '#include <cblas.h>' >>lib/util/a.c
	red only-one-file-knows-blas lib/util/a.c
}

@test "printing and exits in the library, but not in words about them" {
	echo '/* printf("x"); */ const char *p = "exit(1)"; // abort()' \
		>>lib/util/a.c
	tests/lint/the-library-prints-and-exits-only-where-it-may
	echo 'void f(void) { fprintf(0, ""); }' >>lib/util/a.c
	red the-library-prints-and-exits-only-where-it-may 'a.c:5'
	echo 'void f(void) { g(stderr); }' >lib/util/a.c
	red the-library-prints-and-exits-only-where-it-may 'a.c:1'
}

@test "long functions and files" {
	{ printf 'int\nf(void)\n{\n'; seq 71; echo '}'; } >lib/util/b.c
	red functions-and-files-stay-short 'lib/util/b.c:3: 71 lines: f(void)'
	seq 401 >lib/util/b.c
	red functions-and-files-stay-short 'b.c: 401 lines'
}

@test "a page with mistakes, a missing one, a name without a page" {
	echo '.Bogus' >>man/vq-x.1
	red man-pages-are-clean Bogus
	rm man/vq-x.1
	red man-pages-are-clean 'man/vq-x.1 is missing'
	page vq-x 1
	echo '.Xr vq-nothing 1 .' >>man/vq-x.1
	red man-pages-are-clean 'no page vq-nothing(1)'
}

@test "options that disagree" {
	sed -i '/^.It Fl Fl seed/s/seed/sead/' man/vq-x.1
	red options-help-and-man-page-agree 'no item for --seed'
	red options-help-and-man-page-agree '--sead is not in the table'
	page vq-x 1
	sed -i 's/1,024/2,048/' man/vq-x.1
	red options-help-and-man-page-agree 'does not name its default 1024'
	page vq-x 1
	sed -i 's/Ar N/Ar K/' man/vq-x.1
	red options-help-and-man-page-agree '--codes has letter and argument k K'
	page vq-x 1
	sed -i "s/stage (1024)/stage (512)/" .build/bin/vq-x
	red options-help-and-man-page-agree '--help does not say: -k, --codes N'
	rm .build/bin/vq-x
	red options-help-and-man-page-agree 'not found'
}

@test "a list of types that is not that of the program" {
	grep -qxF "Learns: a table; start: k-means." man/vq-train.1
	grep -qxF 'Codes \(ha and \e.' man/vq-train.1
	grep -qxF "Source: 'Us'." man/vq-train.1
	sed -i 's/a table/two tables/' .build/bin/vq-train
	red the-page-lists-the-types-of-the-table '> Learns: two tables;'
	tests/types-man
	tests/lint/the-page-lists-the-types-of-the-table
	echo 'echo one column' >>.build/bin/vq-train
	red the-page-lists-the-types-of-the-table 'not five columns: one column'
	sed -i '/types: end/d' man/vq-train.1
	types_say >.build/bin/vq-train
	red the-page-lists-the-types-of-the-table 'no marks'
	rm .build/bin/vq-train
	red the-page-lists-the-types-of-the-table vq-train
}

@test "an option that another command has got" {
	printf '#!/bin/sh\n%s\n' 'printf -- "-\tonly\t-\t-\tmine\t-\n"' \
		>.build/bin/vq-y
	chmod +x .build/bin/vq-y && cp cmd/vq-x.c cmd/vq-y.c
	red the-table-of-all-commands-options-is-theirs '> 	{ 0, "only", "vq-y" },'
	tests/sibling-options
	grep -qF "{ 'k', \"codes\", \"vq-x\" }" lib/util/opt_sibling_rows.h
	tests/lint/the-table-of-all-commands-options-is-theirs
	rm .build/bin/vq-y
	red the-table-of-all-commands-options-is-theirs 'not every command says its options'
}

@test "a careless shell script" {
	printf '#!/bin/sh\nrm -r $1\n' >tests/careless
	red shell-scripts-are-clean SC2086
}

@test "C formatted otherwise" {
	echo 'int  f( void );' >>lib/util/a.h
	red c-is-formatted lib/util/a.h:2
}

@test "an error that cppcheck sees" {
	echo 'int f(void) { int a[2]; a[2] = 1; return a[0]; }' >>lib/util/a.c
	red cppcheck-finds-nothing 'lib/util/a.c:4'
}

@test "white space at the end, and notes" {
	echo 'int x; ' >>lib/util/a.h
	red no-line-ends-in-space-or-says-to-be-done lib/util/a.h:2
	printf '/* TO%s: more */\n' DO >lib/util/a.h
	red no-line-ends-in-space-or-says-to-be-done lib/util/a.h:1
}

@test "data that changed, is not listed, or is gone" {
	echo more >>data/f.txt
	red data-is-listed-and-small 'SHA-256 is not that'
	echo new >data/g
	red data-is-listed-and-small 'g: no row'
	rm data/*.txt
	red data-is-listed-and-small f.txt
	truncate -s 13M data/g
	red data-is-listed-and-small 'over 12 MB'
}

@test "something else at the top, or something missing" {
	touch notes.txt
	red the-top-level-is-as-agreed 'notes.txt: not agreed'
	rm notes.txt README.md
	red the-top-level-is-as-agreed 'README.md: missing'
}
