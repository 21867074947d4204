# shellcheck shell=bash
# tests/cmd/train.bash - what the tests of vq-train share: small inputs in $IN,
# quick settings, and a look into models.

make_input() {
	"${PYTHON:-/usr/bin/python3}" "$BATS_TEST_DIRNAME/inputs.py" "$@"
}

# Once a file.
make_inputs() {
	export IN=$BATS_FILE_TMPDIR
	"${PYTHON:-/usr/bin/python3}" -c 'import numpy' || skip 'no numpy'
	make_input rows "$IN/x.npy" 3000 6 1
	make_input rows "$IN/y.npy" 700 6 1
	make_input rows "$IN/z.npy" 900 5 3
	mkdir "$IN/images" "$IN/sounds"
	for i in 1 2 3 4; do
		make_input png "$IN/images/$i.png" $((60 + 9 * i)) 57 3 $i
		make_input wav "$IN/sounds/$i.wav" $((3001 * i)) $((i % 2 + 1)) \
			8000 $i
	done
}

# Quick settings; later ones win.
train() {
	vq-train -q -k 32 -s 20 -b 256 "$@"
}

meta() {
	make_input meta "$@"
}

# at_most A B: of two decimal numbers.
at_most() {
	"$PYTHON" -c 'import sys; sys.exit(not float(sys.argv[1]) <= float(sys.argv[2]))' \
		"$1" "$2" || { echo "$1 > $2"; return 1; }
}

# The tensors of a model, without its metadata, as a hash.
vq_data_hash() {
	"$PYTHON" -c 'import sys, struct, hashlib
b = sys.stdin.buffer.read()
print(hashlib.sha256(b[8 + struct.unpack("<Q", b[:8])[0]:]).hexdigest())'
}
