#!/usr/bin/env bats
# threads.bats - every command and mode that has -j writes the same bytes for
# any number of threads: more than cores, more than items, and fewer than asked
# for where there is no memory for them.
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
	cd "$IN" || return
	mkdir small
	for i in 1 2 3 4 5; do
		make_input png small/$i.png $((20 + 7 * i)) 19 3 $i
		make_input wav small/$i.wav $((900 * i)) $((i % 2 + 1)) 8000 $i
		make_input rows $i.npy $((300 + 41 * i)) 6 $i
	done
	train small/*.png -r 2 --context 2 -o images.vq
	train small/*.wav -n conv -d 8 --width 16 --depth 1+1 -s 3 -o sounds.vq
	train -n none -r 3 -k 16 1.npy -o rows.vq
	train -n none -k 16 1.npy -o one.vq
	vq-encode -m images.vq small/*.png >codes
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" digits \
		"$DATA/digits/digits.csv.gz" digits
	moe-train -q -s 20 -b 64 --width 16 --layers 2 -o m.moe digits
	moe-route -m m.moe digits >routes
}

# same COMMAND...: what it writes, to stdout and below out/, for -j 1, 64, and 2,
# 3 or 7 in turn; or for those of THREADS.
calls=0
same() {
	local j sum first='' between=(2 3 7)
	calls=$((calls + 1))
	for j in ${THREADS:-1 ${between[calls % 3]} 64}; do
		rm -rf out
		mkdir out
		"$@" -j $j >out/stdout || { echo "failed: $* -j $j"; return 1; }
		sum=$(find out -type f -exec sha256sum {} + | sort)
		[ "${first:-$sum}" = "$sum" ] || { echo "$* -j $j"; return 1; }
		first=$sum
	done
	[ -n "$(find out -type f -size +20c)" ]
}

# Steps of more rows than a task has (256), so that there is work to share.
learn() {
	vq-train -q -k 16 -s 2 -b 600 "$@"
}

# With its log, but for the time.
logged() {
	learn --log out/log "$@" && sed -i 's/"seconds":[^,]*,//' out/log
}

@test "vq-train: every type, start and basis" {
	local how t types
	types=$(vq-train --list-types | awk 'NR > 1 { print $1 }')
	for t in $types; do
		how=''
		[ $t != lc ] || how="--init $IN/one.vq"
		same logged -t $t $how -n none "$IN/x.npy"
	done
	for how in '-r 2 -g 2' '--init random' '-t vq --init random' \
		'-t simvq --basis mlp' '-t simvq --basis bridge' \
		'-r 2 --basis cond' '--freeze-table' '--lambda 0.02' \
		'-t ema --shared -r 2' '--buffer 4k' '--estimator rotation' \
		'-r 2 --stage-dropout 0.3' "--continue $IN/rows.vq -k 16" \
		"--continue $IN/rows.vq -k 16 --anchor 2"; do
		same learn $how -n none "$IN/x.npy"
	done
}

@test "vq-train: every net, of images and sounds, and what is beside the model" {
	local how conv='-n conv -d 8 --width 16 --depth 1+1 -s 1'
	for how in '-n none' '-n linear --context 2' "$conv" "$conv --blend" \
		"$conv --loss l2,ssim=0.5,grad" '-t fsq -r 2'; do
		same logged $how "$IN"/small/*.png
	done
	for how in '-n linear' "$conv --spectrum --gain" "$conv -r 2" \
		"$conv --loss l2,stft=0.1"; do
		same learn $how "$IN"/small/*.wav
	done
	same learn --preview out/seen --valid "$IN/small/5.png" \
		"$IN"/small/[12].png
	same sh -c 'vq-train "$@" | cut -f 1-6' - -q -s 4 -b 600 --tsv \
		--compare simvq,ema -k 8,16 -n none "$IN/x.npy"
}

@test "vq-encode and vq-decode: to stdout and below -O, one item and many" {
	local how one m
	for m in images:png sounds:wav; do
		for how in '' --latents --pack --npy '-O out/d' '--lambda 0.1' \
			'--index out/index'; do
			one=''
			[ "$how" != --npy ] || one=5
			[ "$m$how" != 'sounds:wav--lambda 0.1' ] || continue
			same vq-encode -q -m "$IN/${m%:*}.vq" $how \
				"$IN"/small/*$one."${m#*:}"
		done
		vq-encode -m "$IN/${m%:*}.vq" "$IN"/small/*."${m#*:}" >codes
		same vq-decode -q -m "$IN/${m%:*}.vq" --format record codes
		same vq-decode -q -m "$IN/${m%:*}.vq" -O out/d codes
		same vq-decode -q -m "$IN/${m%:*}.vq" -O out/d --stages 1 codes
	done
	for how in '--beam 4' '--stages 2' '--pack'; do
		same vq-encode -m "$IN/rows.vq" $how "$IN/x.npy"
		same vq-encode -m "$IN/rows.vq" $how "$IN"/[1-5].npy
	done
	vq-encode --pack -m "$IN/rows.vq" "$IN"/[1-5].npy >packed
	same vq-decode -q -m "$IN/rows.vq" --format raw packed packed
}

@test "vq-stats: figures, states, pictures" {
	local how
	vq-encode --latents -m "$IN/rows.vq" "$IN/x.npy" >latents
	vq-decode -q -m "$IN/images.vq" "$IN/codes" -O back
	for how in '--by item --tsv' '--state out/sum --json' \
		'--html out/p.html' "--against $IN/codes"; do
		same vq-stats -q -m "$IN/images.vq" $how "$IN/codes" "$IN/codes"
	done
	same vq-stats -q --json --errors -m "$IN/rows.vq" latents "$IN/2.npy"
	same vq-stats -q --json -R "$IN" back
	same vq-stats -q --json "$IN/images.vq" "$IN/sounds.vq"
	same vq-stats -q --json --against "$IN/rows.vq" "$IN/rows.vq"
	for how in --json '--boundary 5' '--audit out/a' "--against $IN/routes"; do
		same vq-stats -q $how "$IN/routes"
	done
	without_plots || same vq-stats -q --plot out/p.svg "$IN/codes"
	without_plots || same vq-stats -q -m "$IN/images.vq" \
		--atlas out/a.png "$IN/codes"
}

@test "moe-train and moe-route" {
	local how learn='moe-train -q -s 4 -b 600 --width 16'
	echo '0-31 gate' >rules
	for how in '--layers 2' '-t 2' '--router softmax --capacity 0.5' \
		'--router vq --type ema' '--router cosine' '--router stable' \
		'--router biased' '--router hash' '--router random' \
		'--router kmeans' '--router hybrid --rules rules' \
		'--map distil --code-entropy 0.1' \
		"--trace out/t --probe $IN/digits"; do
		same $learn $how "$IN/digits"
	done
	head -c 20000 "$DATA/text/austen.txt" >text
	same $learn --bytes --layers 2 text
	for how in '' --apply '--plan --layer 0' '--noise -20' '--capacity 0.5' \
		'--npy --layer 1' '-O out/d'; do
		same moe-route -m "$IN/m.moe" $how "$IN/digits"
	done
	same moe-route -m "$IN/m.moe" "$IN/digits" "$IN/digits" "$IN/digits"
}

@test "a thousand threads for five items" {
	need_plain_build
	vq-encode -j 1 -m "$IN/images.vq" "$IN"/small/*.png >one
	vq-encode -j 1024 -m "$IN/images.vq" "$IN"/small/*.png | cmp - one
	vq-encode -j 1024 -m "$IN/images.vq" "$IN"/small/5.png >five
	vq-encode -j 1 -m "$IN/images.vq" "$IN"/small/5.png | cmp - five
	learn -j 1 -n none "$IN/x.npy" >one
	learn -j 1024 -n none "$IN/x.npy" | cmp - one
}

# Each stack asks for a quarter of the memory that there may be.
with_few_stacks() {
	(
		ulimit -s 1000000 && ulimit -v 4000000
		exec timeout 60 "$@"
	)
}

@test "where there is no memory for more threads, fewer do the same" {
	need_plain_build
	with_few_stacks true 2>/dev/null || skip 'no larger stacks here'
	learn -j 1 -n none "$IN/x.npy" >want
	with_few_stacks vq-train -q -k 16 -s 2 -b 600 -j 64 -n none \
		"$IN/x.npy" | cmp - want
	vq-encode -j 1 -m "$IN/images.vq" "$IN"/small/*.png >want
	with_few_stacks vq-encode -j 64 -m "$IN/images.vq" \
		"$IN"/small/*.png | cmp - want
	vq-stats -q -j 1 --json "$IN/codes" >want
	with_few_stacks vq-stats -q -j 64 --json "$IN/codes" | cmp - want
	moe-route -j 1 -m "$IN/m.moe" "$IN/digits" >want
	with_few_stacks moe-route -j 64 -m "$IN/m.moe" "$IN/digits" |
		cmp - want
}

@test "a process has the threads that it was asked for, and OpenBLAS none" {
	need_plain_build
	local pid
	mkfifo in
	vq-encode -j 3 --raw f32:6 -m "$IN/rows.vq" <in >out &
	pid=$!
	exec 6>in
	head -c 24000 /dev/zero >&6
	for _ in {1..200}; do
		threads=$(awk '/^Threads/ { print $2 }' /proc/$pid/status)
		cores=$(awk '/^Cpus_allowed:/ { print $2 }' /proc/$pid/status)
		[ "$threads" -lt 3 ] || break
		sleep 0.05
	done
	exec 6>&-
	wait $pid
	[ "$threads" = 3 ]
	[ "$cores" = "$(awk '/^Cpus_allowed:/ { print $2 }' /proc/$$/status)" ]
}

@test "in little memory a command ends" {
	need_plain_build
	vq-encode -m "$IN/rows.vq" "$IN/x.npy" >want
	(
		ulimit -v 100000
		timeout 60 vq-encode -j 64 -m "$IN/rows.vq" "$IN/x.npy"
	) | cmp - want
}
