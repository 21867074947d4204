#!/usr/bin/env bats
# train-model.bats - vq-train: what a model is judged on, starts from, holds.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
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
	# The net that --help names is none for it, and it says so.
	vq-train -s 0 --init Q.npy "$IN/x.npy" 2>said >m.vq
	grep -q 'init Q.npy: a codebook of vectors as they are: -n none' said
	[ "$(meta m.vq net)" = none ]
	vq-train -n none -s 0 --init Q.npy "$IN/x.npy" 2>said >m.vq
	not grep -q 'n none' said
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
	fails 1 train -n none -k 40 --init w5.npy "$IN/x.npy" -o m.vq
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

@test "fc says where a code has fewer numbers than --code-dim" {
	for o in '-d 4' '--code-dim 7'; do
		vq-train -n none -t fc -k 8 -s 1 $o "$IN/x.npy" >m.vq 2>said
		grep -q 'a code has 6 numbers: --code-dim is no more' said
	done
	vq-train -n none -t fc -k 8 -s 1 --code-dim 6 "$IN/x.npy" >m.vq 2>said
	not grep code-dim said
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

# late COMMAND...: its timeout must end it, so that it was still at work.
late() {
	local status=0
	"$@" || status=$?
	[ "$status" = 124 ] || { echo "status $status, not 124: $*" >&2; false; }
}

@test "progress goes to a terminal only, and not under -q or TERM=dumb" {
	long="vq-train -j 1 -n none -k 8 -b 64 -s 1000000000 -o m.vq $IN/x.npy"
	on="$PYTHON $BATS_TEST_DIRNAME/terminal.py e"
	TERM=xterm UNTIL='[0-9] *%' $on $long >shown || { cat shown; false; }
	TERM=xterm UNTIL='loss.*use' $on ${long/1000000000/300000} >shown
	grep -q 'loss.*use' shown || { tr '\r' '\n' <shown | tail -n 3; false; }
	# Long enough for two of its lines.
	late timeout 1.5 $long >out 2>said
	[ ! -s said ] || { cat said; false; }
	TERM=xterm late $on timeout 1.5 $long -q >shown
	not grep -q % shown
	TERM=dumb late $on timeout 1.5 $long >shown
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
