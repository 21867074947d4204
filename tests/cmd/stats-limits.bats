#!/usr/bin/env bats
# stats-limits.bats - vq-stats: what it holds in memory, what it leaves out.
load helper

setup_file() {
	need_numpy
}

@test "a small record of large codes in many columns takes no gigabytes" {
	need_plain_build
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.full((1, 64), 16777215, "<u4"))
np.save("y.npy", np.zeros((900, 64), "<u4"))'
	fails 1 peak_kb vq-stats -q x.npy
	stderr_has 'x.npy: codes too large for 64 columns'
	[ "$(cat "$PEAK")" -lt 400000 ] || { cat "$PEAK"; false; }
	fails 1 vq-stats --json x.npy y.npy
	grep -q '"tokens": 900,' "$OUT"
}

@test "what holds for all stages is one warning" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.arange(64 * 900, dtype="u4").reshape(900, 64) % 97)'
	vq-stats x.npy >text 2>said
	[ "$(grep -c 'lower bound' said)" -eq 1 ]
	[ "$(wc -l <said)" -eq 1 ]
	grep -q 'k of 64 stages is not known' text
}

@test "tokens of an item that failed later are told apart" {
	"$PYTHON" -c 'import json, struct, numpy as np
def part(n, **meta):
    x = (np.arange(n) % 5).astype("u1").tobytes()
    h = {"__metadata__": {"format": "1", "kind": "codes", "codes": "5",
         "media": "image", "height": "100", "width": "10", **meta},
         "codes": {"dtype": "U8", "shape": [n, 1], "data_offsets": [0, n]}}
    h = json.dumps(h).encode()
    return struct.pack("<Q", len(h)) + h + x
whole = part(1000, item="b", part="0", last="1")
open("s", "wb").write(part(100, item="a", part="0") + whole)
open("w", "wb").write(whole)'
	clean vq-stats --json w >json
	not grep -q failed_tokens json
	fails 1 vq-stats --json s
	stderr_has 'vq-stats: a: '
	grep -q '"tokens": 1100,' "$OUT"
	grep -q '"failed_tokens": 100,' "$OUT"
	[ "$(grep bits_per_pixel "$OUT")" = "$(grep bits_per_pixel json)" ]
	fails 1 vq-stats s
	grep -qE '^failed_tokens +100$' "$OUT"
	fails 1 vq-stats --tsv s
	head -1 "$OUT" | tr '\t' '\n' | grep -nx failed_tokens | cut -d: -f1 >n
	[ "$(sed -n 2p "$OUT" | cut -f "$(cat n)")" = 100 ]
}

@test "a header of millions of numbers is refused before it takes memory" {
	need_plain_build
	"$PYTHON" -c 'import struct
h = b"{\"x\":{\"dtype\":\"U8\",\"data_offsets\":[0,0],\"shape\":[0"
h += b",0" * 10000000 + b"]}}"
open("s", "wb").write(struct.pack("<Q", len(h)) + h)'
	fails 1 peak_kb vq-stats s
	stderr_has 's: record at byte 0: header byte ' 'more than 1000000 values'
	[ "$(cat "$PEAK")" -lt 150000 ] || { cat "$PEAK"; false; }
}

@test "-v names each input with its kind and size" {
	printf 'abcd' >x.u8
	cp x.u8 y.u8
	vq-stats -v --raw u8:2 x.u8 - <y.u8 >text 2>said
	grep -qx 'vq-stats: x.u8: tensors, 4 bytes' said
	grep -qx 'vq-stats: stdin: tensors, 4 bytes' said
	slow_cat x.u8 | vq-stats -v --raw u8:2 2>said | cmp - <(vq-stats -q \
		--raw u8:2 x.u8)
	grep -qx 'vq-stats: stdin: tensors' said
	p=$DATA/images/coast.png
	vq-stats -v "$p" -R "$p" 2>&1 >text |
		grep -qx "vq-stats: $p: an image, $(stat -c %s "$p") bytes"
	vq-stats "$p" -R "$p" 2>said >text
	[ ! -s said ]
}
