#!/usr/bin/env bats
# What vq-migration(7) says of other programs holds, for those that are here:
# its EXAMPLES run as they stand, and what they print is judged.
# make bench-deps installs the others.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	ln -s "$DATA/speech" speech
	ln -s "$DATA/images" photos
	# Threads of theirs that wait for each other cost more than they do.
	export OMP_NUM_THREADS=1
}

# section NAME...: the literal blocks of these subsections of EXAMPLES.
section() {
	local name
	for name; do
		awk -v name="$name" '/^\.Sh/ { here = 0; all = $2 == "EXAMPLES" }
			/^\.Ss/ { here = all && substr($0, 5) == name }
			/^\.Ed/ { inside = 0 }
			here && inside { print }
			here && /^\.Bd -literal/ { inside = 1 }' \
			"$ROOT/man/vq-migration.7"
	done | sed 's/\\e/\\/g;s/\\&//g;s/\\-/-/g'
}

# follow NAME...: as a script that ends at the first failure.
follow() {
	need_numpy
	ln -sfn "$BATS_FILE_TMPDIR/speech" speech
	ln -sfn "$BATS_FILE_TMPDIR/photos" photos
	section "$@" >script
	[ "$(grep -c vq- script)" -ge 2 ]
	bash -euo pipefail script >script.out 2>script.err || {
		cat script script.out script.err
		return 1
	}
}

need() { # COMMAND...
	local c
	for c; do
		command -v "$c" >/dev/null || skip "no $c: make bench-deps"
	done
}

need_module() {
	"$PYTHON" -c "import $1" 2>/dev/null || skip "no $1: make bench-deps"
}

# snr NAME: all figures of that name that were printed, one a line.
snr() {
	awk -v name="$1" '$1 == name { print $2 }' script.out
}

# within FIGURE DB: the last one is not worse than the first by more than DB.
within() {
	snr "$1" | awk -v db="$2" 'NR == 1 { first = $1 } { last = $1 }
		END { exit !(NR == 2 && last > first - db) }' ||
		{ cat script.out; false; }
}

differ() { # FILES MOST: not more bytes of these differ
	awk -v files="$1" -v most="$2" '$1 == files "," { n++; there = $NF }
		END { exit !(n == 1 && there <= most) }' script.out ||
		{ cat script.out; false; }
}

@test "SPTK's lbg, vq and ivq: same codes, same vectors, both ways" {
	need sptk sox
	follow Rows 'SPTK: one codebook'
	[ "$(stat -c %s ours.int)" = 23920 ]
	within snr_db 1
}

@test "SPTK's msvq and imsvq: same codes, same vectors; a beam is nearer" {
	need sptk sox
	follow Rows 'Several codebooks' 'SPTK: two stages'
	within snr_db 0
}

@test "SPTK's lbg writes over its operand, vq-train never" {
	need sptk
	head -c 3200 /dev/urandom | od -An -v -tu1 -w1 |
		"$PYTHON" -c 'import sys, numpy as np
np.array([float(x) for x in sys.stdin], "f4").tofile("x.f32")'
	cp x.f32 y.f32
	sptk lbg -l 8 -e 4 y.f32 <x.f32 >/dev/null
	not cmp -s x.f32 y.f32
	cp x.f32 y.f32
	vq-train -q -n none -t kmeans -k 4 --raw f32:8 -o m.vq y.f32
	cmp x.f32 y.f32
}

@test "codec2's codebooks of text" {
	need sox
	follow Rows 'codec2: a codebook as text'
	"$PYTHON" -c 'import numpy as np
x = np.fromfile("x.f32", "<f4").reshape(-1, 1, 2)
far = ((x.astype("f8") - np.load("text.npy")) ** 2).sum(2)
c = np.fromfile("text.u8", "u1")
assert len(c) == len(x) and len(set(c)) > 1
assert (np.take_along_axis(far, c[:, None].astype("i8"), 1)[:, 0]
        <= far.min(1) + 1e-6).all()'
}

@test "pnmremap: no pixel is nearer there or here" {
	need pngtopnm ppmtoppm pnmcolormap pnmremap
	follow 'netpbm: with its palette'
	grep -Eqx 'farther .* of [0-9]+ pixels: pnmremap 0 vq-encode 0' \
		script.out || { cat script.out; false; }
}

@test "a palette from here, indexed by pnmremap, is as good" {
	need pngtopnm ppmtoppm pnmremap pnmtopng
	follow 'netpbm: with a palette from here'
	within psnr_db 0.3
	[ "$(head -c 26 indexed.png | tail -c 1 | od -An -tu1)" -eq 3 ]
}

@test "pngquant without dithering: ours is not worse by 0.3 dB" {
	need pngquant
	follow pngquant
	within psnr_db 0.3
}

@test "faiss: nearest, product and residual codes have the same bytes" {
	need sox
	need_module faiss
	follow Rows 'Several codebooks' faiss
	# Ties that another BLAS rounds otherwise.
	differ near.u32:ours.u32 8
	differ pq.u8:pq-ours.u8 8
	differ rq.u8:rq-ours.u8 8
}

@test "scikit-learn: the same codes, and k-means as good" {
	need sox
	need_module sklearn
	follow Rows scikit-learn
	differ centres.npy 8
	within snr_db 1
}
