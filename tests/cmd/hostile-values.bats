#!/usr/bin/env bats
# hostile-values.bats - numbers that one may stumble over: an answer or an
# error, never NaN.
load helper

TYPES='simvq vq ema cvq fc fsq lfq kmeans'

setup_file() {
	local python=${PYTHON:-/usr/bin/python3}
	export V=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' 2>/dev/null || return 0
	cd "$V" && "$python" "$BATS_TEST_DIRNAME/hostile_values.py"
}

finite() {
	"$PYTHON" "$BATS_TEST_DIRNAME/hostile_values.py" finite "$@"
}

# Done, or refused with words; not killed.
any() {
	status=0
	"$@" 2>"$ERR" || status=$?
	[ "$status" = 0 ] || { [ "$status" = 1 ] && [ -s "$ERR" ]; } || {
		echo "status $status of: $*"
		return 1
	}
}

train() { # TYPE INPUT OPTION...
	timeout 30 vq-train -q -j 1 -t "$1" -n none -s 3 -b 16 -f -o \
		"$1.${2##*/}.vq" "${@:3}" "$2"
}

# With the names of all that was made to finite.
through() { # MODEL INPUT
	vq-encode -j 1 -m "$1" "$2" >"$1.codes"
	vq-decode -j 1 -m "$1" --npy "$1.codes" >"$1.back"
	vq-stats -q -j 1 "$1.codes" >"$1.report"
}

@test "every type learns from what is odd, and gives it back" {
	need_numpy
	for t in $TYPES; do
		for f in "$V"/ok-*; do
			train "$t" "$f" -k 4 -d 1
		done
		through "$t.ok-scales.npy.vq" "$V/ok-scales.npy"
		through "$t.ok-1e37.npy.vq" "$V/ok-1e37.npy"
		through "$t.ok-two.npy.vq" "$V/ok-two.npy"
	done
	finite ./*.vq ./*.back
}

@test "one code, a start at random, one step" {
	need_numpy
	for t in $TYPES; do
		for f in fine constant two d1; do
			[ "$t" = kmeans ] ||
				train "$t" "$V/ok-$f.npy" -k 2 -d 1 --init random
		done
		any train "$t" "$V/ok-fine.npy" -k 1
	done
	finite ./*.vq
}

@test "few rows, and numbers at the end of what floats hold: an answer or words" {
	need_numpy
	for t in $TYPES; do
		for f in "$V"/any-*; do
			any train "$t" "$f" -k 2
		done
	done
	finite ./*.vq
}

@test "what is no number, and nothing at all, is refused by all commands" {
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" rows 4 m.vq
	: >empty
	for f in "$V"/bad-{nan,inf,nocolumns,scalar}.npy empty; do
		for c in 'vq-train -q -n none -k 2 -s 1' 'vq-encode -m m.vq' \
			'moe-route --router hash -E 2' 'vq-stats'; do
			# shellcheck disable=SC2086
			fails 1 timeout 20 $c "$f"
			stderr_has "${f##*/}: "
		done
	done
	fails 1 vq-train -q -n none -k 2 "$V/bad-norows.npy"
	stderr_has 'no vectors'
	# A valid stream without rows is none of these: there is nothing to do.
	vq-encode -m m.vq "$V/bad-norows.npy" >codes
	clean vq-decode -m m.vq codes >back
	vq-stats -q codes >report
	moe-route --router hash -E 2 "$V/bad-norows.npy" >routes
	vq-stats -q routes >report
	vq-encode -m m.vq </dev/null >codes 2>err && false
	grep -q 'stdin: empty input' err
}

@test "a double that is no float is not called infinity" {
	need_numpy
	"$PYTHON" - <<-'END'
	import numpy as np
	x = np.zeros((9, 4))
	x[5, 2] = 1e300
	np.save("wide.npy", x)
	x[3, 1] = np.nan
	np.save("nan.npy", x)
	END
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" rows 4 m.vq
	for c in 'vq-train -q -n none -k 2 -s 1' 'vq-encode -m m.vq' \
		'moe-route --router hash -E 2' vq-stats; do
		# shellcheck disable=SC2086
		fails 1 $c wide.npy
		stderr_has 'row 5' 'a number beyond what a float holds'
		# shellcheck disable=SC2086
		fails 1 $c nan.npy
		stderr_has 'row 3' 'NaN or infinity'
	done
}

@test "images of one pixel, sounds of one sample and of none" {
	need_numpy
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" image 8 1 i.vq
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" audio 160 8000 a.vq
	"$PYTHON" "$BATS_TEST_DIRNAME/hostile.py" png 1 1 one.png
	for n in 0 1; do
		"$PYTHON" -c 'import sys, wave
with wave.open("s%s.wav" % sys.argv[1], "wb") as w:
    w.setparams((1, 2, 8000, 0, "NONE", ""))
    w.writeframes(bytes(2 * int(sys.argv[1])))' $n
		vq-encode -m a.vq s$n.wav | vq-decode -m a.vq >back.wav
		vq-stats --list back.wav | grep -qF "[$n,1]"
	done
	vq-encode -m i.vq one.png | vq-decode -m i.vq >back.png
	vq-stats --list back.png | grep -qF '[1,1,1]'
	any timeout 30 vq-train -q -k 2 -s 1 one.png >m
	any timeout 30 vq-train -q -k 2 -s 1 s1.wav >m
	fails 1 vq-train -q -k 2 -s 1 s0.wav
}

@test "routers of experts learn from odd rows, or say why not" {
	need_numpy
	"$PYTHON" - "$V" "$BATS_TEST_DIRNAME" <<-'END'
	import glob, os, sys, numpy as np
	v, here = sys.argv[1:]
	sys.argv[1:] = ["none"]
	sys.path.insert(0, here)
	import hostile
	for f in glob.glob(v + "/ok-*.npy") + [v + "/bad-nan.npy"]:
	    x = np.atleast_2d(np.load(f).T).T
	    t = {"x": x, "y": (np.arange(len(x)) % 2).astype("<i8")}
	    name = os.path.basename(f)[:-4] + ".rec"
	    hostile.write(name, hostile.record(t, {"item": name}))
	END
	for r in vqmoe vq softmax cosine stable biased hash random kmeans; do
		for f in ok-constant ok-1e37 ok-two ok-denormal; do
			any timeout 30 moe-train -q -j 1 -s 20 -b 16 --router $r -E 2 \
				--hidden 4 -o "$r.$f.moe" $f.rec
		done
	done
	fails 1 moe-train -q -s 5 -E 2 -o x bad-nan.rec
	stderr_has 'bad-nan.rec: '
	finite ./*.moe
	[ "$(find . -name "*.moe" | wc -l)" -gt 20 ]
}

# Each is worth a number that is no float any more.
@test "latents and samples beyond what a float holds are an error, wherever a model is used" {
	need_numpy
	local beyond='beyond what a float holds'
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" rows 4 m.vq
	change() { "$PYTHON" "$BATS_TEST_DIRNAME/hostile_values.py" set "$@"; }
	change m.vq transform.scale 1e-38 small.vq
	change m.vq transform.scale 1e-45 none.vq
	change m.vq transform.scale 3e38 large.vq
	"$PYTHON" -c 'import numpy as np
x = np.zeros((9, 4), "<f4")
np.save("zero.npy", x)
x[7] = 50
np.save("big.npy", x)'
	vq-train -q -t kmeans -n none -k 4 -s 1 --context 4 -o k.vq \
		"$V/ok-fine.npy"
	change k.vq transform.scale 1e-38 costly.vq
	for o in 'small.vq --npy' 'small.vq --latents' 'costly.vq --lambda=1'; do
		rm -rf out
		# shellcheck disable=SC2086
		fails 1 vq-encode -O out -m $o big.npy zero.npy
		stderr_has "big.npy: row 7 (counted from 0): its latents are $beyond"
		[ "$(cd out && echo *)" = "$(cd out && echo zero.*)" ]
	done
	fails 1 vq-encode -m none.vq zero.npy
	stderr_has 'none.vq: transform.scale is 1.4013e-45'
	fails 1 vq-stats --errors -m small.vq big.npy
	stderr_has "big.npy: row 7 (counted from 0): its latents are $beyond"
	moe-route -m k.vq -E 2 big.npy >routes
	fails 1 moe-route -m costly.vq -E 2 big.npy
	stderr_has 'big.npy: row 7 '
	vq-train -q -t fc -n none -d 2 -k 4 -s 1 -o f.vq "$V/ok-fine.npy"
	change f.vq quantize.project_in.weight 3e38 o.vq
	fails 1 vq-encode -m o.vq zero.npy
	stderr_has 'o.vq: ' 'project_in' 'no float holds'
	vq-encode -m m.vq big.npy >codes
	fails 1 vq-decode --any-model -m large.vq codes
	stderr_has "row 7 (counted from 0): what its codes stand for is $beyond"

	vq-train -q -n conv -k 4 -s 1 --width 8 --depth 1+1 -o c.vq \
		"$DATA/images/brick.png"
	for t in encoder.weight encoder.conv.in.weight encoder.conv.norm.weight; do
		change c.vq $t 3e38 o.vq
		fails 1 vq-encode -m o.vq "$DATA/images/brick.png"
		stderr_has "row 0 of tokens (counted from 0): its latents are $beyond"
	done
	vq-encode -m c.vq "$DATA/images/brick.png" >codes
	change c.vq decoder.weight 3e38 o.vq
	fails 1 vq-decode --any-model -m o.vq codes
	stderr_has "row 0 of tokens (counted from 0): what its codes stand for"
}
