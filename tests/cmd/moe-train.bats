#!/usr/bin/env bats
# moe-train.bats - moe-train: what it learns from, what it writes, that it goes
# on after a kill as if nothing had been.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper

setup_file() {
	export IN=$BATS_FILE_TMPDIR
	local csv=$DATA/digits/digits.csv.gz
	moe_py digits "$csv" "$IN/digits"
	moe_py digits "$csv" "$IN/low" 0,1,2,3,4
	moe_py digits "$csv" "$IN/high" 5,6,7,8,9
	moe_py tokens "$csv" "$IN/tokens"
	moe_py real "$csv" "$IN/real"
	head -c 20000 "$DATA/text/austen.txt" >"$IN/text"
	head -c 3000 "$DATA/text/melville.txt" >"$IN/other"
	moe-train -q -s 60 -b 128 -o "$IN/digits.moe" "$IN/digits"
}

moe_py() {
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" "$@"
}

# Quick settings; later ones win.
train() {
	moe-train -q -s 30 -b 64 --width 16 "$@"
}

meta() { # FILE KEY
	moe_py head "$1" | sed -n "s/^$2=//p"
}

# holds FILE PATTERN: a line of its tensors and metadata.
holds() {
	moe_py head "$1" >"$BATS_TEST_TMPDIR.head"
	grep -q "$2" "$BATS_TEST_TMPDIR.head"
}

# figure LOG KEY [LINE]: of the last line of a log, or of that line.
figure() {
	sed -n "${3:-\$}p" "$1" | grep -o "\"$2\":[^,}]*" | head -n 1 |
		cut -d : -f 2
}

below() { # A B
	"$PYTHON" -c 'import sys; sys.exit(not float(sys.argv[1]) < float(sys.argv[2]))' \
		"$1" "$2" || { echo "$1 is not below $2"; return 1; }
}

@test "it learns digits: the held-back accuracy is said, and stands in the model" {
	moe-train -s 300 -b 256 -o m --log log "$IN/digits" 2>said
	below 0.93 "$(figure log valid_accuracy)"
	below "$(figure log valid_loss)" "$(figure log valid_loss 1)"
	[ "$(meta m valid_loss)" = "$(figure log valid_loss)" ]
	[ "$(meta m steps)" = 300 ]
	[ "$(meta m held_rows)" = 178 ]
	grep -q 'held-back loss .* accuracy 9[0-9].* N = 178' said
	grep -q '32768 multiply-adds' said
	holds m '^experts.fc1.weight F32 \[8, 128, 64\]'
	nothing_left m log said
}

@test "a log has every key on every line; what is not there is null" {
	train --log log -o m "$IN/digits"
	[ "$(wc -l <log)" -eq 4 ]
	"$PYTHON" - <<-'END'
	import json
	lines = [json.loads(l) for l in open("log")]
	keys = """step seconds loss task vq code_entropy balance z accuracy bits_per_byte
	    valid_loss valid_accuracy layers tokens expert_multiply_adds
	    skipped""".split()
	layer = """load_cv max_violation dead_experts used_codes
	    gate_discrete""".split()
	for l in lines:
	    assert list(l) == keys, l
	    assert list(l["layers"][0]) == layer, l
	    assert l["bits_per_byte"] is None
	assert [l["step"] for l in lines] == [0, 10, 20, 30]
	assert lines[0]["loss"] is None and lines[0]["valid_loss"] > 1
	assert lines[1]["tokens"] == 640
	parts = ("task", "vq", "balance", "z")
	for k in parts:
	    assert lines[3][k] > 0, k
	assert lines[3]["code_entropy"] == 0
	whole = sum(lines[3][k] for k in parts)
	assert abs(whole - lines[3]["loss"]) < 1e-6
	assert 0 < lines[3]["layers"][0]["gate_discrete"] < 1
	END
	train --log - -o other "$IN/digits" 2>said
	[ "$(grep -c '"step"' said)" -eq 4 ]
}

@test "the same seed gives the same bytes for any -j" {
	for how in "$IN/digits" "--layers 2 --bytes $IN/text" "$IN/tokens" \
		"-t 2 $IN/real" "--capacity 0.5 $IN/digits"; do
		train -j 1 $how >one
		for j in 2 3; do
			train -j $j $how | cmp - one || { echo "$how"; false; }
		done
		train --seed 2 $how >two
		not cmp -s one two
		[ "$(stat -c %s one)" -gt 1000 ]
	done
}

@test "a pipe teaches the same as the file" {
	train "$IN/digits" >file
	train <"$IN/digits" | cmp - file
	train --bytes "$IN/text" >file
	train --bytes <"$IN/text" | cmp - file
	slow_cat "$IN/other" | train -s 2 --bytes - >slow
	train -s 2 --bytes "$IN/other" | cmp - slow
}

@test "every router learns, and its model can be gone on with" {
	echo '0-31 gate' >rules
	for r in vqmoe vq softmax cosine stable biased hash random kmeans \
		'hybrid --rules rules' 'vqmoe -t 2 --map modulo' \
		'vqmoe --map distil --type ema' 'vq --type vq --contrib 1' \
		'vqmoe --type kmeans --freeze-codes' \
		'softmax -t 3 --capacity 1 --activation gelu'; do
		train --router $r --log log -f -o m "$IN/digits"
		below "$(figure log task)" 2.2 || { echo "$r"; false; }
		[ "$(meta m router)" = "${r%% *}" ] || { echo "$r"; false; }
		moe-route -m m "$IN/digits" >routes
		holds routes "^router=${r%% *}$"
		train -s 5 --continue m ${r#"${r%% *}"} "$IN/digits" >again ||
			{ echo "$r"; false; }
		[ "$(meta again router)" = "${r%% *}" ]
		below "$(meta again start_loss)" 2.3
	done
}

@test "text: the next byte, in bits" {
	train -s 150 --layers 2 --bytes "$IN/text" --log log -o m
	below "$(figure log bits_per_byte)" 5
	below 7 "$(figure log bits_per_byte 1)"
	[ "$(meta m vocab)" = 256 ] && [ "$(meta m context)" = 16 ]
	holds m '^layers.1.router.weight F32 \[8, 16\]'
	# Of several files each is an item; others judge.
	train --bytes --context 3 --valid "$IN/other" "$IN/text" "$IN/other" \
		>m
	[ "$(meta m items)" = 2 ] && [ "$(meta m context)" = 3 ]
	[ "$(meta m held_rows)" = 2999 ]
	[ "$(meta m train_rows)" = 22998 ]
}

@test "tokens with classes, tokens without, real targets, other targets" {
	train -s 60 "$IN/tokens" --log log -f >m
	below "$(figure log task)" 2
	[ "$(meta m columns)" = 64 ] && [ "$(meta m context)" = 1 ]
	[ "$(meta m outputs)" = 10 ] && [ "$(meta m vocab)" = 17 ]
	train -s 60 "$IN/real" --log log -f >m
	below "$(figure log valid_loss)" 0.7
	[ "$(meta m head)" = real ]
	[ "$(figure log accuracy)" = null ]
	# Codes of images, one a token: the next one.
	vq-train -q -s 5 -k 32 -o photos.vq "$DATA/images/brick.png"
	vq-encode -m photos.vq "$DATA/images/brick.png" >codes
	train codes >m
	[ "$(meta m vocab)" = 32 ] && [ "$(meta m outputs)" = 32 ]
	# Another name; rows that are themselves the target.
	sed 's/"y"/"q"/' "$IN/digits" >named
	train --target q named | cmp - <(train "$IN/digits")
}

@test "a trace has the probe's routes at each step of the grid, a layer an item" {
	train -s 40 --layers 2 --probe "$IN/low" --trace t "$IN/digits" >m
	moe_py trace t >got
	"$PYTHON" - "$IN/low" <<-'END'
	import sys
	grid, s = [0], 0
	while s < 40:
	    s = max(s + 1, -int(-s * 1.26 // 1))
	    grid.append(min(s, 40))
	want = ["%d %d %s 901 %s" % (s, l, sys.argv[1],
	        "1 0" if s <= 2 else "2 1") for s in grid for l in (0, 1)]
	got = open("got").read().split("\n")[:-1]
	assert got == want, (got, want)
	END
	moe_py head t >said
	for key in kind=routes router=vqmoe experts=8 top=1 codes=32 \
		expert_similarity= expert_rank= code_rank= valid_loss=; do
		grep -q "^$key" said || { echo "$key"; false; }
	done
	grep -q '^y U8 \[901\]' said
	vq-stats --trace t >/dev/null
	# Any number of items; a probe without targets; one layer.
	sed 's/"y"/"q"/' "$IN/high" | cat "$IN/low" - >some
	fails 1 train --probe some --trace no "$IN/digits"
	sed 's/"y"/"q"/' "$IN/high" >bare
	train -s 3 --probe bare --trace t2 --router hash "$IN/digits" >m
	moe_py trace t2 | cut -d ' ' -f 1,2 | cmp - <(printf '%s 0\n' 0 1 2 3)
	train -s 3 --probe-every 10 --probe bare --trace t3 "$IN/digits" >m
	moe_py trace t3 | cut -d ' ' -f 1,2 | cmp - <(printf '%s 0\n' 0 1 3)
}

@test "killed at any time and resumed: the same model, trace and log" {
	local how="-q -s 120 -b 64 --width 16 --layers 2 --probe $IN/low"
	local go="$how --trace t2 --log l2 --checkpoint c
		--checkpoint-every 10 --resume"

	how+=" $IN/digits" go+=" $IN/digits"
	moe-train $how -o whole --trace t --log l
	for ((n = 0; n < 12; n++)); do
		moe-train $go -o m &
		sleep 0.$((RANDOM % 3))$((RANDOM % 10))
		kill -KILL $! 2>/dev/null || true
		wait $! || true
		[ ! -e m ] || break
	done
	[ -e m ] || moe-train $go -o m
	cmp whole m
	cmp t t2
	cmp <(sed 's/"seconds":[^,]*//' l) <(sed 's/"seconds":[^,]*//' l2)
	# Done: there is nothing left to do but to write it.
	moe-train $go -o again
	cmp whole again
}

@test "the same of other quantizers and routers" {
	local r

	for r in 'vqmoe --type ema' 'vqmoe --type cvq' 'vq --type kmeans' \
		biased stable random \
		kmeans 'vqmoe --type vq -t 2'; do
		train -s 40 --router $r -o whole -f "$IN/digits"
		for every in 39 21; do
			rm -f c
			train -s 40 --router $r -o m -f --checkpoint c \
				--checkpoint-every $every "$IN/digits"
			[ "$(meta c step)" -eq $every ]
			train -s 40 --router $r -o again -f --checkpoint c \
				--resume "$IN/digits"
			cmp whole again || { echo "$r"; false; }
		done
	done
}

@test "SIGTERM keeps a checkpoint and makes no model" {
	moe-train -s 1000000 -b 64 --width 16 -o m --checkpoint c \
		--checkpoint-every 1000000 --log l "$IN/digits" 2>said &
	for ((n = 0; n < 100; n++)); do
		! grep -q '"step":0' l 2>/dev/null || break
		sleep 0.1
	done
	sleep 0.5
	# Nothing that a kill would leave behind.
	[ -z "$(find . -name '.m.*')" ]
	kill -TERM $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	[ "$(meta c step)" -gt 0 ]
	grep -q "stopped at step $(meta c step), kept in c: .*--resume" said
	nothing_left c l said
}

@test "a checkpoint is of its options and rows" {
	train -o m --checkpoint c "$IN/digits"
	fails 1 train -o m2 --checkpoint c "$IN/digits"
	stderr_has 'c: exists' '--resume'
	fails 1 train -o m2 --checkpoint c --resume -E 16 "$IN/digits"
	stderr_has experts=8 experts=16
	fails 1 train -o m2 --checkpoint c --resume -l 0.01 "$IN/digits"
	stderr_has learning-rate
	fails 1 train -o m2 --checkpoint c --resume "$IN/low" \
		--valid "$IN/digits"
	stderr_has 'other rows'
	fails 1 train -o m2 --checkpoint m --resume "$IN/digits"
	stderr_has 'not a checkpoint'
	head -c 5000 c >short
	fails 1 train -o m2 --checkpoint short --resume "$IN/digits"
	stderr_has short
	# The same line again, as queues run it: all is done.
	cp m was
	moe-train -s 30 -b 64 --width 16 -o m --checkpoint c --resume \
		"$IN/digits" 2>said
	grep -q 'm: done before' said
	cmp m was
	fails 1 train -s 40 -o m --checkpoint c --resume "$IN/digits"
	stderr_has 'm: exists'
	fails 1 train -l 0.01 -o m --checkpoint c --resume "$IN/digits"
	stderr_has learning-rate
	fails 1 train -o m --checkpoint none --resume "$IN/digits"
	stderr_has 'm: exists'
	echo mine >other
	fails 1 train -o other --checkpoint c --resume "$IN/digits"
	stderr_has 'other: exists'
	[ "$(cat other)" = mine ]
	rm other was said
	# It is no model.
	for how in "moe-route -m c" "train --continue c"; do
		fails 1 $how "$IN/digits"
		stderr_has 'c: a checkpoint of moe-train' --resume
	done
	train -f -o m --checkpoint c --checkpoint-every 7 "$IN/digits"
	moe_py edit c short 't["state.map.0"] = ("U8", [128], b"\xff" * 128)'
	fails 1 train -o m2 --checkpoint short --resume "$IN/digits"
	stderr_has 'short: state.map.0: code 0 goes to expert'
	moe_py edit c short 'meta["step"] = "31"'
	fails 1 train -o m2 --checkpoint short --resume "$IN/digits"
	stderr_has 'short: step 31 of 30'
	moe_py edit c short \
		't["state.flags"] = ("U8", [48], struct.pack("<6Q", 30, *[1] * 5))'
	fails 1 train -o m2 --checkpoint short --resume "$IN/digits"
	stderr_has 'short: tensor "state.flags" is damaged'
	for how in format:2 format:0 format:nan format: skipped:31 bad:31 \
		skipped:18446744073709551615 seconds:-1 seconds:nan; do
		moe_py edit c short "meta['${how%:*}'] = '${how#*:}'"
		fails 1 train -o m2 --checkpoint short --resume "$IN/digits"
		stderr_has "short: metadata key \"${how%:*}\""
	done
	moe_py edit m short "meta['format'] = '2'"
	fails 1 moe-route -m short "$IN/digits"
	stderr_has 'short: metadata key "format": 2, but this program knows 1'
	# A log that is shorter than it was; one that is another's.
	train -f -o m --checkpoint c --checkpoint-every 7 --log l "$IN/digits"
	: >l
	fails 1 train -o m2 --checkpoint c --resume --log l "$IN/digits"
	stderr_has '--log' 'l: has 0 bytes' 'start anew'
	train -f -o m --checkpoint c "$IN/digits"
	echo precious >l
	fails 1 train -o m2 --checkpoint c --resume --log l "$IN/digits"
	[ "$(cat l)" = precious ]
	nothing_left m c l short
}

@test "a full disk is told, and the model is there" {
	for what in --log --trace --checkpoint; do
		probe=
		[ $what != --trace ] || probe="--probe $IN/low"
		fails 1 train -f -o m $what /dev/full $probe "$IN/digits"
		stderr_has '/dev/full'
		[ -s m ] || { echo $what; false; }
		rm m
	done
	fails 1 train -o /dev/full "$IN/digits"
	nothing_left
}

@test "going on: more classes, codes alone, another router" {
	train -s 60 -o low "$IN/low"
	[ "$(meta low outputs)" = 5 ]
	train -s 60 --continue low -o both "$IN/high"
	[ "$(meta both outputs)" = 10 ]
	fails 1 train --continue low --width 32 "$IN/high"
	fails 1 moe-train --continue low -E 16 "$IN/high"
	stderr_has '-E 16, but low has 8'
	fails 1 train --continue low "$IN/real"
	stderr_has low 'floats and classes'
	fails 1 train --continue low "$IN/text"
	moe-train -s 20 -b 64 --continue "$IN/digits.moe" --discrete-only \
		-o codes "$IN/digits" 2>said
	[ "$(meta codes router)" = vq ]
	grep -o 'loss[^:0-9]*' said >order
	printf '%s\n' 'loss before' 'loss by codes alone, before' 'loss ' |
		cmp - order
	moe-train -s 3 -l 1 --continue "$IN/digits.moe" "$IN/digits" \
		2>worse >m
	grep -q 'that is more than before' worse
	grep -q '^moe-train: 16384 multiply-adds' said
	holds codes '^code_to_expert'
	not holds codes '^gate.weight'
	train --width 64 --continue "$IN/digits.moe" --router softmax -o soft "$IN/digits"
	[ "$(meta soft router)" = softmax ]
	fails 1 moe-train --continue soft --discrete-only "$IN/digits"
	stderr_has 'no discrete path'
	moe-train -q -s 20 -b 64 --continue soft --router vqmoe --map distil -o back "$IN/digits"
	[ "$(meta back router)" = vqmoe ]
	# What the model has no use for.
	fails 1 moe-train --continue soft -k 16 "$IN/digits"
	stderr_has 'router softmax has no codebook'
	fails 1 moe-train --continue soft --router vq -s 0 "$IN/digits"
	stderr_has '-s 0'
	moe-train -s 0 --continue back --map distil "$IN/digits" 2>said >same
	grep -q 'back has this --map: its codebook is kept' said
}

@test "going on: codes that are counted keep their places" {
	train -s 40 --type cvq -o m "$IN/digits"
	train -s 1 -l 0 --continue m -o n "$IN/digits"
	for f in m n; do
		"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" tensor $f \
			quantize.embedding.weight >$f.codes
	done
	[ -s m.codes ]
	cmp m.codes n.codes
}

@test "going on: another map, or none, makes a new codebook; the same stays" {
	echo '0-15 3' >rules
	train --router hybrid --rules rules -o hybrid "$IN/digits"
	train --continue hybrid -o same "$IN/digits"
	moe_py map hybrid >one
	grep -q '^3 3 3 .* 8 8$' one
	moe_py map same | cmp - one
	for more in "--continue hybrid -k 64" \
		"--continue $IN/digits.moe --width 64 --router hybrid"; do
		fails 1 train $more "$IN/digits"
		stderr_has 'router hybrid needs --rules FILE'
	done
	for r in vq vqmoe; do
		train --continue hybrid --router $r -o $r "$IN/digits"
		moe-route -m $r "$IN/digits" >/dev/null
	done
	echo '5 0' >other
	train --continue vqmoe --router hybrid --rules other "$IN/digits" >back
	moe-route -m back "$IN/digits" >/dev/null
	train --map modulo -o modulo "$IN/digits"
	train --continue modulo -f -o same "$IN/digits"
	[ "$(meta same map)" = modulo ]
	moe_py map modulo >one
	grep -q '^0 1 2 3 4 5 6 7 0 1 ' one
	moe_py map same | cmp - one
	train --continue vqmoe --map modulo "$IN/digits" >another
	moe_py map another | cmp - one
	train --map modulo -o file "$IN/digits"
	train --map file -f -o file "$IN/digits"
	train --continue file -o again "$IN/digits"
	[ "$(meta again map)" = file ]
	fails 1 train --continue file -k 64 "$IN/digits"
	stderr_has 'file: its map came from a file'
}

@test "going on with a hybrid: its rules stay, or are needed" {
	echo '0-20 1
		* gate' >rules
	train --router hybrid --rules rules -o hybrid "$IN/digits"
	train -s 2 --continue hybrid -o m "$IN/digits"
	[ "$(meta m router)" = hybrid ]
	holds m '^code_to_expert'
	fails 1 train --continue hybrid -k 40 "$IN/digits"
	stderr_has '--rules FILE for other codes'
	# Codes that go by the gate have no expert in another router.
	for router in vqmoe vq softmax; do
		train -s 2 -f --continue hybrid --router $router -o m "$IN/digits"
		moe-route -m m "$IN/digits" >routes
	done
	train --router vqmoe -f -o m "$IN/digits"
	fails 1 train --continue m --router hybrid "$IN/digits"
	stderr_has 'm: --router hybrid needs --rules FILE'
	fails 1 train --continue m --rules rules "$IN/digits"
	stderr_has '--rules: router vqmoe takes none'
	train -s 2 --continue m --router hybrid --rules rules "$IN/digits" >again
}

@test "a model without its table of codes, one whose table is wrong" {
	moe_py edit "$IN/digits.moe" m 'del t["code_to_expert"]'
	fails 1 moe-route -m m "$IN/digits"
	stderr_has 'm: no tensor "code_to_expert"'
	moe_py edit "$IN/digits.moe" m \
		't["code_to_expert"] = ("U32", [32], struct.pack("<32I", *[8] * 32))'
	fails 1 moe-route -m m "$IN/digits"
	stderr_has 'm: code_to_expert: code 0 goes to expert 8 of 8'
}

@test "experts of elsewhere stay as they are" {
	moe_py experts there 4 8 6
	moe_py layer x 6
	moe-train -q -b 64 -E there -k 16 -s 100 x -o m
	[ "$(meta m input)" = none ] && [ "$(meta m experts)" = 4 ]
	"$PYTHON" - <<-'END'
	import json, struct
	def load(path):
	    b = open(path, "rb").read()
	    n = struct.unpack("<Q", b[:8])[0]
	    h = json.loads(b[8:8 + n])
	    h.pop("__metadata__", None)
	    return {k: b[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]]
	            for k, v in h.items()}
	was, now = load("there"), load("m")
	for k in was:
	    assert was[k] == now[k], k
	END
	fails 1 moe-train -E there "$IN/digits"
	stderr_has there
	fails 1 moe-train -E there --hidden 9 x
	stderr_has 9 8
	fails 1 train -E missing x
	fails 1 train -E "$IN/digits" x
	stderr_has experts.fc1.weight
}

@test "codes learn where the router of experts from elsewhere sends rows" {
	need_numpy
	moe_py experts there 4 8 6
	"$PYTHON" - <<-'END'
	import numpy
	numpy.save('x.npy', numpy.random.default_rng(1).normal(
	    size=(3000, 6)).astype('f4'))
	END
	moe-train -q --experts there --router vq -k 64 --map distil -s 200 \
		-o m x.npy
	moe-route -m there --npy x.npy >there.npy
	moe-route -m m --npy x.npy >here.npy
	"$PYTHON" - <<-'END'
	import numpy
	a, b = numpy.load('there.npy'), numpy.load('here.npy')
	same = (a == b).mean()
	print(same, numpy.bincount(a[:, 0]))
	assert same > 0.6
	END
	# Targets are in the units of the experts, the loss is not.
	moe-route -m there --apply --npy x.npy >y.npy
	moe-train --experts there --router vq -k 64 --map distil -s 5 \
		--target y.npy -o n x.npy 2>said
	grep -q 'loss under their own router: 0.00000' said
	below 0.05 "$(meta n valid_loss)"
	below "$(meta n valid_loss)" 20
	moe-train --experts there --router vq -k 64 --map distil -s 5 \
		-f -o m x.npy 2>said
	grep -q 'as much as their variance' said
	[ "$(meta n valid_loss)" = "$(meta m valid_loss)" ]
	moe_py experts there 4 8 6 norouter
	fails 1 moe-train --experts there -s 5 -o none x.npy
	stderr_has router.weight target
}

@test "codes are used more evenly when that is asked for" {
	moe_py digits "$DATA/digits/digits.csv.gz" digits
	for w in 0 1; do
		moe-train -q -s 150 -b 256 -k 64 --code-entropy $w -o m$w digits
		moe-route -m m$w digits | vq-stats --json >$w.json
	done
	"$PYTHON" - <<-'END'
	import json
	a, b = (json.load(open('%d.json' % w))['stages'][0]['perplexity']
	    for w in (0, 1))
	print(a, b)
	assert b > a
	END
	fails 2 moe-train --type ema --code-entropy 1 -o n digits
	stderr_has gradient
}

@test "wrong usage is status 2" {
	for how in '--continue a -E b' --discrete-only --resume \
		'--trace t' '--probe p' '--router hybrid' '--rules r' \
		'-E 0' '-E 65535' '-t 0' '--raw f32' '--contrib 1.5' \
		'--probe-every 0.5' '--router nearest' '--raw f32:4 --tensor x' \
		'--discrete-only --continue m -k 4' '-b 0' '--capacity -1' \
		'--router hybrid --rules r --map modulo' '--bytes --raw u8:1' \
		'--bytes --tensor x' '--router softmax -k 64' \
		'--router hash --map distil' '--router biased --contrib 0.1' \
		'--router stable --freeze-codes' '--router vq -t 2' \
		'--router softmax --type vq' '--router kmeans --beta 1' \
		'--continue m --router softmax --vq-weight 1' \
		'-o m --log m' '-o m --checkpoint m' '--log l --checkpoint l' \
		'--continue m --router vq --rules r'; do
		fails 2 train $how "$IN/digits" || { echo "$how"; false; }
	done
	nothing_left
}

@test "inputs that cannot be learned from are named" {
	fails 1 train --target z "$IN/digits"
	stderr_has 'without a target' 'no tensor "z" (there: x, y)' --target
	fails 1 train "$IN/digits" "$IN/real"
	stderr_has 'digits' 'real' 'classes' 'targets of 2'
	fails 1 train "$DATA/images/brick.png"
	stderr_has 'an image' 'vq-encode --latents'
	: >empty
	fails 1 train empty
	stderr_has 'empty input'
	fails 1 train missing
	fails 1 train --valid "$IN/real" "$IN/digits"
	stderr_has '--valid' real
	fails 1 train --trace t --probe "$IN/real" "$IN/digits"
	stderr_has '--probe' real
	fails 1 train -k 4 "$IN/digits"
	stderr_has '4 codes' '8 experts'
	fails 1 train -k 4000 "$IN/digits"
	stderr_has 4000 1619
	fails 1 train -t 9 "$IN/digits"
	stderr_has '-t 9: there are 8 experts'
	fails 1 train --context 4 "$IN/digits"
	stderr_has context
	fails 1 train --width 65536 --hidden 1048576 -E 60000 "$IN/digits"
	stderr_has memory
	nothing_left empty
	# One of several is bad: the others are learned from.
	fails 1 train -o m "$IN/low" missing "$IN/high"
	[ "$(meta m items)" = 2 ]
	fails 1 train --max-errors 1 -o m2 missing "$IN/low"
	stderr_has stopped
	[ ! -e m2 ]
}

@test "targets in a file of their own are those of the record" {
	need_numpy
	"$PYTHON" - "$DATA/digits/digits.csv.gz" <<-'END'
	import gzip, numpy, sys
	a = numpy.loadtxt(gzip.open(sys.argv[1]), delimiter=',')
	x, y = a[:, :64], a[:, 64].astype(int)
	numpy.save('x.npy', x)
	numpy.save('y.npy', y)
	numpy.save('short.npy', y[:-1])
	numpy.save('long.npy', numpy.append(y, 1))
	y[7] = -1
	numpy.save('minus.npy', y)
	numpy.save('big.npy', numpy.tile(x, (23, 4)))
	numpy.save('bigy.npy', numpy.tile(y + 1, 23))
	numpy.save('half.npy', numpy.float32([x[:, :32].sum(1), x[:, 0]]).T)
	END
	train "$IN/digits" >record
	train --target y.npy x.npy | cmp - record
	train --target y.npy <x.npy | cmp - record
	train --target "$IN/digits" x.npy | cmp - record
	# Of floats, and with rows in several parts.
	train --target half.npy x.npy >m
	[ "$(meta m head)" = real ] && [ "$(meta m outputs)" = 2 ]
	train -s 2 --target bigy.npy big.npy >m
	[ "$(meta m outputs)" = 11 ]
	for f in short long; do
		fails 1 train --target $f.npy x.npy
		stderr_has 'x.npy has 1797 rows' "$f.npy has 179"
	done
	fails 1 train --target y.npy x.npy x.npy
	stderr_has 'one item'
	fails 1 train --target minus.npy x.npy
	stderr_has minus.npy 'row 7 ' '-1, where 0 to 65535 is taken'
	fails 1 train --target missing.npy x.npy
	stderr_has 'no tensor "missing.npy" (there: x)'
	fails 1 train --target "$DATA/text/austen.txt" x.npy
	stderr_has '--target' austen
	# A tensor of that name goes first.
	cp minus.npy y
	train "$IN/digits" | cmp - record
}

@test "NaN in rows or targets is refused or left out" {
	"$PYTHON" - "$IN/digits" <<-'END'
	import struct, sys
	b = bytearray(open(sys.argv[1], "rb").read())
	n = struct.unpack("<Q", b[:8])[0]
	at = 8 + n + 4 * (64 * 5 + 3)
	b[at:at + 4] = struct.pack("<f", float("nan"))
	open("nan", "wb").write(b)
	END
	fails 1 train nan
	stderr_has 'row 5 '
	train --nan drop nan >m
	[ "$(($(meta m train_rows) + $(meta m held_rows)))" = 1796 ]
}

@test "experts that get nothing are told at the end" {
	echo '0-31 3' >rules
	moe-train -q -s 30 -b 64 --layers 2 --router hybrid --rules rules \
		"$IN/digits" 2>said >m
	grep -q 'warning: layer 0: 7 of 8 experts got none of the last 640' said
	grep -q 'some in 1 more layers' said
	[ "$(wc -l <said)" -eq 1 ]
	moe-train -q -s 30 -b 64 --router hash "$IN/digits" 2>said >m
	[ ! -s said ]
}

@test "what does not learn any more stops" {
	moe_py huge x
	fails 1 train -o m --log l x
	stderr_has 'not finite 10 times'
	nothing_left l x
}
