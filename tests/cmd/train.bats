#!/usr/bin/env bats
# train.bats - vq-train: what it learns from, what it refuses, what it saves.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper

make_input() {
	"${PYTHON:-/usr/bin/python3}" "$BATS_TEST_DIRNAME/inputs.py" "$@"
}

setup_file() {
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

@test "the same seed gives the same bytes for any -j: images, sounds, rows" {
	for how in "$IN/images" "$IN/sounds" "$IN/x.npy" "-n none $IN/x.npy" \
		"-n none $IN/images" "--init random $IN/images" \
		"--init random $IN/sounds" "--buffer 64k $IN/images" \
		"--augment phase $IN/images" "-r 2 $IN/images" \
		"-r 3 -g 2 -d 12 $IN/sounds" "-g 3 -n none $IN/x.npy" \
		"-r 2 -g 2 --init random -d 8 $IN/images"; do
		train -j 1 $how >one
		for j in 2 3; do
			train -j $j $how | cmp - one || { echo "$how"; false; }
		done
		[ "$(stat -c %s one)" -gt 1000 ]
		rm one
	done
}

@test "the same for every type" {
	for t in simvq vq ema kmeans 'simvq --freeze-table' \
		'vq --init random' 'ema -r 2' 'kmeans -g 2 -r 2'; do
		for i in "$IN/images" "$IN/x.npy"; do
			train -j 1 -t $t "$i" >one
			for j in 2 3; do
				train -j $j -t $t "$i" | cmp - one ||
					{ echo "$t $i"; false; }
			done
			rm one
		done
	done
}

@test "the types differ from each other" {
	for t in simvq vq ema kmeans 'simvq --freeze-table'; do
		train -t $t "$IN/x.npy" | vq_data_hash
	done | sort | uniq -d >same
	[ ! -s same ]
}

# The tensors of a model, without its metadata, as a hash.
vq_data_hash() {
	"$PYTHON" -c 'import sys, struct, hashlib
b = sys.stdin.buffer.read()
print(hashlib.sha256(b[8 + struct.unpack("<Q", b[:8])[0]:]).hexdigest())'
}

@test "another seed gives another model" {
	for i in "$IN/images" "$IN/sounds" "$IN/x.npy"; do
		train --seed 1 "$i" | vq_data_hash >a
		train --seed 2 "$i" | vq_data_hash >b
		not cmp -s a b
		train "$i" | vq_data_hash | cmp - a
	done
	train --seed 0 "$IN/x.npy" >a
	train --seed 18446744073709551615 "$IN/x.npy" >b
	[ "$(meta b seed)" = 18446744073709551615 ]
}

@test "a pipe teaches the same as the file" {
	train -n none "$IN/x.npy" >file
	cat <"$IN/x.npy" | train -n none >pipe
	cmp file pipe
	train "$IN/images/1.png" >file
	cat <"$IN/images/1.png" | train >pipe
	cmp file pipe
	train "$IN/sounds/3.wav" >file
	cat <"$IN/sounds/3.wav" | train >pipe
	cmp file pipe
	# Streamed, not held in memory.
	train -n none --buffer 8k "$IN/x.npy" >file
	cat <"$IN/x.npy" | train -n none --buffer 8k >pipe
	cmp file pipe
}

@test "also one that delivers a byte a read" {
	train -n none "$IN/y.npy" >file
	slow_cat <"$IN/y.npy" | train -n none >pipe
	cmp file pipe
}

@test "the split of rows over parts and files' formats does not matter" {
	"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
x.tofile("x.f32")
np.save("f.npy", np.asfortranarray(x))
np.save("d.npy", x.astype(">f8"))' "$IN/x.npy"
	train -n none "$IN/x.npy" >model
	train -n none --raw f32:6 x.f32 | cmp - model
	train -n none f.npy | cmp - model
	train -n none d.npy | cmp - model
	make_input tensors x.st x="$IN/x.npy" y="$IN/y.npy"
	train -n none x.st | cmp - model
	make_input tensors t.st a="$IN/z.npy" b="$IN/x.npy"
	train -n none --tensor b t.st | cmp - model
}

@test "data larger than the buffer stream, in bounded memory, and still teach" {
	need_plain_build
	for i in 1 2 3 4; do
		make_input rows big$i.npy 400000 16 $i
	done
	# 102 MB, 205 MB, and the same without a limit.
	set -- 'four 1M big?.npy' 'eight 1M big?.npy ./big?.npy' \
		'all 1G big?.npy ./big?.npy'
	for run; do
		read -r name buffer names <<<"$run"
		peak_kb vq-train -q -n none -k 32 -s 100 -b 4096 \
			--buffer "$buffer" $names -o "$name.vq"
		cp "$PEAK" "$name"
	done
	echo "four files $(cat four) kB, eight $(cat eight), all $(cat all)"
	[ "$(cat eight)" -lt $(($(cat four) + 16384)) ]
	[ "$(cat eight)" -lt $(($(cat all) - 40000)) ]
	at_most "$(meta eight.vq held_error)" "$(meta eight.vq start_error)"
	# Clouds from four files: one file's codes do not serve the others.
	at_most "$(meta eight.vq held_error)" \
		"$("$PYTHON" -c "print(1.1 * $(meta all.vq held_error))")"
}

@test "so do images and sounds" {
	train --buffer 20k "$IN/images" >a
	at_most "$(meta a held_error)" "$(meta a start_error)"
	[ "$(meta a items)" -eq 4 ]
	train --buffer 20k "$IN/sounds" >a
	at_most "$(meta a held_error)" "$(meta a start_error)"
	train --buffer 1 -n none "$IN/x.npy" >a
}

@test "fewer vectors than codes: both numbers are said" {
	fails 1 train -n none -k 701 -o m.vq "$IN/y.npy"
	stderr_has 701 700
	fails 1 train -k 4096 "$IN/images/1.png"
	stderr_has 4096 72
	nothing_left
	# Just enough.
	train -n none -k 700 "$IN/y.npy" -o m.vq
	[ "$(meta m.vq codes)" = 700 ]
}

@test "the start has seen every row: as many codes as rows, and no error" {
	make_input rows few.npy 60 6 9
	for t in kmeans vq simvq; do
		train -n none -t $t -k 60 -s 0 --valid few.npy few.npy >m.vq
		at_most "$(meta m.vq start_error)" 1e-9 || { echo $t; false; }
	done
}

@test "few vectors a code: a warning" {
	vq-train -n none -k 64 -s 1 "$IN/y.npy" >/dev/null 2>"$ERR"
	stderr_has warning 64
	vq-train -n none -k 8 -s 1 "$IN/y.npy" >/dev/null 2>"$ERR"
	not grep warning "$ERR"
}

@test "constant data, equal rows, one row of one number" {
	"$PYTHON" -c 'import numpy as np
np.save("const.npy", np.full((500, 3), 7.25, "f"))
np.save("zero.npy", np.zeros((500, 3), "f"))
np.save("two.npy", np.repeat([[1, 2, 3], [4, 4, 4]], 250, 0).astype("f"))
np.save("one.npy", np.full((1, 1), -3, "f"))
np.save("tiny.npy", np.full((99, 2), 1e-30, "f"))'
	for t in simvq vq ema kmeans 'simvq --init random' 'vq --init random'; do
		for f in const zero two tiny; do
			for n in none linear; do
				clean train -t $t -n $n -k 4 $f.npy >m.vq
				not grep -qaiE '"[a-z_]*(error|loss)":"-?(nan|inf)' m.vq
				vq-encode -m m.vq $f.npy |
					vq-decode -m m.vq --npy >back.npy
				case $t in *random*) continue ;; esac
				"$PYTHON" -c 'import sys, numpy as np
a, b = np.load(sys.argv[1]), np.load("back.npy")
assert abs(a - b).max() <= 1e-4 * abs(a).max(), (a[:2], b[:2])' $f.npy ||
					{ echo "$t $n $f"; false; }
			done
		done
		train -t $t -n none -k 1 one.npy >m.vq
		vq-encode -m m.vq one.npy | vq-decode -m m.vq --npy >back.npy
		case $t in *random*) continue ;; esac
		"$PYTHON" -c 'import numpy as np
b = np.load("back.npy")
assert b.shape == (1, 1) and abs(b[0, 0] + 3) < 1e-4, b'
	done
}

@test "an image of one colour and silence" {
	"$PYTHON" -c 'import wave
w = wave.open("silence.wav", "wb")
w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000)
w.writeframes(bytes(16000))'
	train -k 4 silence.wav >m.vq
	vq-encode -m m.vq silence.wav | vq-decode -m m.vq | cmp - silence.wav
	make_input png dot.png 1 1 3 5
	train -k 1 dot.png >m.vq
	vq-encode -m m.vq dot.png | vq-decode -m m.vq >back.png
	vq-stats -R dot.png back.png >/dev/null
}

@test "NaN and infinity: the item and the row are named" {
	for v in nan inf -inf; do
		"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1]); x[1234, 3] = float(sys.argv[2])
np.save("bad.npy", x)' "$IN/x.npy" $v
		fails 1 train -n none -o m.vq bad.npy
		stderr_has bad.npy 1234
		nothing_left bad.npy
		fails 1 train -n none "$IN/y.npy" bad.npy
		stderr_has bad.npy 1234
		[ "$(meta "$OUT" media)" = rows ]
		fails 1 train -n none -o m.vq <bad.npy
		stderr_has stdin 1234
		nothing_left bad.npy
	done
}

@test "--nan=drop trains on the other rows" {
	"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
keep = np.ones(len(x), bool); keep[[0, 77, 2999]] = False
np.save("good.npy", x[keep])
x[0, 1], x[77], x[2999, 5] = np.nan, np.inf, -np.inf
np.save("bad.npy", x)
np.save("none.npy", np.full((50, 6), np.nan, "f"))' "$IN/x.npy"
	clean train -n none --nan=drop bad.npy >a
	train -n none good.npy >b
	[ "$(meta a train_tokens)" -gt 2600 ]
	[ "$(($(meta a train_tokens) + $(meta a held_tokens)))" -eq 2997 ]
	"$PYTHON" -c 'import sys
a, b = map(float, sys.argv[1:])
assert abs(a / b - 1) < 0.2, (a, b)' "$(meta a held_error)" \
		"$(meta b held_error)"
	fails 1 train -n none --nan=drop none.npy
}

@test "items of mixed kinds or widths: the item and both are named" {
	fails 1 train "$IN/x.npy" "$IN/images/1.png"
	stderr_has 1.png image rows
	fails 1 train "$IN/sounds/1.wav" "$IN/images/1.png"
	stderr_has 1.png image audio
	fails 1 train "$IN/x.npy" "$IN/z.npy"
	stderr_has z.npy 5 6
}

@test "a bad image in a folder is named, the rest teaches, the status is 1" {
	cp -r "$IN/images" d
	echo 'no image' >d/0.txt
	head -c 400 d/2.png >d/cut.png
	fails 1 train -o m.vq d
	stderr_has 'vq-train: d/0.txt: ' 'vq-train: d/cut.png: '
	[ "$(grep -c cut.png "$ERR")" -eq 1 ]
	[ "$(meta m.vq media)" = image ]
	at_most "$(meta m.vq held_error)" "$(meta m.vq start_error)"
	printf '\377\330\377\340' >d/photo.png
	fails 1 train -o n.vq d
	stderr_has 'd/photo.png: ' djpeg
}

@test "a bad item teaches nothing, wherever in the order it stands" {
	cp -r "$IN/images" d
	train d >good
	echo 'no image' >d/0.txt
	fails 1 train d
	cmp "$OUT" good
}

@test "--valid judges on other items, --valid-from on a list of them" {
	train -n none --valid "$IN/y.npy" "$IN/x.npy" >a
	[ "$(meta a held_tokens train_tokens)" = '700 3000' ]
	echo "$IN/y.npy" >list
	train -n none --valid-from list "$IN/x.npy" | cmp - a
	train -n none --valid "$IN/y.npy" --valid "$IN/y.npy" "$IN/x.npy" >b
	[ "$(meta b held_tokens)" = 1400 ]
	train -n none "$IN/x.npy" >c
	[ "$(meta c held_tokens train_tokens)" = '300 2700' ]
	# Its error is what encoding and decoding it costs.
	vq-encode -m a "$IN/y.npy" | vq-decode -m a --npy >back.npy
	"$PYTHON" - "$IN/y.npy" "$(meta a held_error)" <<'PY'
import sys
import numpy as np
x, y = np.load(sys.argv[1]), np.load("back.npy")
error = ((x - y) ** 2).sum(1).mean() / x.var(0).sum()
assert abs(error / float(sys.argv[2]) - 1) < 0.05, (error, sys.argv[2])
PY
}

@test "validation items that do not fit or are not there are named" {
	fails 1 train -n none --valid missing.npy "$IN/x.npy" -o m.vq
	stderr_has missing.npy
	fails 1 train -n none --valid "$IN/z.npy" "$IN/x.npy" -o m.vq
	stderr_has valid
	fails 1 train -n none --valid "$IN/images/1.png" "$IN/x.npy" -o m.vq
	fails 1 train -n none --valid-from missing "$IN/x.npy" -o m.vq
	stderr_has missing
	nothing_left
}

@test "whole items are held back where there are several" {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		ln "$IN/y.npy" $i.npy
	done
	train -n none ./*.npy >m.vq
	[ "$(meta m.vq held_tokens train_tokens)" = '700 6300' ]
}

@test "--log writes JSON lines with the figures" {
	train -n none -s 50 --log log -o m.vq "$IN/x.npy"
	"$PYTHON" -c 'import json, math
lines = [json.loads(l) for l in open("log")]
want = "step seconds loss recon vq utilization tokens perplexity rate".split()
for l in lines:
    assert not set(want) - set(l), l
    assert all(math.isfinite(l[k]) for k in want), l
    assert 0 < l["utilization"] <= 1 and 1 <= l["perplexity"] <= 32, l
    assert l["tokens"] > 0 and l["rate"] > 0, l
assert len(lines) > 1 and lines[-1]["step"] == 50
assert all(a["step"] < b["step"] and a["seconds"] <= b["seconds"]
           for a, b in zip(lines, lines[1:]))'
	fails 1 train -n none --log log "$IN/x.npy" -o n.vq
	stderr_has 'vq-train: log: ' -f
	not test -e n.vq
	train -n none -f --log log -o n.vq "$IN/x.npy"
	[ "$(tail -n 1 log | grep -c '"step":20,')" -eq 1 ]
	fails 1 train -n none --log /dev/full -o o.vq "$IN/x.npy"
	stderr_has /dev/full
}

@test "--epochs are steps over the data; with --steps it is wrong usage" {
	fails 2 vq-train -s 5 -e 1 "$IN/x.npy"
	stderr_has -s -e
	vq-train -q -n none -k 8 -b 100 -e 2 "$IN/x.npy" >m.vq
	[ "$(meta m.vq steps)" = 54 ]
	vq-train -q -n none -k 8 -b 100 -e 0.5 "$IN/x.npy" >m.vq
	[ "$(meta m.vq steps)" = 14 ]
}

@test "no steps at all leave the start" {
	for how in '-s 0' '-e 0'; do
		vq-train -q -n none -k 8 $how "$IN/x.npy" >m.vq
		[ "$(meta m.vq steps saved_step)" = '0 0' ] ||
			{ echo "$how: $(meta m.vq steps)"; false; }
	done
}

@test "the model saved is never worse on held-back items than its start" {
	for t in simvq vq ema kmeans 'simvq --init random' \
		'vq --init random' 'simvq -l 3' 'vq -l 3' 'ema -r 2'; do
		for i in "$IN/images" "$IN/sounds" "$IN/x.npy"; do
			train -t $t "$i" >m.vq
			at_most "$(meta m.vq held_error)" \
				"$(meta m.vq start_error)" ||
				{ echo "$t $i"; false; }
			not grep -qaiE '":"-?(nan|inf)"' m.vq
		done
	done
}

@test "what is saved is what is said: the error of decoded rows" {
	train -n linear -d 4 -t vq --valid "$IN/x.npy" "$IN/x.npy" >m.vq
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
	"$PYTHON" - "$IN/x.npy" "$(meta m.vq held_error)" <<'PY'
import sys
import numpy as np
x, y = np.load(sys.argv[1]), np.load("back.npy")
error = ((x - y) ** 2).sum(1).mean() / x.var(0).sum()
assert abs(error / float(sys.argv[2]) - 1) < 0.01, (error, sys.argv[2])
PY
}

@test "a model opens in ten lines of Python, and its Q is what it searches" {
	train -n none -t simvq "$IN/x.npy" -o m.vq
	"$PYTHON" - "$IN/x.npy" <<'PY'
import json, struct, sys
import numpy as np
b = open("m.vq", "rb").read()
n, = struct.unpack("<Q", b[:8])
head = json.loads(b[8:8 + n])
meta = head.pop("__metadata__")
t = {k: np.frombuffer(b[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]], "<f4").reshape(v["shape"])
     for k, v in head.items()}
assert (8 + n) % 64 == 0
C, W, b = (t["quantize.embedding" + s] for s in (".weight", "_proj.weight", "_proj.bias"))
assert C.shape == (32, 6) and W.shape == (6, 6) and b.shape == (6,)
Q = t["quantize.codebook"]
assert abs(C @ W.T + b - Q).max() < 1e-5
x = (np.load(sys.argv[1]) - t["transform.mu"]) / t["transform.scale"]
near = ((x[:, None] - Q[None]) ** 2).sum(2).argmin(1)
np.save("near.npy", near)
PY
	vq-encode -m m.vq --npy "$IN/x.npy" >codes.npy
	"$PYTHON" -c 'import numpy as np
a, b = np.load("near.npy"), np.load("codes.npy")[:, 0]
assert (a != b).mean() < 0.001, (a != b).sum()'
}

@test "a model says nothing of time, machine, path or threads" {
	mkdir secret-folder
	cp "$IN/x.npy" secret-folder/
	train -n none -o secret-folder/m.vq secret-folder/x.npy
	head -c 2000 secret-folder/m.vq | tr -d '\0' >top
	not grep -aE "secret|$(uname -n)|$PWD|x\.npy|threads|seconds|20[2-9][0-9]-" top
	sleep 1.1
	train -n none secret-folder/x.npy | cmp - secret-folder/m.vq
}

@test "--init takes a model and goes on from there" {
	train -n linear -d 4 --valid "$IN/y.npy" "$IN/x.npy" >a
	vq-train -q -s 20 -b 256 --init a --valid "$IN/y.npy" "$IN/x.npy" >b
	"$PYTHON" -c 'import sys
a, b = map(float, sys.argv[1:])
assert abs(a / b - 1) < 0.01, (a, b)' "$(meta a held_error)" \
		"$(meta b start_error)"
	[ "$(meta b d codes)" = '4 32' ]
	at_most "$(meta b held_error)" "$(meta b start_error)"
	fails 1 train --init missing "$IN/x.npy"
	stderr_has missing
	fails 1 train --init "$IN/images/1.png" "$IN/x.npy"
	stderr_has 1.png
	fails 1 train --init a "$IN/z.npy"
	stderr_has 'a: ' 5 6
	fails 1 train --init a "$IN/images"
	stderr_has 'a: '
}

@test "what --init FILE fixes is not silently overruled by an option" {
	train -n linear -d 4 "$IN/x.npy" >a
	for o in '-k 64' '-d 5' '-r 2' '-g 2' '-n none' ; do
		status=0
		vq-train -q -s 2 $o --init a "$IN/x.npy" >b 2>"$ERR" || status=$?
		[ "$status" -ne 0 ] || [ -s "$ERR" ] ||
			{ echo "$o was ignored without a word"; false; }
	done
}

@test "--init takes a foreign codebook, .npy or SimVQ's names" {
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(7)
C, W, b = r.normal(size=(40, 6)), r.normal(size=(6, 6)), r.normal(size=6)
np.save("C.npy", C.astype("f")); np.save("W.npy", W.astype("f"))
np.save("b.npy", b.astype("f")); np.save("Q.npy", (C @ W.T + b).astype("f"))'
	make_input tensors sim.st quantize.embedding.weight=C.npy \
		quantize.embedding_proj.weight=W.npy \
		quantize.embedding_proj.bias=b.npy
	make_input tensors one.st anything=Q.npy
	make_input tensors book.st codebook=Q.npy
	for f in Q.npy sim.st one.st book.st; do
		vq-train -q -n none -s 0 --init $f --valid "$IN/x.npy" \
			"$IN/x.npy" >m.vq
		[ "$(meta m.vq codes d)" = '40 6' ]
		# The start's error is that of the codebook in the file.
		"$PYTHON" - "$IN/x.npy" "$(meta m.vq start_error)" $f <<'PY'
import sys
import numpy as np
x, Q = np.load(sys.argv[1]), np.load("Q.npy")
error = ((x[:, None] - Q) ** 2).sum(2).min(1).mean() / x.var(0).sum()
assert abs(error / float(sys.argv[2]) - 1) < 0.05, (error, sys.argv[2:])
PY
		vq-train -q -n none -s 20 -b 256 --init $f "$IN/x.npy" >m.vq
		at_most "$(meta m.vq held_error)" "$(meta m.vq start_error)"
	done
}

@test "a codebook that does not fit or holds NaN is refused" {
	"$PYTHON" -c 'import numpy as np
x = np.random.default_rng(1).normal(size=(40, 5)).astype("f")
np.save("w5.npy", x)
x = np.zeros((40, 6), "f"); x[7, 2] = np.nan
np.save("nan.npy", x)
np.save("flat.npy", np.zeros(240, "f"))
np.save("none.npy", np.zeros((0, 6), "f"))'
	fails 1 train -n none --init w5.npy "$IN/x.npy" -o m.vq
	stderr_has w5.npy 5 6
	for f in nan flat none; do
		fails 1 train -n none --init $f.npy "$IN/x.npy" -o m.vq
		stderr_has $f.npy
	done
	not test -e m.vq
}

@test "gray and colour, alpha, another rate: what the options ask for" {
	make_input png gray.png 50 40 1 1
	make_input png alpha.png 50 40 4 2
	train -k 8 gray.png >m.vq
	[ "$(meta m.vq channels patch)" = '1 8' ]
	train -k 8 gray.png "$IN/images" >m.vq
	[ "$(meta m.vq channels)" = 3 ]
	train -k 8 --channels 1 "$IN/images" >m.vq
	[ "$(meta m.vq channels)" = 1 ]
	train -k 8 --alpha alpha.png >m.vq
	[ "$(meta m.vq channels)" = 4 ]
	train -k 8 --alpha --channels 1 alpha.png >m.vq
	[ "$(meta m.vq channels)" = 2 ]
	train -k 8 -p 4 gray.png >m.vq
	[ "$(meta m.vq patch)" = 4 ]
	train -k 8 "$IN/sounds" >m.vq
	[ "$(meta m.vq sample_rate patch)" = '8000 160' ]
	train -k 8 --sample-rate 16000 "$IN/sounds" >m.vq
	[ "$(meta m.vq sample_rate patch)" = '16000 320' ]
}

@test "d beyond a token's numbers is cut, and said" {
	vq-train -s 1 -k 8 -d 32 "$IN/x.npy" 2>"$ERR" >m.vq
	stderr_has 'd is 6'
	[ "$(meta m.vq d)" = 6 ]
}

@test "groups that d cannot be dealt into are refused" {
	fails 1 train -n none -g 7 "$IN/x.npy" -o m.vq
	stderr_has 7 6
	train -n none -g 6 "$IN/x.npy" -o m.vq
	[ "$(meta m.vq groups)" = 6 ]
}

@test "64k codes" {
	need_plain_build
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	make_input rows wide.npy 66000 4 1
	make_input rows v.npy 300 4 2
	vq-train -q -n none --init random -k 64k -s 3 -b 256 \
		--valid v.npy wide.npy -o m.vq
	[ "$(meta m.vq codes)" = 65536 ]
	vq-encode -m m.vq wide.npy | vq-stats -q --json >json
	"$PYTHON" -c 'import json
s = json.load(open("json"))
assert s["codes"] == 65536 and s["tokens"] == 66000 and s["used"] > 256, s'
}

@test "progress goes to a terminal only, and not under -q or TERM=dumb" {
	long="timeout 2.5 vq-train -n none -k 8 -b 64 -s 1000000000 $IN/x.npy"
	on="$PYTHON $BATS_TEST_DIRNAME/terminal.py e"
	TERM=xterm $on $long >shown || true
	grep -q '[0-9] *%' shown || { cat shown; false; }
	TERM=xterm $on ${long/1000000000/300000} >shown || true
	grep -q 'loss.*use' shown || { tr '\r' '\n' <shown | tail -n 3; false; }
	$long >out 2>said || true
	[ ! -s said ] || { cat said; false; }
	TERM=xterm $on $long -q >shown || true
	not grep -q % shown
	TERM=dumb $on $long >shown || true
	not grep -q % shown
}

@test "from random starts SimVQ keeps twice the codes of vq alive" {
	need_plain_build
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	for t in vq simvq; do
		vq-train -q -t $t --init random -k 1k -s 600 -b 2048 \
			"$DATA/images" -o $t.vq
		vq-encode -m $t.vq "$DATA/images" | vq-stats -q --json >$t.json
	done
	"$PYTHON" -c 'import json
vq, sim = (json.load(open(t + ".json")) for t in ("vq", "simvq"))
print("N", vq["tokens"], "live", vq["used"], sim["used"])
assert vq["codes"] == 1024 and sim["used"] >= 2 * vq["used"]'
}

@test "from the classical start SimVQ is no worse than k-means" {
	need_plain_build
	[ "${VQ_KERNEL:-}" != ref ] || skip 'slow on the plain kernel'
	vq-train -q -t kmeans -k 256 "$DATA/images" -o kmeans.vq
	vq-train -q -t simvq -k 256 -s 300 -b 2048 "$DATA/images" -o simvq.vq
	at_most "$(meta simvq.vq held_error)" \
		"$(meta kmeans.vq held_error)"
}
