#!/usr/bin/env bats
# golden.bats - files of every format and version, made once and kept for ever
# (tests/golden), are read, and what is written today is like them.

load helper

GOLDEN=$ROOT/tests/golden

# Runs every command of the manifest once, as it stands there, on the golden
# files; what they write today is below now/.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cp -r "$GOLDEN" old && cd old || return
	export o=../now
	for folder in [0-9]*; do mkdir -p "$o/$folder"; done
	awk -F '\t' 'NR > 1 && $4 != "kept" && !seen[$6]++ {
		printf "{ %s; } || echo \"failed: %s\"\n", $6, $1
	}' MANIFEST.tsv >../commands
	bash -o pipefail ../commands >../failed 2>../said
}

# like FORMAT...: what was written today of these formats is as it was.
like() {
	"$PYTHON" "$GOLDEN/compare.py" "$GOLDEN" "$BATS_FILE_TMPDIR/now" "$@" && return
	grep -v warning: "$BATS_FILE_TMPDIR/said"
	printf '\nA format or an answer changed: tests/golden/README.md\n'
	return 1
}

@test "golden files are all listed, and are what they were" {
	cd "$GOLDEN"
	find [0-9]* -type f | LC_ALL=C sort >"$BATS_TEST_TMPDIR/there"
	cut -f 1 MANIFEST.tsv | sed 1d | LC_ALL=C sort |
		diff - "$BATS_TEST_TMPDIR/there"
	awk -F '\t' 'NR > 1 { print $5 "  " $1 }' MANIFEST.tsv |
		sha256sum --quiet -c
	(cd in && sha256sum --quiet -c SHA256)
	[ "$(du -sb . | cut -f 1)" -lt 1048576 ]
}

@test "every command of the manifest still succeeds" {
	grep -v warning: "$BATS_FILE_TMPDIR/said" || true
	# A checkpoint is of use on such a machine only.
	if grep -q 'another kind of machine' "$BATS_FILE_TMPDIR/said"; then
		sed -i '/resumed/d' "$BATS_FILE_TMPDIR/failed"
	fi
	diff /dev/null "$BATS_FILE_TMPDIR/failed"
}

@test "models of every version give the tokens that they gave" {
	like record foreign
}

@test "packed codes of every version are read, and written the same" {
	like packed
}

@test "rows in every form and type give the same tokens" {
	like npy raw
	# Of each form: 12 tokens of two bytes.
	cd "$GOLDEN"
	cmp <(for _ in in/whole/*.npy in/whole/*.st; do cat 5/u16.rows; done |
		od -An -v -tu2 -w24) <(od -An -v -tu2 -w24 5/whole)
}

@test "models of experts route as they did" {
	like routes audit
}

@test "trainings write the same form of model, log, trace and checkpoint" {
	like model log trace
}

@test "checkpoints of every version are gone on with" {
	grep -q '^vq-train: .*another kind of machine' "$BATS_FILE_TMPDIR/said" &&
		skip 'refused: from another kind of machine'
	like checkpoint
}

@test "states and indices are as they were" {
	like state index
}
