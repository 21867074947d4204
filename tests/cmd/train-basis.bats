#!/usr/bin/env bats
# train-basis.bats - what SimVQ makes its codes with, and features of type lc.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
	"$PYTHON" - <<PY
import numpy as np
r = np.random.default_rng(1)
x = np.load("$IN/x.npy")
np.save("$IN/f.npy", (x[:40] @ r.normal(size=(6, 11)) * 3 + 1).astype("f4"))
np.save("$IN/thin.npy", r.normal(size=(32, 2)).astype("f4"))
PY
}

ways() {
	cat <<-'END'
		--basis linear
		--no-bias
		--basis mlp
		--basis mlp --no-bias --freeze-table
		--basis bridge
		--basis bridge --no-bias
		--basis cond -r 2
		--basis cond -r 3 --no-bias
		-t lc -r 2
	END
}

# formula OPTION ...: rows are coded and decoded as the model's tensors say.
formula() {
	train -n none "$@" "$IN/x.npy" >m.vq
	vq-encode -m m.vq --npy "$IN/x.npy" >codes.npy
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
	"$PYTHON" "$BATS_TEST_DIRNAME/basis.py" m.vq "$IN/x.npy" codes.npy \
		back.npy || { echo "$*"; false; }
}

@test "every basis codes by its formula, from the file alone" {
	ways | while read -r how; do
		formula $how
		formula $how --init random -l 0.01 -s 60
	done
}

@test "every basis trains, encodes, decodes; -j changes nothing" {
	ways | while read -r how; do
		for from in '' '--init random'; do
			train -j 1 -d 5 -g 2 $how $from "$IN/images" >m.vq
			train -j 2 -d 5 -g 2 $how $from "$IN/images" |
				cmp - m.vq || { echo "$how $from"; false; }
			vq-encode -m m.vq "$IN/images" >codes
			vq-decode -m m.vq -O out codes
			vq-stats -m m.vq codes >report
			[ -s report ]
			rm -r out
		done
	done
}

@test "bases and lc go with other searches" {
	for how in '--basis bridge' '--basis mlp' --no-bias; do
		for o in '--metric cosine' '--shared -r 2' '--lambda 0.01' \
			'--entropy-weight 0.1' '--estimator diveq' \
			'--estimator rotation'; do
			train $how $o "$IN/x.npy" >m.vq
			vq-encode -m m.vq "$IN/x.npy" |
				vq-decode -m m.vq --npy >back.npy
		done
	done
	train --basis cond -r 2 --metric cosine "$IN/x.npy" >m.vq
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
	train -t lc --shared -r 2 "$IN/x.npy" >m.vq
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
	train -t lc --estimator diveq "$IN/x.npy" >m.vq
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
}

@test "the bases learn differently, and a random start learns" {
	for how in '' --no-bias '--basis mlp' '--basis bridge'; do
		train --init random -l 0.01 -s 80 $how "$IN/x.npy" >m.vq
		"$PYTHON" - "$(meta m.vq held_error start_error)" <<'PY'
import sys
held, start = map(float, sys.argv[1].split())
assert held < 0.7 * start, sys.argv
PY
		meta m.vq held_error
	done | sort -u >errors
	[ "$(wc -l <errors)" -eq 4 ] || { cat errors; false; }
}

@test "codes of each group follow what that group leaves" {
	"$PYTHON" - <<'PY'
import numpy as np
r = np.random.default_rng(4)
g = r.integers(0, 8, 6000)            # eight heaps, each stretched its own way
way = r.normal(size=(8, 4))
x = 40 * r.normal(size=(8, 4))[g] + way[g] * r.normal(size=(6000, 1))
np.save("heaps.npy", (x + 0.01 * r.normal(size=x.shape)).astype("f4"))
PY
	for b in linear cond; do
		train -n none -k 8 -r 2 -s 600 -l 0.003 --basis $b \
			heaps.npy >$b.vq
	done
	at_most "$(meta cond.vq held_error)" "$("$PYTHON" -c "print(
		0.7 * $(meta linear.vq held_error))")"
}

@test "metadata and tensors say what there is" {
	train "$IN/x.npy" >m.vq
	not grep -q '"basis"\|"bias"' m.vq
	train --basis mlp --no-bias "$IN/x.npy" >m.vq
	[ "$(meta m.vq basis bias)" = 'mlp 0' ]
	train --basis bridge "$IN/x.npy" >m.vq
	[ "$(meta m.vq basis)" = bridge ]
	vq-stats --list m.vq >list
	grep -q quantize.codebook list
	not grep -q embedding list
	train --basis cond -r 2 "$IN/x.npy" >m.vq
	vq-stats --list m.vq >list
	grep -q 'quantize.1.variant U32 \[32\]' list
	grep -q 'quantize.1.codebook F32 \[512,' list
}

@test "a model of every basis is gone on with, its codes as they were" {
	ways | while read -r how; do
		train $how "$IN/x.npy" >m.vq
		train -s 0 --no-settle --continue m.vq "$IN/x.npy" >n.vq
		for m in m n; do
			vq-encode -m $m.vq --npy "$IN/y.npy" >$m.npy
		done
		cmp m.npy n.npy || { echo "$how"; false; }
	done
}

@test "options that mean nothing are wrong usage" {
	fails 2 vq-train --basis cond "$IN/x.npy"
	stderr_has '-r 2'
	fails 2 vq-train --basis cond -r 2 --shared "$IN/x.npy"
	for o in '--basis mlp' --no-bias; do
		fails 2 vq-train -t vq $o "$IN/x.npy"
		stderr_has ${o% *} simvq
	done
	fails 2 vq-train --basis cubic "$IN/x.npy"
	train --basis cond -r 2 "$IN/x.npy" >m.vq
	fails 1 vq-encode --beam 4 -m m.vq "$IN/x.npy"
	stderr_has beam
	fails 1 train --init m.vq "$IN/x.npy"
	stderr_has m.vq cond
	train "$IN/x.npy" >m.vq
	fails 1 train --init m.vq --basis cond "$IN/x.npy"
}

@test "lc takes its features as they are, and only W and b learn" {
	vq-train -q -t lc --init "$IN/f.npy" -s 60 -b 256 -n none "$IN/x.npy" \
		>m.vq
	[ "$(meta m.vq codes init)" = '40 features' ]
	make_input tensor m.vq quantize.embedding.weight >got
	"$PYTHON" -c "import numpy as np
np.load('$IN/f.npy').tofile('want')"
	cmp got want
	formula -t lc --init "$IN/f.npy" -k 40
	formula -t lc --init "$IN/f.npy" -k 40 -r 2
	formula -t lc --init "$IN/thin.npy"
	train -t lc --init "$IN/f.npy" -k 40 -g 2 "$IN/x.npy" >m.vq
	vq-encode -m m.vq "$IN/x.npy" | vq-decode -m m.vq --npy >back.npy
}

@test "features of the data serve, as soon as W is learned" {
	vq-train -q -t lc --init "$IN/f.npy" -s 400 -b 512 -l 0.01 -n none \
		"$IN/x.npy" >lc.vq
	vq-train -q -t kmeans -k 40 -n none "$IN/x.npy" >km.vq
	at_most "$(meta lc.vq held_error)" "$("$PYTHON" -c "print(
		1.5 * $(meta km.vq held_error))")"
}

@test "what are no features is refused, and named" {
	fails 1 train -t lc --init "$IN/f.npy" "$IN/x.npy"
	stderr_has '-k 32' 40 f.npy
	fails 1 train -t lc --init none.npy "$IN/x.npy"
	stderr_has none.npy
	train -r 2 "$IN/x.npy" >two.vq
	fails 1 train -t lc --init two.vq "$IN/x.npy"
	stderr_has two.vq '2 codebooks'
	"$PYTHON" -c "import numpy as np
np.save('nan.npy', np.array([[1, 2], [np.nan, 3]], 'f4'))"
	fails 1 vq-train -t lc --init nan.npy "$IN/x.npy"
	stderr_has nan.npy
}

@test "a model says whether its table was frozen" {
	train -n none --freeze-table "$IN/x.npy" >frozen
	[ "$(meta frozen freeze_table)" = 1 ]
	train -n none "$IN/x.npy" >free
	not grep -aq freeze_table free
}
