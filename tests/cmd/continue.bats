#!/usr/bin/env bats
# continue.bats - vq-train --continue: what is kept of a model, and what is said
# of its codes.
# Options in one word are split on purpose.
# shellcheck disable=SC2046,SC2086
load helper
load train

setup_file() {
	make_inputs
	export OLD=$BATS_FILE_TMPDIR/old.vq
	vq-train -q -k 64 -d 16 -s 100 -b 512 -o "$OLD" \
		"$DATA"/images/{brick,camera,chelsea}.png
}

new_images() {
	echo "$DATA"/images/{coast,coffee,tulips}.png
}

# go_on ...: with the old model on the other photographs, quickly.
go_on() {
	vq-train -q -s 20 -b 512 --continue "$OLD" "$@" $(new_images)
}

codes() {
	vq-encode -m "$1" "$DATA/images/coast.png" | vq_data_hash
}

@test "without a step it is the old model: same tensors, same codes, no churn" {
	go_on -s 0 --no-settle -o new.vq
	vq_data_hash <"$OLD" >a
	vq_data_hash <new.vq | cmp - a
	[ "$(meta new.vq churn train_churn drift)" = '0 0 0' ]
	vq-encode -m new.vq "$DATA/images/coast.png" |
		vq-decode -m "$OLD" --format png >b.png
	[ -s b.png ]
	codes "$OLD" >a
	codes new.vq | cmp - a
}

@test "churn is the share of tokens whose code changed, and is told" {
	vq-train -s 60 -b 512 --continue "$OLD" --log log --last --no-settle \
		--valid "$DATA/images/camera.png" -o new.vq $(new_images) \
		2>said
	[ "$(meta new.vq churn_on)" = valid ]
	for m in "$OLD" new.vq; do
		vq-encode -m "$m" --npy "$DATA/images/camera.png" >"${m##*/}.npy"
	done
	"$PYTHON" - "$(meta new.vq churn)" <<'PY'
import json, sys
import numpy as np
a, b = np.load("old.vq.npy").ravel(), np.load("new.vq.npy").ravel()
churn = (a != b).mean()
assert 0 < churn < 1 and abs(churn - float(sys.argv[1])) < 1e-6, churn
p, q = (np.bincount(x, minlength=64) / len(x) for x in (a, b))
h = lambda p: -(p[p > 0] * np.log2(p[p > 0])).sum()
drift = (h((p + q) / 2) - (h(p) + h(q)) / 2) ** 0.5
last = json.loads(open("log").readlines()[-1])
assert abs(last["drift"] - drift) < 1e-6, (last, drift)
assert abs(last["churn"] - churn) < 1e-6, (last, churn)
lines = [json.loads(l) for l in open("log")]
assert lines[0]["churn"] == 0 and last["held_error"] > 0
PY
	grep -q 'codes changed: .* --valid tokens, drift' said
	grep -q 'codes changed: .* training tokens, drift' said
	[ "$(meta new.vq continued_from)" = \
		"$(meta new.vq continued_from | grep -x '[0-9a-f]\{16\}')" ]
}

@test "the same for any -j, and any type goes on" {
	for t in simvq vq ema kmeans; do
		go_on -t $t -j 1 >one
		go_on -t $t -j 2 | cmp - one
		[ "$(meta one type)" = $t ]
		rm one
	done
}

@test "with a larger -k old codes keep their numbers and new ones come behind" {
	go_on -k 256 -s 0 --no-settle -o new.vq
	[ "$(meta new.vq codes)" = 256 ]
	"$PYTHON" - "$OLD" new.vq "$(meta new.vq train_split)" <<'PY'
import json, struct, sys
import numpy as np
def load(path):
    b = open(path, "rb").read()
    n = struct.unpack("<Q", b[:8])[0]
    head = json.loads(b[8:8 + n])
    return {k: np.frombuffer(b, "<f4", np.prod(v["shape"], dtype=int),
                             8 + n + v["data_offsets"][0]).reshape(v["shape"])
            for k, v in head.items() if k != "__metadata__"}
old, new = load(sys.argv[1]), load(sys.argv[2])
for name in old:
    assert (new[name][:len(old[name])] == old[name]).all(), name
C, W, b = (new["quantize." + x] for x in
           ("embedding.weight", "embedding_proj.weight", "embedding_proj.bias"))
assert np.allclose(C @ W.T + b, new["quantize.codebook"], atol=1e-5)
assert float(sys.argv[3]) > 0.1
PY
	# Old streams: refused, but for --any-model, which gives what they were.
	vq-encode -m "$OLD" "$DATA/images/coast.png" >old.codes
	fails 1 vq-decode -m new.vq old.codes
	vq-decode -m "$OLD" old.codes >a.png
	vq-decode -m new.vq --any-model old.codes 2>/dev/null | cmp - a.png
	# And it learns on, all columns of it.
	go_on -k 256 --log log -f -o new.vq
	[ "$(tail -n 1 log | grep -c '"codes":256,')" -eq 1 ]
	train -n none -r 2 -g 2 -k 16 -o four.vq "$IN/x.npy"
	vq-train -q -k 40 -s 20 -b 256 --continue four.vq -j 1 "$IN/y.npy" >one
	vq-train -q -k 40 -s 20 -b 256 --continue four.vq -j 2 "$IN/y.npy" |
		cmp - one
	[ "$(meta one split_columns | tr ',' '\n' | wc -l)" -eq 4 ]
}

@test "--anchor holds codes: the larger, the less churn; -j does not matter" {
	"$PYTHON" -c 'import numpy as np
x = np.load("'"$IN"'/x.npy")
np.save("new.npy", (1.3 * x + 0.4).astype("f"))'
	train -n none -k 32 -s 100 -o rows.vq "$IN/x.npy"
	for a in 0 1 30 1000; do
		vq-train -q -n none -s 150 -b 256 -l 1e-2 --last --no-settle \
			--anchor $a --continue rows.vq --valid new.npy \
			-o "at$a.vq" new.npy
		meta "at$a.vq" churn
	done >shares
	sort -rg shares | cmp - shares
	at_most "$(tail -n 1 shares)" 0.02
	at_most 0.05 "$(head -n 1 shares)"
	[ "$(meta at30.vq anchor)" = 30 ]
	for t in simvq vq ema cvq; do
		go_on -t $t --anchor 2 -j 1 >one
		go_on -t $t --anchor 2 -j 2 | cmp - one
		rm one
	done
	go_on --anchor 0 >one
	go_on | cmp - one
	fails 2 vq-train --anchor 1 -o m.vq new.npy
	stderr_has --anchor --continue
	fails 1 go_on -t kmeans --anchor 1 -o m.vq
	stderr_has --anchor kmeans
	not test -e m.vq
}

@test "a collapsed vq model goes on as simvq: more codes in use, less error" {
	set -- "$DATA"/images/{brick,chelsea}.png
	vq-train -q -t vq --init random -k 512 -d 16 -s 100 -b 512 -o dead.vq "$@"
	for t in vq simvq; do
		vq-train -q -t $t -l 1e-2 -s 200 -b 512 --last --no-settle \
			--continue dead.vq -o $t.vq "$@"
		vq-encode -m $t.vq "$@" | vq-stats --json >$t.json
	done
	"$PYTHON" - <<'PY'
import json
def used(path):
    found = []
    def walk(x):
        if isinstance(x, dict):
            if "used" in x:
                found.append(x["used"])
            for v in x.values():
                walk(v)
        elif isinstance(x, list):
            for v in x:
                walk(v)
    walk(json.load(open(path)))
    return found[0]
print(used("vq.json"), used("simvq.json"))
assert used("simvq.json") > 1.1 * used("vq.json")
PY
	at_most "$(meta simvq.vq train_error)" "$(meta vq.vq train_error)"
}

@test "what cannot be gone on with is refused, and why is said" {
	fails 2 go_on --init random -o new.vq
	stderr_has --continue --init
	"$PYTHON" -c 'import numpy as np
np.save("q.npy", np.random.default_rng(1).normal(size=(40, 6)).astype("f"))'
	fails 1 train --continue q.npy "$IN/x.npy" -o new.vq
	stderr_has q.npy --init
	fails 1 train --continue gone.vq "$IN/x.npy" -o new.vq
	stderr_has gone.vq
	fails 1 vq-train --continue "$OLD" -o new.vq "$IN/x.npy"
	stderr_has old.vq rows 'takes images'
	fails 1 vq-train --continue "$OLD" -o new.vq "$IN/sounds"
	stderr_has 'old.vq: a sound, but the model takes images'
	not stderr_has 'd is'
	fails 1 go_on -k 32 -o new.vq
	stderr_has old.vq 32 64 shrink
	fails 1 go_on -d 5 -o new.vq
	stderr_has old.vq 5 16
	for how in --continue --init; do
		fails 1 train -s 1 $how "$OLD" -k 64 -p 16 -o new.vq $(new_images)
		stderr_has old.vq -p 16 8
		fails 1 train -s 1 $how "$OLD" -k 64 --channels 1 -o new.vq \
			$(new_images)
		stderr_has old.vq --channels
		train -s 1 $how "$OLD" -k 64 -p 8 --channels 3 -o same.vq \
			$(new_images)
		rm same.vq
	done
	train -p 64 --sample-rate 8000 "$IN/sounds/1.wav" -o sound.vq
	fails 1 train --init sound.vq --sample-rate 16000 "$IN/sounds/1.wav" \
		-o new.vq
	stderr_has sound.vq --sample-rate 16000 8000
	not test -e new.vq
}

@test "options that do not go with the model's own type are refused" {
	# refused OPTIONS-IN-ONE-WORD WORD ...: with the model m.vq.
	refused() {
		fails 1 train -s 3 --continue m.vq $1 -o new.vq "$IN/x.npy"
		shift
		stderr_has m.vq "$@"
	}
	for t in fc fsq; do
		train -n none -t $t -s 3 -f -o m.vq "$IN/x.npy"
		refused '--lambda 0.01' --lambda $t
		refused '--metric cosine' --metric $t
		refused '--estimator rotation' --estimator $t
		refused '--entropy-weight 0.1' --entropy-weight $t
	done
	train -n none -t kmeans -s 3 -f -o m.vq "$IN/x.npy"
	refused '--estimator diveq' --estimator kmeans
	refused '--basis mlp' --basis simvq
	refused --no-bias --no-bias simvq
	refused '--code-dim 4' --code-dim kmeans
	train -n none -r 2 --basis cond -s 3 -f -o m.vq "$IN/x.npy"
	refused '--lambda 0.01' --lambda cond
	refused '--entropy-weight 0.1' --entropy-weight cond
	train -n none --lambda 0.02 -s 3 -f -o m.vq "$IN/x.npy"
	refused '--entropy-weight 0.1' --lambda --entropy-weight
	refused '-t cvq' --lambda cvq
	train -n none --metric cosine -s 3 -f -o m.vq "$IN/x.npy"
	refused '--entropy-weight 0.1' --metric --entropy-weight
	train -n none -r 2 --shared -s 3 -f -o m.vq "$IN/x.npy"
	refused '--basis cond' --shared cond
	fails 1 train -s 3 --init m.vq --basis cond -o new.vq "$IN/x.npy"
	stderr_has m.vq --shared cond
	train -n none -t fc --code-dim 3 -s 3 -f -o m.vq "$IN/x.npy"
	refused '--code-dim 4' --code-dim 4 3
	train -s 3 --continue m.vq --code-dim 3 -o new.vq "$IN/x.npy"
}

@test "--metric is heeded where it is given, else it is the model's" {
	metric() {
		grep -ao '"metric":"[a-z0-9]*"' "$1" || echo none
	}
	train -n none -s 3 -o l2.vq "$IN/x.npy"
	train -n none -s 3 --metric cosine -o cosine.vq "$IN/x.npy"
	[ "$(metric cosine.vq)" = '"metric":"cosine"' ]
	for m in l2 cosine; do
		for to in l2 cosine; do
			train -s 3 --continue $m.vq --metric $to "$IN/x.npy" >new
			[ "$(metric new)" = "$(metric $to.vq)" ]
		done
		train -s 3 --continue $m.vq "$IN/x.npy" >new
		[ "$(metric new)" = "$(metric $m.vq)" ]
	done
}
