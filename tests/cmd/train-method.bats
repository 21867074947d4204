#!/usr/bin/env bats
# train-method.bats - vq-train: how it learns.  Each option does what it says,
# the defaults are what they were, and contradictions are wrong usage.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
}

# The last value of a key in the log of --log.
logged() {
	tail -n 1 log | "$PYTHON" -c \
		'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# same A B: two numbers.
same() {
	"$PYTHON" -c 'import sys; a, b = map(float, sys.argv[1:])
sys.exit(abs(a - b) > 1e-9 * abs(b))' "$1" "$2" || { echo "$1, $2"; return 1; }
}

@test "a setting's default is what happens without it" {
	for i in "-n none $IN/x.npy" "-r 2 $IN/images"; do
		train $i >want
		for how in '--code-rate 1e-3' '--schedule constant' \
			'--stage-dropout 0.5' '--estimator ste' \
			'--warm-up 200' '--clip 1' '--average 0.999'; do
			train $how $i | cmp - want || { echo "$how"; false; }
		done
	done
}

@test "each setting changes the model, the same for any -j, and is in it" {
	set -- -r 2 -s 300 -l 1e-2 --last "$IN/x.npy"
	train "$@" | vq_data_hash >want
	for how in '--code-rate 2e-2 code_rate=0.02' \
		'--schedule cosine schedule=cosine' \
		'--estimator rotation estimator=rotation' \
		'--estimator diveq estimator=diveq' \
		'--entropy-weight 0.5 entropy_weight=0.5' \
		'--warm-up 7 warm_up=7' '--clip 0.01 clip=0.01' \
		'--average 0 average=0' \
		'--stage-dropout 0 stage_dropout=0' '--no-settle no_settle=1'; do
		train -j 1 ${how% *} "$@" >one
		train -j 3 ${how% *} "$@" | cmp - one
		vq_data_hash <one >got
		not cmp -s got want || { echo "$how"; false; }
		how=${how##* }
		[ "$(meta one "${how%=*}")" = "${how#*=}" ]
		[ "$(meta one choice)" = last ]
	done
}

@test "--time is a budget of time, by which a cosine falls" {
	vq-train -q -k 64 -b 512 --time 1s --schedule cosine --log log \
		-o m "$IN/x.npy"
	[ "$(meta m time)" = 1 ]
	[ "$(tail -n 1 log | grep -o '"step":[0-9]*')" = \
		"\"step\":$(meta m steps)" ]
	[ "$(wc -l <log)" -ge 20 ] && [ "$(wc -l <log)" -le 101 ]
	tail -n 1 log | grep -q '"rate":[0-9.]*e-[0-9]*,'
	for how in '-s 5' '-e 2'; do
		fails 2 vq-train --time 1s $how "$IN/x.npy"
		stderr_has --time exclude
	done
	for how in 30 1x -1s 0s; do
		fails 2 vq-train --time=$how "$IN/x.npy"
		stderr_has --time "$how" 30m
	done
}

@test "--code-rate is the codebook's alone" {
	# With no net there is nothing else that learns.
	train -n none -l 2e-3 "$IN/x.npy" | vq_data_hash >a
	train -n none --code-rate 2e-3 "$IN/x.npy" | vq_data_hash | cmp - a
	train -n none -l 9 --code-rate 2e-3 "$IN/x.npy" | vq_data_hash |
		cmp - a
	train -t vq --code-rate 0 --no-settle --last "$IN/x.npy" >a
	train -t vq -s 0 --no-settle "$IN/x.npy" >b
	for i in a b; do
		make_input tensor $i quantize.embedding.weight >$i.code
		make_input tensor $i encoder.weight >$i.map
	done
	cmp a.code b.code
	not cmp -s a.map b.map
	fails 2 train --code-rate 11 "$IN/x.npy"
}

@test "--estimator diveq teaches codes from the decoded error alone" {
	# Without the quantizer's losses, others leave the codes where they were.
	set -- -t vq -n none --init random -s 300 -l 1e-2 --vq-weight 0 --last
	for how in ste rotation diveq; do
		train "$@" --estimator $how -o $how "$IN/x.npy"
		make_input tensor $how quantize.embedding.weight >$how.code
	done
	cmp ste.code rotation.code
	[ "$(meta ste held_error)" = "$(meta ste start_error)" ]
	not at_most "$(meta ste held_error)" "$(meta diveq held_error)"
}

@test "--estimator wants a type whose gradients go straight through" {
	fails 2 train --estimator rotation -t kmeans "$IN/x.npy"
	stderr_has estimator kmeans
	fails 2 train --estimator soft "$IN/x.npy"
	for t in ema vq 'simvq --freeze-table' 'simvq --basis mlp' \
		'vq -g 2 -r 2'; do
		train -t $t --estimator diveq -s 5 "$IN/x.npy" >model
	done
}

@test "what a type has no use for is wrong usage, also at its default" {
	refused() {
		fails 2 train "$@" "$IN/x.npy"
		stderr_has "${3%%=*}" "$2"
	}
	for o in --beta=0.25 --vq-weight=1 --code-rate=1e-3 --estimator=ste \
		--schedule=constant; do
		refused -t kmeans "$o"
	done
	for t in vq ema cvq fc lc fsq lfq kmeans; do
		refused -t $t --freeze-table
	done
	refused -t ema --code-rate=1e-3
	for o in --beta=1 --vq-weight=2 --metric=l2 --lambda=0 \
		--estimator=ste; do
		refused -t fsq "$o"
	done
	refused -t cvq --lambda=0
	refused -t fc --metric=l2
	# Of several types, each takes what it has a use for.
	train -n none --compare kmeans,vq,fsq -k 8 -s 2 --beta 0.5 \
		--vq-weight 2 --freeze-table --metric l2 --tsv "$IN/x.npy" \
		>table
	[ "$(cut -f 1 table | xargs)" = 'type kmeans vq fsq' ]
	# A value that the type lacks is another matter.
	vq-train -k 8 -s 2 -b 64 -n none --compare kmeans,vq --tsv \
		--estimator diveq "$IN/x.npy" >table 2>"$ERR"
	[ "$(cut -f 1 table | xargs)" = 'type vq' ]
	stderr_has 'left out' kmeans estimator
	# What is compared, none of its values goes with: once without.
	train -n none --compare kmeans,vq --compare beta=0.25,1 -k 8 -s 2 \
		--tsv "$IN/x.npy" >table
	[ "$(cut -f 1,3 table | xargs)" = 'type beta kmeans vq 0.25 vq 1' ]
}

@test "--entropy-weight brings codes into use, and is in the log" {
	set -- -t vq --init random -k 64 -s 300 -l 1e-2 --last --log log -f
	train "$@" "$IN/x.npy" >model
	not grep -q entropy log
	logged used >without
	train "$@" --entropy-weight 0.2 "$IN/x.npy" >model
	logged entropy >loss
	logged used >with
	at_most "$(cat loss)" -0.05
	at_most "$(($(cat without) + 9))" "$(cat with)"
	same "$(logged loss)" "$("$PYTHON" -c "print($(logged recon) + \
		$(logged vq) + $(logged entropy))")"
	# A weight of zero is none.
	train --entropy-weight 0 "$IN/x.npy" | vq_data_hash >a
	train "$IN/x.npy" | vq_data_hash | cmp - a
}

@test "--entropy-weight: ema's codes have no gradient, its maps have" {
	train -t ema --last --no-settle "$IN/x.npy" -o a
	train -t ema --last --no-settle --entropy-weight 1 "$IN/x.npy" -o b
	for i in a b; do
		make_input tensor $i encoder.weight >$i.map
	done
	not cmp -s a.map b.map
	for t in kmeans fc fsq 'simvq --basis cond -r 2' \
		'vq --metric cosine' 'vq --lambda 0.1'; do
		fails 2 train -t $t --entropy-weight 1 "$IN/x.npy"
		stderr_has --entropy-weight
	done
	for t in 'simvq --freeze-table' 'simvq --basis mlp' 'vq -r 2 -g 2' \
		'vq -k 1' 'vq -n none'; do
		train -t $t --entropy-weight 1 -s 5 "$IN/x.npy" >model
	done
}

@test "lfq has a loss of entropies of its own, of weight 0.1 if not given" {
	train -t lfq --last "$IN/x.npy" | vq_data_hash >want
	train -t lfq --last --entropy-weight 0.1 "$IN/x.npy" >a
	vq_data_hash <a | cmp - want
	for w in 0 0.2; do
		train -t lfq --last --entropy-weight $w "$IN/x.npy" >a
		vq_data_hash <a >got
		not cmp -s got want
		[ "$(meta a entropy_weight)" = $w ]
	done
}

@test "--schedule cosine ends at 0 behind a warm-up of 200 steps" {
	train -s 400 --schedule cosine -l 2e-3 --log log "$IN/x.npy" >one
	same "$(logged rate)" 0
	"$PYTHON" -c 'import json, math
for line in open("log"):
    o = json.loads(line)
    i = o["step"]
    want = i / 200 if i <= 200 else (1 + math.cos(math.pi * (i - 200) / 200)) / 2
    assert abs(o["rate"] - 2e-3 * want) < 1e-11, o
assert i == 400'
	train -s 400 -l 2e-3 --log log -f "$IN/x.npy" >two
	same "$(logged rate)" 2e-3
	not cmp -s one two
	# No more steps than warm-up.
	train -s 200 --schedule cosine --log log -f "$IN/x.npy" >one
	same "$(logged rate)" 1e-3
	fails 2 train --schedule linear "$IN/x.npy"
}

@test "--no-settle ends with the steps, --last with the last one" {
	train --no-settle "$IN/x.npy" >a
	[ "$(meta a settled)" = 0 ]
	# A rate that makes each step worse than the one before.
	train -l 1 -s 50 --no-settle --last "$IN/x.npy" >b
	[ "$(meta b saved_step settled)" = '50 0' ]
	at_most "$(meta b start_error)" "$(meta b held_error)"
	train -l 1 -s 50 --no-settle "$IN/x.npy" >c
	[ "$(meta c saved_step)" -lt 50 ]
	vq-train -k 32 -s 20 -b 256 --last "$IN/x.npy" -o d 2>said
	[ "$(meta d saved_step settled)" = '20 1' ]
	grep -qx 'vq-train: saved: step 20, settled, the last' said
}

@test "--stage-dropout: what prefixes gain the whole loses" {
	# The same codes; the decoder is the best for what it saw.
	for p in 0 0.5 1; do
		train -r 3 -s 0 -k 2 --last --stage-dropout $p \
			--valid "$IN/y.npy" "$IN/x.npy" -o m$p
		for n in 1 3; do
			vq-encode -m m$p "$IN/x.npy" | vq-decode -m m$p \
				--stages $n --npy >back
			"$PYTHON" -c 'import sys, numpy as np
x = np.load(sys.argv[1])
print(((x - np.load("back")) ** 2).sum())' "$IN/x.npy" >e$p.$n
		done
	done
	at_most "$(cat e0.3)" "$(cat e0.5.3)"
	at_most "$(cat e0.5.3)" "$(cat e1.3)"
	at_most "$(cat e0.5.1)" "$(cat e0.1)"
	not cmp -s e0.3 e0.5.3
	fails 2 train --stage-dropout 1.5 "$IN/x.npy"
}
