#!/usr/bin/env bats
# shared.bats - what all commands have in common: options, numbers,
# operands, names, errors.
load helper
load ready

setup_file() {
	stock_up
}

@test "--help and --version go to stdout with status 0, whatever else is asked" {
	for c in $COMMANDS; do
		clean "$c" --help >help
		[[ $(head -n 1 help) == "Usage: $c "* ]]
		clean "$c" -h -o x | cmp - help
		clean "$c" --version >version
		[[ $(cat version) =~ ^"$c (vqtools) "[0-9]+\.[0-9]+\.[0-9]+$ ]]
		clean "$c" -V | cmp - version
	done
	nothing_left help version
}

@test "an unknown option is wrong usage, and the nearest name is proposed" {
	for c in $COMMANDS; do
		for pair in --treads=--threads --otput=--output \
			--qiet=--quiet --max-error-=--max-errors; do
			fails 2 "$c" "${pair%%=*}" x
			stderr_has "$c: " "${pair%%=*}" \
				"did you mean ${pair##*=}?"
		done
		fails 2 "$c" --zzzzzzzz
		stderr_has "--zzzzzzzz"
		not grep -q 'did you mean' "$ERR"
		fails 2 "$c" -Z
		stderr_has "-Z"
	done
	fails 2 vq-encode --mdel m.vq
	stderr_has 'did you mean --model?'
	fails 2 vq-train --coeds 8
	stderr_has 'did you mean --codes?'
	fails 2 vq-stats --jsn
	stderr_has 'did you mean --json?'
}

@test "an option that lacks its value, or has one too many, is wrong usage" {
	for c in $COMMANDS; do
		fails 2 "$c" -j
		stderr_has "-j"
		fails 2 "$c" --threads
		stderr_has "--threads"
		fails 2 "$c" --force=yes
		stderr_has "--force"
		fails 2 "$c" --nan=perhaps
		stderr_has "--nan" perhaps error drop
	done
}

@test "numbers are parsed strictly" {
	for n in 12abc -5 1e3 0x10 1.5 '' ' 3' '3 ' +3 99999999999999999999 ٣ \
		k 3kk nan; do
		for c in $COMMANDS; do
			fails 2 "$c" -j "$n" x
			stderr_has "$c: -j"
			fails 2 "$c" "--seed=$n" x
		done
		fails 2 vq-train -k "$n" x
		fails 2 vq-stats -k "$n" x
		fails 2 vq-decode --stages "$n" x
	done
	for n in nan inf -1 1e999 1,5 0x1p3 1e '' 1.5x; do
		fails 2 vq-train --beta "$n" x
		stderr_has 'vq-train: --beta'
		fails 2 vq-train -l "$n" x
	done
	fails 2 vq-train -k 0 x
	fails 2 vq-train -b 0 x
	fails 2 vq-stats -k 0 x
}

@test "k and M are binary for codes, decimal for steps" {
	fails 1 vq-train -q -n none -k 2k "$STOCK/x.npy"
	stderr_has '2048 codes' 2000
	vq-train -q -n none -k 4 -b 1 -s 1k "$STOCK/x.npy" -o m.vq
	grep -qa '"steps":"1000"' m.vq
}

@test "options may stand behind operands, long ones may be cut short" {
	for c in $COMMANDS; do
		ready "$c" "$(input_for "$c")" -o a
		ready "$c" --out=b --thr 1 "$(input_for "$c")" || {
			# Cutting short is optional, saying so is not.
			fails 2 ready "$c" --out=b
			ready "$c" --output=b "$(input_for "$c")"
		}
		cmp a b
		rm a b
	done
}

@test "-- ends the options, and a file may begin with a dash" {
	for c in $COMMANDS; do
		cp "$(input_for "$c")" ./-x.png
		ready "$c" -o a -- -x.png
		ready "$c" -o b ./-x.png
		[ -s a ] && [ -s b ]
		fails 1 ready "$c" -- --help
		one_line "$c" --help 'No such file'
		rm a b
	done
}

@test "a dash, and no operand at all, mean stdin" {
	for c in $COMMANDS; do
		ready "$c" <"$(input_for "$c")" >a
		ready "$c" - <"$(input_for "$c")" >b
		cmp a b
	done
	vq-encode -m "$STOCK/rows.vq" <"$STOCK/x.npy" >a
	grep -qa '"item":"stdin"' a
}

@test "stdin is called stdin in errors, as in items" {
	for c in $COMMANDS; do
		printf garbage >bad
		fails 1 ready "$c" <bad
		stderr_has "$c: stdin: "
		fails 1 ready "$c" - <bad
		stderr_has "$c: stdin: "
		fails 1 ready "$c" <&-
		stderr_has "$c: stdin: "
	done
}

@test "help and version that cannot be written have status 1" {
	for c in $COMMANDS; do
		for o in --help --version; do
			status=0
			"$c" "$o" >/dev/full 2>err || status=$?
			[ "$status" -eq 1 ]
			grep -q "^$c: stdout: No space left" err
			status=0
			"$c" "$o" >&- 2>err || status=$?
			[ "$status" -eq 1 ]
			grep -q "^$c: stdout: " err
		done
	done
}

@test "--files-from takes names, also with newlines under -0, also from stdin" {
	cp "$STOCK/x.npy" "$(printf 'new\nline')"
	cp "$STOCK/x.npy" ' two  spaces '
	cp "$STOCK/x.npy" ./-dash
	printf 'new\nline\0 two  spaces \0-dash\0' >list0
	printf ' two  spaces \n-dash' >list
	vq-encode -m "$STOCK/rows.vq" --files-from list0 -0 >a
	vq-encode -m "$STOCK/rows.vq" --files-from - --null <list0 | cmp - a
	vq-stats -q --json --by item a >json
	"$PYTHON" -c 'import json
got = [i["item"] for i in json.load(open("json"))["items"]]
assert got == ["new%0Aline", " two  spaces ", "-dash"], got'
	vq-encode -m "$STOCK/rows.vq" --files-from list >b
	vq-encode -m "$STOCK/rows.vq" --files-from - <list | cmp - b
	vq-encode -m "$STOCK/rows.vq" ' two  spaces ' ./-dash >c
	[ "$(stat -c %s b)" -gt 8000 ]
	# The operands come first.
	vq-encode -m "$STOCK/rows.vq" --files-from list -- -dash |
		vq-stats -q --tsv --by item | grep '^item' | cut -f 2 >items
	[ "$(sed -n 1p items)" = -dash ]
	[ "$(wc -l <items)" -eq 3 ]
}

@test "every command takes --files-from" {
	for c in $COMMANDS; do
		input_for "$c" >list
		ready "$c" --files-from list >a
		ready "$c" "$(input_for "$c")" | cmp - a
		tr '\n' '\0' <list | ready "$c" -0 --files-from - | cmp - a
		fails 1 ready "$c" --files-from nowhere
		stderr_has "$c: nowhere: No such file"
		printf '%s\nmissing\n' "$(input_for "$c")" >list
		fails 1 ready "$c" --files-from list
		one_line "$c" missing 'No such file'
	done
}

@test "options that would say nothing are wrong usage" {
	for c in $COMMANDS; do
		fails 2 ready "$c" -0 "$(input_for "$c")"
		stderr_has '--null goes with --files-from'
		fails 2 ready "$c" --max-errors 0 "$(input_for "$c")"
		stderr_has '--max-errors 0: must be at least 1'
	done
	input_for vq-train | tr '\n' '\0' |
		ready vq-train -0 --valid-from - -o m "$(input_for vq-train)"
	vq-stats -E 8 "$(input_for vq-stats)" >text 2>said
	grep -q 'warning: -E 8: no routes, which alone have experts' said
}

@test "an empty list of files is an error, not a wait for stdin" {
	: >list
	mkfifo pipe
	exec 6<>pipe
	for c in $COMMANDS; do
		EXEC='timeout 60' fails 1 ready "$c" --files-from list <pipe
		one_line "$c" list
	done
	exec 6>&-
}

@test "an empty list is nothing to do for a job that goes on, or a part" {
	for c in vq-encode vq-decode moe-route; do
		ready $c -O out --skip-done --files-from /dev/null 2>said
		[ "$(cat said)" = "$c: 0 done before, 0 done again, 0 new" ]
		clean ready $c --shard 1/2 --files-from - </dev/null >none
		[ ! -s none ]
		ready $c -O out --skip-done --files-from /dev/null \
			"$(input_for $c)" 2>&1 | grep -q ', 1 new$'
		fails 1 ready $c -O out --skip-done --files-from nowhere
		rm -r out
	done
}

@test "a list with CR LF, one of lines with -0, and a file twice are told" {
	cp "$STOCK/x.npy" a.npy
	printf 'a.npy\r\n' >list
	fails 1 ready vq-encode --files-from list
	stderr_has "list: its lines end with CR LF: take the CR away (tr"
	tr -d '\r' <list >lines
	ready vq-encode --files-from lines >/dev/null
	fails 1 ready vq-encode -0 --files-from lines
	stderr_has 'lines: ' 'leave -0/--null away'
	fails 1 ready vq-encode -O out a.npy ./a.npy
	stderr_has 'would write out/a.npy.codes: a.npy and ./a.npy'
	fails 1 ready vq-encode -O out a.npy a.npy
	stderr_has 'would write out/a.npy.codes: a.npy is named twice'
	fails 1 ready vq-encode --skip-done -O out a.npy a.npy
	[ "$(wc -l <"$ERR")" -eq 1 ]
}

@test "folders are walked in sorted order, whatever order they were made in" {
	mkdir -p d/b d/a d/.hidden
	for f in d/z.npy d/b/2.npy d/b/1.npy d/a/x.npy d/B.npy d/10.npy d/9.npy; do
		cp "$STOCK/x.npy" "$f"
	done
	vq-encode -m "$STOCK/rows.vq" -j 2 d | vq-stats -q --by item --tsv |
		grep '^item' | cut -f 2 >items
	printf '%s\n' d/10.npy d/9.npy d/B.npy d/a/x.npy d/b/1.npy d/b/2.npy \
		d/z.npy | cmp - items
}

@test "output order is operand order for any -j" {
	for i in 1 2 3 4 5 6 7 8 9; do
		"$PYTHON" -c 'import sys, numpy as np
n = int(sys.argv[1])
np.save("%d.npy" % n, np.full((1 + 40000 * (n % 3 == 1), 4), n / 10, "f"))' $i
	done
	for c in 'vq-encode -m' 'vq-encode --latents -m'; do
		$c "$STOCK/rows.vq" -j 1 9.npy 1.npy ./*.npy >one
		for j in 2 3 8; do
			$c "$STOCK/rows.vq" -j $j 9.npy 1.npy ./*.npy | cmp - one
		done
	done
	vq-encode -m "$STOCK/rows.vq" ./*.npy >codes
	vq-decode -m "$STOCK/rows.vq" -j 1 codes >one
	vq-decode -m "$STOCK/rows.vq" -j 3 codes | cmp - one
	vq-stats -q --json --by item -j 1 codes >one
	vq-stats -q --json --by item -j 3 codes | cmp - one
}

@test "a bad item is named, the rest is done, the status is 1" {
	printf garbage >bad
	for c in $COMMANDS; do
		fails 1 ready "$c" -o out bad "$(input_for "$c")" missing
		[ "$(grep -cv 'items failed$' "$ERR")" -eq 2 ] ||
			{ cat "$ERR"; false; }
		stderr_has "$c: bad: " "$c: missing: No such file"
		ready "$c" "$(input_for "$c")" >good
		[[ $c != vq-*code ]] || stderr_has "$c: 2 of 3 items failed"
		[ "$(stat -c %s out)" -ge "$(stat -c %s good)" ] || {
			ls -l out good
			false
		}
		rm out
	done
}

@test "-o appears only if something succeeded" {
	printf garbage >bad
	for c in $COMMANDS; do
		fails 1 ready "$c" -o out bad missing
		nothing_left bad
	done
}

@test "--max-errors stops early" {
	printf garbage >bad
	for c in $COMMANDS; do
		fails 1 ready "$c" -j 1 --max-errors 2 bad bad bad bad
		[ "$(grep -c ': bad: ' "$ERR")" -eq 2 ] || { cat "$ERR"; false; }
		[[ $c != vq-*code ]] || stderr_has 'stopped by --max-errors 2'
	done
}

@test "names of any bytes are escaped in items and come back under -O" {
	names=("$(printf 'bad\xff byte.npy')" "$(printf 'new\nline.npy')"
		'50% off%41.npy' '-dash.npy' 'sp ace.npy' 'naïve.npy'
		$'tab\t.npy' '"quote\.npy')
	mkdir in
	for n in "${names[@]}"; do
		cp "$STOCK/x.npy" "in/$n"
	done
	(cd in && vq-encode -m "$STOCK/rows.vq" -- "${names[@]}") >codes
	vq-stats -q --json --by item codes >json
	"$PYTHON" -c 'import json
got = [i["item"] for i in json.load(open("json"))["items"]]
want = ["bad%FF byte.npy", "new%0Aline.npy", "50%25 off%2541.npy",
        "-dash.npy", "sp ace.npy", "na\u00efve.npy", "tab%09.npy",
        "\"quote\\.npy"]
assert got == want, got'
	# The list shows the same names.
	vq-stats --list codes | grep -o 'item=bad%FF byte.npy'
	(cd in && vq-encode -m "$STOCK/rows.vq" -O ../c -- "${names[@]}")
	for n in "${names[@]}"; do
		[ -s "c/$n.codes" ] || { ls -b c; false; }
	done
	vq-decode -m "$STOCK/rows.vq" -O back --npy codes
	for n in "${names[@]}"; do
		[ -s "back/$n" ] || { ls -b back; false; }
	done
	[ "$(find back -type f -printf x)" = xxxxxxxx ]
}

@test "under -O no name leads out of the folder" {
	mkdir -p a/b
	cp "$STOCK/x.npy" up.npy
	(cd a/b && vq-encode -m "$STOCK/rows.vq" -O ../out ../../up.npy \
		"$BATS_TEST_TMPDIR/up.npy")
	[ -s a/out/__/__/up.npy.codes ]
	[ -s "a/out$BATS_TEST_TMPDIR/up.npy.codes" ]
	[ "$(find . -name '*.codes' | wc -l)" -eq 2 ]
	(cd a/b && vq-decode -m "$STOCK/rows.vq" -O ../back --npy \
		../out/__/__/up.npy.codes)
	[ -s a/back/__/__/up.npy ]
}

@test "two items of one name under -O are found before any work" {
	cp "$STOCK/x.npy" x.npy
	fails 1 vq-encode -m "$STOCK/rows.vq" -O out x.npy ./x.npy
	stderr_has 'out/x.npy.codes'
	nothing_left x.npy
	vq-encode -m "$STOCK/rows.vq" x.npy >codes
	fails 1 vq-decode -m "$STOCK/rows.vq" -O out codes codes
	stderr_has 'out/x.'
}

@test "names in messages cannot steer the terminal" {
	for c in $COMMANDS; do
		fails 1 ready "$c" "$(printf 'a\033[2Jb\nc\xff')"
		one_line "$c" 'a%1B[2Jb%0Ac%FF'
	done
}
