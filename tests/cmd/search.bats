#!/usr/bin/env bats
# search.bats - vq-train --metric, --lambda and --shared: how codes are chosen.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
	cd "$IN" || return
	train -r 2 --metric cosine x.npy -o cosine.vq
	train -r 2 --lambda 0.02 x.npy -o lambda.vq
	train -r 3 -g 2 --shared x.npy -o shared.vq
	train -r 2 -g 2 -t vq --shared --metric cosine --lambda 0.02 x.npy -o all.vq
	train -n none x.npy -o plain.vq
}

# entropy MODEL INPUT [LAMBDA]: by search.py, which checks every code.
entropy() {
	vq-encode ${3:+--lambda $3} --npy -m "$1" "$2" >codes.npy
	"$PYTHON" "$BATS_TEST_DIRNAME/search.py" "$1" "$2" codes.npy ${3:-}
}

@test "every code is the one of the formula, by the model file alone" {
	local m
	for m in cosine lambda shared all plain; do
		entropy "$IN/$m.vq" "$IN/y.npy"
		vq-encode -j 1 --npy -m "$IN/$m.vq" "$IN/y.npy" | cmp - codes.npy
		VQ_KERNEL=ref vq-encode --npy -m "$IN/$m.vq" "$IN/y.npy" |
			cmp - codes.npy
	done
}

@test "metadata say how, and only where it is not the default" {
	[ "$(meta "$IN/cosine.vq" metric)" = cosine ]
	[ "$(meta "$IN/lambda.vq" lambda)" = 0.0199999996 ]
	[ "$(meta "$IN/shared.vq" shared)" = 1 ]
	train -n none --metric l2 --lambda 0 "$IN/x.npy" | cmp - "$IN/plain.vq"
	for key in metric lambda shared; do
		not grep -aq "\"$key\"" "$IN/plain.vq"
	done
	grep -aq 'quantize.1.bits' "$IN/lambda.vq"
	not grep -aq 'bits"' "$IN/cosine.vq"
	not grep -aq 'quantize.2' "$IN/shared.vq"
}

@test "every plain type trains so, the same for any -j, and round trips" {
	local t o
	for t in simvq vq ema kmeans; do
		for o in '--metric cosine' '--lambda 0.02' '--shared'; do
			train -t $t -r 2 -s 5 $o -j 1 "$IN/x.npy" -o a.vq -f
			train -t $t -r 2 -s 5 $o -j 3 "$IN/x.npy" | cmp - a.vq
			vq-encode -m a.vq "$IN/y.npy" >y.codes
			vq-decode -m a.vq --npy y.codes >y.npy
			vq-decode -m a.vq --stages 1 --npy y.codes >one.npy
			not cmp -s y.npy one.npy
			vq-stats -q -m a.vq y.codes | grep -q '^total'
			entropy a.vq "$IN/y.npy" >/dev/null
		done
	done
}

@test "vq-encode --lambda: more of it, less entropy; 0 is the nearest code" {
	local was=99 now
	for x in 0 0.01 0.05 0.3; do
		now=$(entropy "$IN/lambda.vq" "$IN/x.npy" $x)
		echo "$x $now"
		at_most "$now" "$was"
		not [ "$now" = "$was" ]
		was=$now
	done
	vq-encode -m "$IN/lambda.vq" "$IN/x.npy" >own
	vq-encode --lambda 0.0199999996 -m "$IN/lambda.vq" "$IN/x.npy" | cmp - own
	vq-encode --lambda 0 --beam 4 -m "$IN/lambda.vq" "$IN/x.npy" >/dev/null
	fails 1 vq-encode --lambda 0.1 -m "$IN/plain.vq" "$IN/x.npy"
	stderr_has plain.vq lambda bits
	fails 2 vq-encode --lambda 0.1 --latents -m "$IN/lambda.vq" "$IN/x.npy"
	fails 2 vq-encode --lambda -1 -m "$IN/lambda.vq" "$IN/x.npy"
	fails 2 vq-encode --lambda nan -m "$IN/lambda.vq" "$IN/x.npy"
}

@test "a beam refuses codes that are not chosen by distance, and says why" {
	fails 1 vq-encode --beam 4 -m "$IN/cosine.vq" "$IN/x.npy"
	stderr_has cosine.vq beam 'searched by cosine'
	fails 1 vq-encode --beam 4 -m "$IN/lambda.vq" "$IN/x.npy"
	stderr_has lambda.vq beam lambda
	vq-encode --beam 8 -m "$IN/shared.vq" "$IN/x.npy" >beam
	vq-encode -m "$IN/shared.vq" "$IN/x.npy" >plain
	for c in beam plain; do
		vq-decode -q -m "$IN/shared.vq" $c >back
		vq-stats -q -R "$IN/x.npy" back | awk '$1 == "mse" { print $2 }'
	done >mse
	at_most "$(sed -n 1p mse)" "$(sed -n 2p mse)"
}

@test "a router refuses codes that are not chosen by distance" {
	train -n none --metric cosine "$IN/x.npy" -o c.vq
	train -n none --lambda 0.1 "$IN/x.npy" -o l.vq
	moe-route -m "$IN/plain.vq" -E 4 "$IN/x.npy" >/dev/null
	fails 1 moe-route -m c.vq -E 4 "$IN/x.npy"
	stderr_has c.vq 'searched by cosine'
	fails 1 moe-route -m l.vq -E 4 "$IN/x.npy"
	stderr_has l.vq lambda
}

@test "a zero vector takes the lowest code by cosine, and nothing breaks" {
	"$PYTHON" -c 'import numpy as np
x = np.load("'"$IN/x.npy"'"); np.save("z.npy", np.zeros((5, 6), x.dtype))
np.save("m.npy", np.vstack([x - x.mean(0), np.zeros((200, 6), x.dtype)]))'
	train -n none -d 6 --metric cosine m.npy -o m.vq
	entropy m.vq m.npy
	train -n none -d 6 -t ema --metric cosine z.npy -k 2 -o z.vq
	vq-encode --npy -m z.vq z.npy >codes.npy
	"$PYTHON" -c 'import numpy as np
assert (np.load("codes.npy") == 0).all()'
}

@test "what does not go together is wrong usage" {
	fails 2 vq-train --metric l1 "$IN/x.npy"
	fails 2 vq-train --lambda -1 "$IN/x.npy"
	for t in fsq lfq fc; do
		fails 2 vq-train -t $t --lambda 0.1 "$IN/x.npy"
		stderr_has lambda $t
		fails 2 vq-train -t $t --metric cosine "$IN/x.npy"
		stderr_has metric $t
	done
	fails 2 vq-train -t cvq --lambda 0.1 "$IN/x.npy"
	fails 2 vq-train -r 2 --basis cond --lambda 0.1 "$IN/x.npy"
	fails 2 vq-train --shared "$IN/x.npy"
	stderr_has --shared -r
	fails 2 vq-train -r 2 --basis cond --shared "$IN/x.npy"
	stderr_has shared cond
	fails 1 train --shared --init "$IN/cosine.vq" "$IN/x.npy"
	stderr_has cosine.vq shared
	train -s 3 --init "$IN/shared.vq" "$IN/x.npy" -o again.vq
	[ "$(meta again.vq shared)" = 1 ]
}

@test "training at a cost goes on from what the model's codes cost" {
	train -s 2 --lambda 0.02 --init "$IN/lambda.vq" "$IN/x.npy" -o a.vq
	train -s 2 --lambda 0.02 --continue "$IN/lambda.vq" "$IN/x.npy" -o b.vq
	for m in a b; do
		entropy $m.vq "$IN/x.npy"
	done
	train -s 2 --lambda 0.02 --init "$IN/plain.vq" "$IN/x.npy" -o c.vq
	[ "$(meta c.vq lambda)" = 0.0199999996 ]
}
