#!/usr/bin/env bats
# large.bats - two hours of sound and 200 megapixels in the memory that an
# eighth of them needs.
load helper

large() {
	"$PYTHON" "$BATS_TEST_DIRNAME/large.py" "$@"
}

# Runs COMMAND with -o FILE and leaves its peak in FILE.kb.
measure() { # FILE COMMAND...
	peak_kb "${@:2}" -o "$1"
	cp "$PEAK" "$1.kb"
	echo "$1: $(cat "$PEAK") kB" >>peaks
}

# The large one may need 6 MB more than the small one, for the codes of a part
# (16 MiB at most, in longer items), and LIMIT MB in all.
flat() { # SMALL LARGE LIMIT
	cat peaks
	[ "$(cat "$2.kb")" -lt $(($(cat "$1.kb") + 6144)) ]
	[ "$(cat "$2.kb")" -lt $(($3 * 1024)) ]
}

@test "two hours of sound, there and back" {
	need_plain_build
	need_numpy
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	vq-train -q -k 256 -s 20 -b 512 "$DATA"/speech/*.wav -o m.vq
	for s in 900 7200; do
		large wav in.wav $s
		measure $s.codes vq-encode -q -m m.vq in.wav
		rm in.wav
		measure $s.wav vq-decode -q -m m.vq $s.codes
		[ "$(large size $s.wav)" -eq $((s * 16000)) ]
		rm $s.wav
	done
	flat 900.codes 7200.codes 40
	flat 900.wav 7200.wav 40
}

@test "an image of 20,000 x 10,000 pixels, there and back" {
	need_plain_build
	need_numpy
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	vq-train -q -k 256 -s 20 -b 512 "$DATA/images/coast.png" \
		"$DATA/images/tulips.png" -o m.vq
	for h in 1250 10000; do
		large png in.png 20000 $h
		measure $h.codes vq-encode -q -m m.vq in.png
		rm in.png
		measure $h.png vq-decode -q -m m.vq $h.codes
		[ "$(large size $h.png)" = "20000 $h" ]
		rm $h.png
	done
	flat 1250.codes 10000.codes 60
	flat 1250.png 10000.png 60
}

@test "the same through pipes" {
	need_plain_build
	need_numpy
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	vq-train -q -k 256 -s 20 -b 512 "$DATA/images/coast.png" -o m.vq
	for h in 500 4000; do
		large png in.png 8000 $h
		# shellcheck disable=SC2002
		cat in.png | measure $h.codes vq-encode -q -m m.vq
		# shellcheck disable=SC2002
		cat $h.codes | measure $h.png vq-decode -q -m m.vq
		[ "$(large size $h.png)" = "8000 $h" ]
	done
	flat 500.codes 4000.codes 60
	flat 500.png 4000.png 60
}

@test "vq-stats counts and compares in the memory of a small one" {
	need_plain_build
	need_numpy
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	vq-train -q -k 256 -s 20 -b 512 "$DATA"/speech/*.wav -o m.vq
	for s in 60 1200; do
		large wav $s.in.wav $s
		vq-encode -q -m m.vq $s.in.wav -o $s.codes
		vq-decode -q -m m.vq $s.codes -o $s.out.wav
		measure $s.count vq-stats -q $s.codes
		measure $s.compare vq-stats -q $s.out.wav -R $s.in.wav
	done
	flat 60.count 1200.count 30
	flat 60.compare 1200.compare 60
}
