#!/usr/bin/env bats
# stats.bats - vq-stats: its figures against numpy's, its forms, its errors.
load helper

setup_file() {
	export S=$BATS_FILE_TMPDIR
	need_numpy
}

figures() {
	"$PYTHON" "$BATS_TEST_DIRNAME/figures.py" "$@"
}

input() {
	"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" "$@"
}

model() {
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" "$@"
}

# agrees CASE [OPTION...]: the report of that case is what numpy says.
agrees() {
	figures make "$1"
	# shellcheck disable=SC2046
	vq-stats -q --json --by item $(figures keys "$1") "${@:2}" s.codes \
		>json 2>said || { cat said; return 1; }
	figures check "$1" json
}

@test "random and skewed codes: every figure is numpy's" {
	agrees random
	agrees skewed
	agrees large-codes
}

@test "one code only, one token, k of 1, every code just once, no token" {
	for c in one-code one-token k-is-1 all-once no-token; do
		agrees $c
	done
}

@test "no token: what cannot be said is null" {
	figures make no-token
	vq-stats -q --json s.codes >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
for x in s, s["stages"][0]:
    assert x["tokens"] == 0 and x["used"] == 0 and x["codes"] == 4, x
    assert x["entropy_bits"] is None and x["perplexity"] is None, x'
	vq-stats -q s.codes >text
	not grep -qiE 'nan|inf' text
	vq-stats -q --tsv s.codes >text
	not grep -qiE 'nan|inf\b' text
}

@test "stages and groups: each column, their sums, and the joint figures" {
	agrees two-stages
	agrees four-columns
}

@test "several items, one of them without a token" {
	agrees items
}

@test "images have bits a pixel, sounds bits a second" {
	agrees image
	agrees sound
}

@test "k comes from -k or -m where the stream does not say" {
	agrees no-k
	model rows 1 m.vq
	figures make no-k
	vq-stats -q --json -m m.vq s.codes >json
	grep -q '"codes": 256,' json || { cat json; false; }
}

@test "without any k it is guessed, and that is said" {
	figures make no-k
	vq-stats --json s.codes >json 2>said
	grep -q '"codes": 100,' json
	grep -q 'warning.*lower bound' said
	grep -q 'lower bound' json
}

@test "the stream's own k goes before -k; a contradiction is said" {
	figures make random
	status=0
	vq-stats --json -k 999 s.codes >json 2>said || status=$?
	[ "$status" -ne 0 ] || grep -q '"codes": 16,' json
}

@test "each stage has just the keys of the issue, and all of them" {
	figures make two-stages
	vq-stats -q --json s.codes >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
want = """tokens codes used utilization expected_utilization dead entropy_bits
perplexity bits_per_token""".split()
for stage in s["stages"]:
    assert not set(want) - set(stage), set(want) - set(stage)
assert not set(want) - set(s), set(want) - set(s)
assert not {"format", "stages", "items", "routes"} - set(s)
assert s["format"] == 1 and s["items"] == []
assert not {"joint_used", "joint_entropy_bits", "joint_perplexity"} - set(s)'
}

@test "JSON is one object that python3 -m json.tool reads, also of a pipe" {
	model image 8 3 m.vq
	vq-encode -m m.vq "$DATA"/images/c*.png | vq-stats -q --json >json
	"$PYTHON" -m json.tool <json >/dev/null
	vq-encode -m m.vq "$DATA"/images/c*.png >codes
	vq-stats -q --json <codes | cmp - json
	vq-stats -q --json --by item <codes | "$PYTHON" -c 'import json, sys
s = json.load(sys.stdin)
assert [i["item"].split("/")[-1] for i in s["items"]] == [
    "camera.png", "chelsea.png", "coast.png", "coffee.png"]
assert sum(i["tokens"] for i in s["items"]) == s["tokens"]
assert s["item_count"] == 4'
}

@test "--tsv holds the same figures as --json" {
	for c in random two-stages items no-token image sound; do
		figures make $c
		vq-stats -q --json --by item s.codes >json
		vq-stats -q --tsv --by item s.codes >tsv
		figures tsv json tsv
		vq-stats -q --json s.codes >json
		vq-stats -q --tsv s.codes >tsv
		figures tsv json tsv
	done
}

@test "the text shows the same numbers, and N" {
	figures make random
	vq-stats -q s.codes >text
	vq-stats -q --json s.codes >json
	"$PYTHON" -c 'import json
s, text = json.load(open("json")), open("text").read()
for v in "%d" % s["tokens"], "%d" % s["used"], "%.4f" % s["entropy_bits"]:
    assert v in text.split(), (v, text)'
}

# Without what the operands are called, and how many they are.
counted() {
	"$PYTHON" -c 'import json, sys
o = json.load(sys.stdin)
del o["item_count"], o["inputs"]
print(json.dumps(o, indent=1))'
}

@test "bare arrays, raw numbers and records of any split count the same" {
	"$PYTHON" -c 'import numpy as np
x = np.random.default_rng(2).integers(60, size=(5000, 2))
np.save("a.npy", x.astype("<u2")); np.save("b.npy", x.astype("<i8"))
np.save("f.npy", np.asfortranarray(x.astype(">u4")))
x.astype("<u2").tofile("x.u16")
np.save("1.npy", x[:1234].astype("u1")); np.save("2.npy", x[1234:].astype("<u2"))'
	vq-stats -q --json -k 64 a.npy | counted >want
	vq-stats -q --json -k 64 b.npy | counted | cmp - want
	vq-stats -q --json -k 64 f.npy | counted | cmp - want
	vq-stats -q --json -k 64 --raw u16:2 x.u16 | counted |
		cmp - want
	vq-stats -q --json -k 64 1.npy 2.npy | counted | cmp - want
	cat 1.npy 2.npy | vq-stats -q --json -k 64 | counted |
		cmp - want
}

@test "a code of k or more is an error with item, row and column" {
	"$PYTHON" -c 'import numpy as np
x = np.zeros((3000, 2), "u2"); x[2345, 1] = 64
np.save("x.npy", x)
x = np.zeros((3000, 2), "i4"); x[2345, 1] = -1
np.save("neg.npy", x)'
	fails 1 vq-stats -q -k 64 x.npy
	stderr_has x.npy 2345 64
	grep -qE '(column|stage) 1' "$ERR" || { cat "$ERR"; false; }
	vq-stats -q -k 65 x.npy
	fails 1 vq-stats -q -k 64 neg.npy
	stderr_has neg.npy 2345
}

@test "codes of different models or widths are not added up in silence" {
	model rows 2 two.vq
	model rows 3 three.vq
	input rows x.npy 900 2 1
	input rows y.npy 900 3 1
	vq-encode -m two.vq x.npy >x.codes
	vq-encode -m three.vq y.npy >y.codes
	status=0
	vq-stats -q x.codes y.codes >text 2>"$ERR" || status=$?
	[ "$status" -eq 1 ]
	stderr_has y.npy
}

@test "small N: it says that k cannot be judged, and how many would do" {
	figures make one-token
	vq-stats --json s.codes >json 2>"$ERR"
	stderr_has 'vq-stats: warning: ' 1024 5120
	"$PYTHON" -c 'import json
w = json.load(open("json"))["warnings"]
assert len(w) == 1 and "1024" in w[0], w'
	figures make skewed
	vq-stats --json s.codes >json 2>"$ERR"
	[ ! -s "$ERR" ] || { cat "$ERR"; false; }
	grep -q '"warnings": \[\]' json
}

@test "the record that ends early, the wrong checksum: named, the rest counted" {
	figures make random
	"$PYTHON" -c 'b = open("s.codes", "rb").read(); open("cut", "wb").write(b[:-9])'
	fails 1 vq-stats -q --json cut s.codes
	stderr_has 'vq-stats: cut: '
	"$PYTHON" -m json.tool <"$OUT" >/dev/null
	grep -q '"tokens": 1000,' "$OUT" || grep -q '"failed_items": 1' "$OUT"
	model rows 4 m.vq
	input rows x.npy 2000 4 1
	vq-encode -m m.vq x.npy >c
	"$PYTHON" -c 'b = bytearray(open("c", "rb").read())
b[-5] ^= 1; open("flipped", "wb").write(b)'
	fails 1 vq-stats -q flipped
	stderr_has flipped crc32
	output_is ''
}

@test "rows: mse and SNR are numpy's" {
	input rows a.npy 500 6 1
	"$PYTHON" -c 'import numpy as np
x = np.load("a.npy")
np.save("b.npy", x + np.random.default_rng(1).normal(size=x.shape).astype("f") / 9)'
	vq-stats -q --json b.npy -R a.npy >json
	figures distortion json a.npy b.npy
}

# A PNG and the same with noise; what numpy reads of both.
pair() { # WIDTH HEIGHT CHANNELS
	input png a.png "$1" "$2" "$3" 1
	vq-train -q -k 16 -s 1 -p 4 a.png -o m.vq 2>/dev/null
	vq-encode -q -m m.vq a.png | vq-decode -m m.vq -o b.png -f
	# By way of a model that holds 8-bit samples exactly.
	model image 1 "$3" exact.vq
	for f in a b; do
		vq-encode -m exact.vq $f.png | vq-decode -m exact.vq --npy >$f.npy
	done
}

@test "images: mse, PSNR and SSIM are numpy's" {
	for s in '40 31 3' '23 17 1'; do
		# shellcheck disable=SC2086
		pair $s
		vq-stats -q --json b.png -R a.png >json
		figures distortion json a.npy b.npy 1
		rm m.vq
	done
}

@test "an image that came back exact has no PSNR but says infinite" {
	input png a.png 30 20 3 1
	cp a.png b.png
	vq-stats -q --json --by item b.png -R a.png >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
for x in s, s["items"][0]:
    assert x["psnr_db"] is None and x["psnr_db_infinite"] is True, x
    assert x["mse"] == 0 and abs(x["ssim"] - 1) < 1e-12, x'
	vq-stats -q b.png -R a.png >text
	not grep -qi nan text
}

@test "PSNR is the mean over images, beside the pooled one" {
	mkdir ref got
	for i in 1 2; do
		input png ref/$i.png 40 30 3 $i
		input png got/$i.png 40 30 3 $((i + 5))
	done
	cp ref/1.png ref/3.png
	input png got/3.png 40 30 3 9
	vq-stats -q --json --by item got -R ref >json
	"$PYTHON" -c 'import json, math
s = json.load(open("json"))
p = [i["psnr_db"] for i in s["items"]]; m = [i["mse"] for i in s["items"]]
assert len(p) == 3 and len(set(p)) == 3
assert math.isclose(s["psnr_db"], sum(p) / 3, rel_tol=1e-12), s
assert math.isclose(s["pooled_psnr_db"], -10 * math.log10(sum(m) / 3), rel_tol=1e-9)'
}

@test "sounds: mse and SNR are numpy's, the spectral distance of equals is 0" {
	input wav a.wav 9000 2 8000 1
	"$PYTHON" -c 'import wave, numpy as np
w = wave.open("a.wav"); p = w.getparams()
x = np.frombuffer(w.readframes(9000), "<i2").reshape(-1, 2)
y = (x + np.random.default_rng(1).integers(-300, 300, size=x.shape)).clip(-32768, 32767).astype("<i2")
o = wave.open("b.wav", "wb"); o.setparams(p); o.writeframes(y.tobytes()); o.close()
np.save("a.npy", x / 32768); np.save("b.npy", y / 32768)'
	vq-stats -q --json b.wav -R a.wav >json
	figures distortion json a.npy b.npy
	cp a.wav c.wav
	vq-stats -q --json c.wav -R a.wav >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert s["snr_db"] is None and s["snr_db_infinite"] is True, s
assert s["log_spectral_distance_db"] == 0, s'
}

@test "half as loud is 6.02 dB of spectral distance and of SNR" {
	input wav a.wav 16000 1 8000 1
	"$PYTHON" -c 'import wave, numpy as np
w = wave.open("a.wav"); p = w.getparams()
x = np.frombuffer(w.readframes(16000), "<i2")
o = wave.open("b.wav", "wb"); o.setparams(p)
o.writeframes((x // 2).astype("<i2").tobytes()); o.close()'
	vq-stats -q --json b.wav -R a.wav >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert abs(s["snr_db"] - 6.02) < 0.02, s
# The floor and the rounding take a little of it.
assert 5.5 < s["log_spectral_distance_db"] < 6.1, s'
}

@test "decoded items find their references by name, whatever the extension" {
	model rows 4 m.vq
	mkdir -p in/d
	input rows in/a.npy 2000 4 1
	input rows 'in/d/b c.npy' 2000 4 2
	vq-encode -m m.vq -O codes in
	(cd in && vq-encode -m ../m.vq . >../codes.s)
	vq-decode -m m.vq -O out codes.s
	vq-stats -q --json --by item out -R in >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert s["compared"] == 2 and len(s["items"]) == 2
# The model cuts off what is beyond 4; of each other they would have 30.
assert all(i["mse"] < 3 for i in s["items"]), s'
	vq-decode -m m.vq --format record codes.s |
		vq-stats -q --json --by item -R in >json
	grep -q '"compared": 2' json
}

@test "a missing reference is named, the rest compared, the status is 1" {
	mkdir ref got
	input png ref/a.png 20 20 1 1
	cp ref/a.png got/a.png
	cp ref/a.png got/zebra.png
	fails 1 vq-stats -q --json got -R ref
	stderr_has 'vq-stats: ' zebra.png
	grep -q '"compared": 1' "$OUT"
	fails 1 vq-stats -q got -R nowhere
	stderr_has nowhere
}

@test "a reference of another size, rate or kind is named" {
	mkdir ref got
	input png ref/a.png 20 20 1 1
	input png got/a.png 20 21 1 1
	fails 1 vq-stats -q got -R ref
	stderr_has a.png 20 21
	input wav ref/a.wav 900 1 8000 1
	input wav got/a.wav 900 1 9000 1
	fails 1 vq-stats -q got/a.wav -R ref/a.wav
	stderr_has a.wav 8000 9000
	fails 1 vq-stats -q got/a.wav -R ref/a.png
	stderr_has a.wav
}

@test "--list shows what streams, models, arrays and media hold" {
	model rows 4 m.vq
	input rows x.npy 2000 4 1
	input png p.png 31 17 3 1
	input wav w.wav 900 2 8000 1
	vq-encode -m m.vq x.npy x.npy >c
	vq-stats --list c m.vq x.npy p.png w.wav >text
	[ "$(grep -c '^c ' text)" -eq 2 ]
	grep -q 'codes U8 \[2000,8\].*item=x.npy' text
	grep -q 'm.vq .*transform.mu F32 \[4\]' text
	grep -qE '^x.npy .*F32 \[2000,4\]' text
	grep -qE '^p.png .*\[17,31,3\]' text || grep -qE '^p.png .*31' text
	grep -qE '^w.wav .*8000' text
	vq-stats --list --json c m.vq x.npy p.png w.wav |
		"$PYTHON" -m json.tool >/dev/null
	fails 1 vq-stats --list missing c
	stderr_has 'missing: No such file'
	grep -q codes "$OUT"
}

@test "vectors have figures too" {
	input rows x.npy 2000 4 1
	vq-stats -q --json x.npy >json
	"$PYTHON" -m json.tool <json >/dev/null
	"$PYTHON" -c 'import numpy as np
x = np.load("x.npy"); x[7, 2] = np.nan; np.save("bad.npy", x)'
	fails 1 vq-stats -q bad.npy
	stderr_has bad.npy 7
}

@test "contradicting options are wrong usage" {
	fails 2 vq-stats --json --tsv x
	fails 2 vq-stats --by row x
	stderr_has --by item
	fails 2 vq-stats --raw x17:2 x
	fails 2 vq-stats --band 9000-100 x
	fails 2 vq-stats --band nan x
}
