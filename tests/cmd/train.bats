#!/usr/bin/env bats
# train.bats - vq-train: what it learns from, what it refuses, that it is the
# same for any -j.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
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

@test "the types are listed, and those listed are the choices" {
	clean vq-train --list-types -o nothing >list
	[ ! -e nothing ]
	awk -F '  +' 'NF != 5 { exit 1 }' list
	choices=$(vq-train --help | tr '\n' ' ' | tr -s ' ' |
		sed 's/.*--type TYPE quantizer: \([^(]*\) (.*/\1/;s/ //g')
	[ "$(awk 'NR > 1 { print $1 }' list | paste -sd,)" = "$choices" ]
	fails 1 sh -c 'vq-train --list-types >/dev/full'
}

@test "the types that learn by gradient learn differently" {
	for t in simvq vq 'simvq --freeze-table'; do
		train -t $t --log log -f "$IN/x.npy" >/dev/null
		tail -n 1 log | grep -o '"loss":[^,]*'
	done | sort -u >losses
	[ "$(wc -l <losses)" -eq 3 ] || { cat losses; false; }
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
	stderr_has 4096 496 # places within bands of 8 rows
	nothing_left
	# Shifted grids make 72 tokens enough for more codes.
	vq-train -k 100 -s 0 -o m.vq "$IN/images/1.png" 2>said
	grep -q 'tokens for 100 codes: shifted patch grids fill in' said
	rm m.vq said
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
	# Shifted grids count: 64 codes, but 4 pictures have 220 tokens.
	vq-train -k 64 -s 1 "$IN/images" >/dev/null 2>"$ERR"
	not grep warning "$ERR"
	vq-train -k 128 -s 1 "$IN/images/1.png" >/dev/null 2>"$ERR"
	stderr_has warning 128
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

@test "small numbers train as large ones do, those that overflow are refused" {
	"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
np.save("small.npy", x * np.float32(2.0**-70))
np.save("far.npy", x * np.float32(1e30))
np.save("end.npy", np.sign(x) * np.float32(3.4e38))' "$IN/y.npy"
	train "$IN/y.npy" >m.vq
	train small.npy >small.vq
	[ "$(meta m.vq start_error held_error train_error saved_step)" = \
		"$(meta small.vq start_error held_error train_error saved_step)" ]
	fails 1 train end.npy
	stderr_has 'single precision'
	for t in kmeans 'vq --init random' lfq; do
		train -t $t "$IN/y.npy" >m.vq
		fails 1 vq-train -q -s 2 --continue m.vq far.npy
		stderr_has 'too far to compute with'
		fails 1 vq-train -q -s 2 --continue m.vq --valid far.npy "$IN/y.npy"
		stderr_has 'too far to compute with'
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

@test "weights beside rows count, unless they are all one or not wanted" {
	"$PYTHON" -c 'import numpy as np
w = np.arange(3000) % 3
np.save("w.npy", w); np.save("one.npy", np.ones(3000))
np.save("below.npy", w - 0.5)'
	make_input tensors x "x=$IN/x.npy"
	make_input tensors xw "x=$IN/x.npy" w=w.npy
	make_input tensors ones "x=$IN/x.npy" w=one.npy
	make_input tensors below "x=$IN/x.npy" w=below.npy
	train x >x.vq
	train ones | cmp - x.vq
	train --no-weights xw | cmp - x.vq
	train --no-weights below | cmp - x.vq
	for how in '' '-n none -t kmeans' '--init random' '--buffer 8k' \
		'--init data -r 2 -g 2 -d 6'; do
		train -j 1 $how xw >one
		[ "$(meta one weights held_tokens train_tokens)" = \
			'w 200 1800' ]
		train -j 3 $how xw | cmp - one
		not cmp -s one x.vq
	done
	vq-train -k 8 -s 0 xw -o m.vq 2>said
	grep -q 'weighed by their tensor w' said
	"$PYTHON" -c 'import numpy as np
np.save("few.npy", np.ones(10)); np.save("scalar.npy", np.float32(2))'
	for few in few scalar; do
		make_input tensors few "x=$IN/x.npy" w=$few.npy
		fails 1 train few
		stderr_has 'few: tensor "w"' no-weights
		train --no-weights few | cmp - x.vq
	done
	fails 1 train below
	stderr_has 'below: tensor "w": row 0 has weight -0.5'
}

@test "a model and its log are two files" {
	fails 2 vq-train -s 0 -k 4 -o m.vq --log m.vq "$IN/x.npy"
	stderr_has '-o and --log'
	nothing_left
}
