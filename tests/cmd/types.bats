#!/usr/bin/env bats
# types.bats - every type of quantizer from training to decoding.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
}

every_type() {
	vq-train --list-types | awk 'NR > 1 { print $1 }'
}

@test "every type trains, encodes, decodes and is counted; -j changes nothing" {
	for t in $(every_type); do
		for how in "$IN/images" "-n none -r 2 -g 2 $IN/x.npy"; do
			train -j 1 -t $t $how >m.vq
			train -j 2 -t $t $how | cmp - m.vq
			vq-encode -m m.vq ${how##* } >codes
			vq-decode -m m.vq -O out codes
			vq-stats -m m.vq codes >report
			[ -s report ]
			rm -r out
		done
	done
}

@test "random starts of every type learn" {
	for t in $(every_type); do
		[ $t = kmeans ] && continue
		train -t $t -s 60 -l 0.01 --init random "$IN/x.npy" >m.vq
		"$PYTHON" - "$(meta m.vq held_error start_error)" $t <<'PY'
import sys
held, start = map(float, sys.argv[1].split())
assert held < (0.9 if "vq" in sys.argv[2] else 0.7) * start, sys.argv
PY
	done
}

@test "a model's file alone says its codes and what they are decoded to" {
	for t in $(every_type); do
		for k in 20 64; do
			train -n none -k $k -t $t "$IN/x.npy" >m.vq
			vq-encode -m m.vq --npy "$IN/x.npy" >codes.npy
			vq-encode -m m.vq "$IN/x.npy" |
				vq-decode -m m.vq --npy >back.npy
			"$PYTHON" "$BATS_TEST_DIRNAME/types.py" m.vq \
				"$IN/x.npy" codes.npy back.npy ||
				{ echo "$t $k"; false; }
		done
	done
}

@test "indices decode to what training saw" {
	for t in $(every_type); do
		train -n none -t $t --valid "$IN/x.npy" "$IN/x.npy" >m.vq
		vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >b.npy
		"$PYTHON" - "$IN/x.npy" "$(meta m.vq held_error)" $t <<'PY'
import sys
import numpy as np
x, y = np.load(sys.argv[1]), np.load("b.npy")
error = ((x - y) ** 2).sum(1).mean() / x.var(0).sum()
assert abs(error / float(sys.argv[2]) - 1) < 1e-4, (error, sys.argv)
PY
	done
}

@test "fsq and lfq say how many codes they have instead" {
	vq-train -t fsq -k 256 -s 5 -b 256 "$IN/x.npy" >m.vq 2>said
	grep -q '240 codes.* 256' said
	[ "$(meta m.vq codes)" = 240 ]
	vq-encode -m m.vq "$IN/x.npy" | vq-stats -m m.vq | grep -q 240
	vq-train -t lfq -k 100 -s 5 -b 256 "$IN/x.npy" >m.vq 2>said
	grep -q '128 codes.* 100' said
	[ "$(meta m.vq codes)" = 128 ]
	vq-train -t lfq -k 128 -s 5 -b 256 "$IN/x.npy" 2>said >m.vq
	not grep -q 'nearest' said
	# What they take decides whether there are vectors enough.
	fails 1 vq-train -q -t fsq -k 4k "$IN/x.npy"
	stderr_has 4375
}

@test "options for other types are refused" {
	fails 2 vq-train -t vq --code-dim 4 "$IN/x.npy"
	stderr_has --code-dim fc
	for t in fc fsq lfq; do
		fails 2 vq-train -t $t --init "$IN/y.npy" "$IN/x.npy"
		stderr_has '--init' $t
		fails 2 moe-train --type $t "$IN/x.npy"
	done
	for t in fsq lfq; do
		fails 2 vq-train -t $t --init data "$IN/x.npy"
		stderr_has '--init data' $t
	done
}

@test "fc compares as many numbers as --code-dim says" {
	for d in 2 3; do
		train -n none -t fc --code-dim $d "$IN/x.npy" >m.vq
		vq-stats --list m.vq | grep -q "embedding.weight.*32 *[x,] *$d"
		[ "$(meta m.vq code_dim)" = $d ]
	done
}

@test "a model of every type is gone on with, its codes as they were" {
	for t in $(every_type); do
		train -t $t "$IN/x.npy" >m.vq
		train -s 0 --no-settle --continue m.vq "$IN/x.npy" >n.vq
		for m in m n; do
			vq-encode -m $m.vq --npy "$IN/y.npy" >$m.npy
		done
		cmp m.npy n.npy || { echo $t; false; }
	done
}

@test "codes of maps are a start for types with a table" {
	for t in fc fsq lfq; do
		train -t $t "$IN/x.npy" >m.vq
		train -s 0 --no-settle --continue m.vq -t vq "$IN/x.npy" >n.vq
		not grep -qa '"metric"' n.vq
		at_most "$(meta n.vq held_error)" "$(meta m.vq held_error)"
		fails 1 train --continue n.vq -t $t "$IN/x.npy"
		stderr_has $t vq
	done
}

# Without the header's checksum, as who changes one leaves it.
renamed() { # OLD NEW
	sed -e s/crc32.header/crc32.absent/ -e "s/$1/$2/" m.vq >n.vq
}

@test "a model without what its type has learned cannot be gone on with" {
	for t in fc fsq lfq; do
		train -t $t "$IN/x.npy" >m.vq
		renamed project_out.weight project_out.wait__
		vq-encode -m n.vq "$IN/x.npy" >codes # which it is not needed for
		fails 1 train --continue n.vq "$IN/x.npy"
		stderr_has project_out.weight
		renamed project_in.bias project_in.bios
		fails 1 train --continue n.vq "$IN/x.npy"
	done
}

@test "the manual says which type takes which option" {
	need_plain_build
	cd "$ROOT"
	awk '/^\.\\" options: end/ { here = 0 }
		here { print }
		/^\.\\" options: written/ { here = 1 }' man/vq-train.1 >"$BATS_TEST_TMPDIR/page"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/page")" -ge 15 ]
	tests/types-options | diff "$BATS_TEST_TMPDIR/page" - ||
		{ echo 'run tests/types-options -w'; false; }
}
