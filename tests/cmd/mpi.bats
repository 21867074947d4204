#!/usr/bin/env bats
# mpi.bats - training by several ranks of MPI: the same model as by one, bit
# for bit (net conv: nearly), and what goes wrong ends all of them.
#
# VQ_MPI_BIN holds commands built with MPI=1; without it nothing is tested here
# (make check-mpi has it).
# Options in one word are split on purpose.
# shellcheck disable=SC2086
load helper
load train

need_mpi() {
	[ -n "${VQ_MPI_BIN:-}" ] || skip 'no build with MPI: make check-mpi'
	command -v mpirun >/dev/null || skip 'no mpirun: make mpi-deps'
}

setup_file() {
	[ -n "${VQ_MPI_BIN:-}" ] || return 0
	make_inputs
	"$PYTHON" -c "
import numpy as np
for i in range(7):
    np.save('$IN/part%d.npy' % i, np.load('$IN/x.npy')[i * 420:][:420])"
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" digits \
		"$DATA/digits/digits.csv.gz" "$IN/digits"
}

# ranks N COMMAND [ARGUMENT...]: as built with MPI, by N processes.
ranks() {
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		timeout 120 mpirun --oversubscribe --bind-to none -n "$1" \
		"$VQ_MPI_BIN/$2" "${@:3}"
}

# Quick, but long enough to be stopped: 2,000 steps.
long=(-q -j 1 -k 32 -s 2000 -b 700 --checkpoint ck --checkpoint-every 20)

# begin N [OPTION...]: long in the background, until it is at step 20 or more.
begin() {
	long_by "$@" >out 2>err &
	mpirun=$!
	for _ in $(seq 300); do
		grep -aq '"step":"[1-9]' ck 2>/dev/null && return
		sleep 0.1
	done
	cat err
	return 1
}

long_by() {
	ranks "$1" vq-train "${long[@]}" "${@:2}" -o some "$IN"/part*.npy
}

# The processes of the training that begin began.
workers() {
	pgrep -f "^$VQ_MPI_BIN/vq-train .*$PWD|^$VQ_MPI_BIN/vq-train ${long[*]}"
}

# by N [OPTION...]: train's settings, on one thread each.
by() {
	ranks "$1" vq-train -q -f -j 1 -k 32 -s 20 -b 700 "${@:2}"
}

alone() {
	vq-train -q -f -j 1 -k 32 -s 20 -b 700 "$@"
}

# same RANKS OPTION...: those and the plain build make the same bytes.
same() {
	local n
	alone -o one "${@:2}"
	for n in $1; do
		by $n -o some "${@:2}"
		cmp one some || { echo "$n ranks: ${*:2}"; return 1; }
	done
}

@test "one, two and four ranks make the same bytes: rows, images, sounds" {
	need_mpi
	same '1 2 4' "$IN"/part*.npy
	for how in "$IN/images" "-r 2 $IN/sounds" "$IN/x.npy" \
		"-n none $IN/x.npy" "--buffer 64k $IN/images"; do
		same 3 $how
	done
}

@test "the same for every type" {
	need_mpi
	for t in simvq vq ema cvq fc fsq lfq kmeans 'simvq --basis mlp' \
		'simvq -r 2 -g 2 --stage-dropout 0.5' 'simvq --init random' \
		'ema -r 3 --shared'; do
		same 3 -t $t "$IN"/part*.npy
	done
}

near() {
	"$PYTHON" "$BATS_TEST_DIRNAME/near.py" "$@"
}

@test "net conv: the same up to the order of sums, and the same again" {
	need_mpi
	for how in "$IN/images" "$IN/sounds"; do
		how="-n conv --width 16 --depth 1+2 -s 8 $how"
		alone $how -o one
		by 3 $how -o some
		by 3 $how -o again
		cmp some again
		near one some 1e-4
	done
}

@test "sums of gradients: the same up to their order, and the same again" {
	need_mpi
	for how in '-t vq' '-t lc' '-t simvq --freeze-table' \
		'--basis cond -r 2' '--basis mlp' '-r 2 -g 2 --shared' \
		'-n none --no-bias' "-n conv --width 16 --depth 1 $IN/images"; do
		case $how in
		*images) ;;
		*) how="$how $IN/x.npy" ;;
		esac
		echo "$how"
		alone -s 8 --no-settle $how -o one
		by 3 -s 8 --no-settle --reduce sums $how -o some
		by 3 -s 8 --no-settle --reduce sums $how -o again
		cmp some again
		near one some 1e-4
	done
	alone --reduce sums "$IN/x.npy" -o some
	alone "$IN/x.npy" -o one
	cmp one some
}

@test "sums go on from a checkpoint, by another number of ranks" {
	need_mpi
	ranks 2 vq-train -q -j 1 -k 32 -s 10 -b 700 --reduce sums \
		--checkpoint ck "$IN/x.npy" -o half
	by 3 -s 20 --reduce sums --checkpoint ck --resume "$IN/x.npy" -o some
	alone -s 20 "$IN/x.npy" -o one
	near one some 1e-2
}

@test "sums are refused where a type learns from rows" {
	for how in '-t ema' '-t cvq' '-t fc' '-t fsq'; do
		fails 2 vq-train --reduce sums $how "$DATA/images" -o none
		stderr_has 'reduce is not for'
	done
	fails 2 vq-train --reduce sums --entropy-weight 1 "$DATA/images" -o none
	stderr_has 'whole batch'
}

@test "rows that weigh differently, and validation on others" {
	need_mpi
	"$PYTHON" - "$IN" <<-'EOF'
	import json, struct, sys
	import numpy as np
	x = np.load(sys.argv[1] + "/x.npy").astype("<f4")
	w = np.linspace(0, 2, len(x)).astype("<f4")
	head = json.dumps({
	    "x": {"dtype": "F32", "shape": x.shape, "data_offsets": [0, x.nbytes]},
	    "w": {"dtype": "F32", "shape": w.shape,
	          "data_offsets": [x.nbytes, x.nbytes + w.nbytes]}}).encode()
	open("w.st", "wb").write(
	    struct.pack("<Q", len(head)) + head + x.tobytes() + w.tobytes())
	EOF
	same 3 w.st
	same 2 --buffer 64k w.st
	same 3 --valid "$IN/y.npy" "$IN"/part*.npy
}

@test "a model goes on by ranks as by one" {
	need_mpi
	alone -o first "$IN"/part*.npy
	same 3 --continue first "$IN"/part*.npy
	same 2 --continue first --anchor 1 "$IN"/part*.npy
}

@test "stdin goes to the first rank, and is enough" {
	need_mpi
	alone -o one "$IN/x.npy"
	by 3 -o some - <"$IN/x.npy"
	cmp <(vq_data_hash <one) <(vq_data_hash <some)
}

@test "one log and one preview, as one process writes them" {
	need_mpi
	alone -o one --log log1 --preview p1 "$IN/images"
	by 3 -o some --log log3 --preview p3 "$IN/images"
	sed 's/"seconds":[^,}]*//g' log1 >l1
	sed 's/"seconds":[^,}]*//g' log3 | cmp - l1
	diff -r p1 p3
}

@test "stopped by SIGTERM, and gone on with by another number of ranks" {
	need_mpi
	begin 3
	kill -TERM "$(pgrep -P $mpirun -f mpirun || echo $mpirun)"
	wait $mpirun || true
	[ ! -e some ]
	not grep -aq '"step":"2000"' ck
	long_by 2 --resume
	vq-train "${long[@]}" --checkpoint other -o one "$IN"/part*.npy
	cmp one some
}

@test "a rank that is killed ends all in seconds; the checkpoint is good" {
	need_mpi
	begin 3
	kill -9 "$(workers | tail -n 1)"
	began=$SECONDS
	not wait $mpirun
	[ $((SECONDS - began)) -lt 20 ]
	[ ! -e some ]
	[ -z "$(workers)" ] || { sleep 2; [ -z "$(workers)" ]; }
	vq-train "${long[@]}" --resume -o some "$IN"/part*.npy
	vq-train "${long[@]}" --checkpoint other -o one "$IN"/part*.npy
	cmp one some
}

@test "an input that one rank cannot read is named once; the rest teaches" {
	need_mpi
	echo rubbish >bad.npy
	head -c 5000 "$IN/part2.npy" >cut.npy
	set -- "$IN/part0.npy" bad.npy "$IN/part1.npy" cut.npy "$IN/part3.npy"
	fails 1 alone -o one "$@"
	grep -v '^--\|^$' "$ERR" | sort >said
	fails 1 by 3 -o some "$@"
	for name in bad.npy cut.npy; do
		[ "$(grep -c "^vq-train: $name:" "$ERR")" -eq 1 ]
	done
	cmp one some
	cat "$IN/part0.npy" cut.npy >two.npy
	fails 1 alone -o one two.npy
	fails 1 by 3 -o some two.npy
	[ "$(grep -c '^vq-train: two.npy' "$ERR")" -eq 1 ]
	cmp one some
	fails 1 by 3 --max-errors 1 -o none "$@"
	stderr_has 'stopped: '
	[ ! -e none ]
}

@test "what all see is said once, what goes wrong on one ends all" {
	need_mpi
	fails 1 by 3 -k 1M -o some "$IN"/part*.npy
	[ "$(grep -c 'codes need at least as many vectors' "$ERR")" -eq 1 ]
	fails 1 by 3 -o some "$IN/x.npy" "$IN/z.npy" "$IN/y.npy"
	stderr_has 'rows of 5 numbers'
	fails 1 by 3 -o some no.such
	[ "$(grep -c 'no.such' "$ERR")" -eq 1 ]
	fails 1 by 3 -o no/such/some "$IN/x.npy"
	[ "$(grep -c 'no/such/some' "$ERR")" -eq 1 ]
	fails 2 by 3 -k 12abc "$IN/x.npy"
	[ "$(grep -c 12abc "$ERR")" -eq 1 ]
	[ ! -e some ]
}

# apart COMMAND [ARGUMENT...]: two ranks, in folders a and b.
apart() {
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		timeout 60 mpirun --oversubscribe --bind-to none \
		--wdir "$PWD/a" -n 1 "$VQ_MPI_BIN/$1" -q -j 1 "${@:2}" : \
		--wdir "$PWD/b" -n 1 "$VQ_MPI_BIN/$1" -q -j 1 "${@:2}"
}

@test "what one machine lacks, or has otherwise, ends all and is named" {
	need_mpi
	mkdir a b
	cp "$IN/x.npy" a && cp "$IN/x.npy" b
	cp "$IN/digits" a/rows && cp "$IN/digits" b/rows
	alone -o a/first "$IN/x.npy"
	fails 1 apart vq-train -s 5 --continue first x.npy -o some
	stderr_has 'first: cannot load'
	fails 1 apart vq-train -s 5 --init first x.npy -o some
	stderr_has 'first: cannot load'

	"$PYTHON" -c "import numpy as np; np.save('a/map.npy',
		np.arange(64, dtype='<u4') % 8)"
	moe=(-b 100 --width 16 -k 64 -E 8)
	fails 1 apart moe-train "${moe[@]}" --map map.npy -o some rows
	stderr_has 'map.npy'
	echo '0 discrete' >b/rules
	fails 1 apart moe-train "${moe[@]}" --router hybrid --rules rules \
		-o some rows
	[ "$(grep -c 'rules: No such file' "$ERR")" -eq 1 ]

	apart moe-train "${moe[@]}" -s 20 --checkpoint ck -o before rows
	"$PYTHON" "$BATS_TEST_DIRNAME/moe.py" edit "$IN/digits" b/rows \
		't["x"] = (*t["x"][:2], t["x"][2][::-1])'
	fails 1 apart moe-train "${moe[@]}" -s 40 --checkpoint ck --resume \
		-o some rows
	fails 1 apart moe-train "${moe[@]}" -o some rows
	stderr_has 'rows read differ'
	[ ! -e a/some ]
}

@test "stdin beside files is the first operand" {
	need_mpi
	alone -o one - "$IN/part1.npy" <"$IN/part0.npy"
	by 3 -o some - "$IN/part1.npy" <"$IN/part0.npy"
	cmp one some
	fails 1 by 3 -o some "$IN/part1.npy" - <"$IN/part0.npy"
	[ "$(grep -c 'first operand' "$ERR")" -eq 1 ]
}

@test "processes that others started together are refused" {
	need_mpi
	for bin in "$VQ_BIN" "$VQ_MPI_BIN"; do
		fails 2 env PMI_SIZE=4 PMI_RANK=1 "$bin/vq-train" -k 8 -s 2 \
			-o none "$IN/x.npy"
		stderr_has 'all the work'
		fails 2 env PMI_SIZE=4 "$bin/moe-train" -o none "$IN/digits"
		stderr_has 'all the work'
		SLURM_STEP_NUM_TASKS=4 "$bin/vq-train" -q -f -k 8 -s 2 -o some \
			"$IN/x.npy"
	done
}

@test "what one process does is refused by several, and by a plain build" {
	need_mpi
	fails 2 by 2 "$IN/x.npy"
	stderr_has 'goes to a file: -o FILE'
	fails 2 ranks 2 vq-train -o some --compare k=8,16 "$IN/x.npy"
	stderr_has '--compare is done by one process'
	fails 2 ranks 2 vq-train -o some --relabel "$IN/x.npy"
	stderr_has '--relabel is done by one process'
	VQ_MPI_BIN=$VQ_BIN fails 2 by 2 -o some "$IN/x.npy"
	stderr_has 'make MPI=1'
	[ ! -e some ]
}

@test "the examples of vq-mpi(7)" {
	need_mpi
	mkdir photos
	ln -s "$DATA"/images/{brick,coast}.png photos
	awk '/^\.Sh/ { here = $2 == "EXAMPLES" }
		/^\.Ed/ { inside = 0 }
		here && inside { print }
		here && /^\.Bd -literal/ { inside = 1 }' "$ROOT/man/vq-mpi.7" |
		sed 's/\\e/\\/g;s/mpirun/& --bind-to none/' >script
	grep -q '^cmp' script
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		PATH=$VQ_MPI_BIN:$PATH bash -euo pipefail script
}

@test "the Slurm script of vq-mpi(7), on one machine, and again when it is done" {
	need_mpi
	awk '/^#!\/bin\/sh/ { inside = 1 } /^\.Ed/ { inside = 0 } inside' \
		"$ROOT/man/vq-mpi.7" | sed 's/\\e$/\\/' >job
	grep -q 'SBATCH --nodes' job
	shellcheck job
	mkdir photos
	ln -s "$DATA"/images/{brick,coast}.png photos
	sed "s|/data|$PWD|g; s/64k -b 256k/64 -b 2k -j 1 -s 20/" job >here
	export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
	PATH=$VQ_MPI_BIN:$PATH sh here
	vq-stats --json photos.vq >/dev/null
	PATH=$VQ_MPI_BIN:$PATH fails 1 sh here
	stderr_has exists
}

@test "--time is the first rank's clock" {
	need_mpi
	ranks 3 vq-train -q -k 8 --time 1s -o some "$IN"/part*.npy
	vq-stats --json some >/dev/null
}

moe() { # N [OPTION...]
	ranks "$1" moe-train -q -f -j 1 -s 30 -b 100 --width 16 "${@:2}"
}

@test "experts: the same up to the order of sums, and the same again" {
	need_mpi
	for how in '' '--router softmax -t 2' '--type ema' '--router biased' \
		'--router kmeans' '--layers 2'; do
		moe-train -q -j 1 -f -s 30 -b 100 --width 16 $how -o one \
			--log log1 "$IN/digits"
		moe 3 $how -o some --log log3 "$IN/digits"
		moe 3 $how -o again "$IN/digits"
		cmp some again || { echo "$how"; false; }
		near one some 1e-3 || { echo "$how"; false; }
		[ "$(wc -l <log1)" -eq "$(wc -l <log3)" ]
	done
}

@test "experts: kept, and gone on with by another number of ranks" {
	need_mpi
	moe 2 -o one "$IN/digits"
	moe 2 -o some --checkpoint kept --checkpoint-every 20 "$IN/digits"
	cmp one some
	rm some
	moe 3 -o some --checkpoint kept --resume "$IN/digits"
	near one some 1e-3
}

@test "experts: what is of a whole batch, and stdin, is refused" {
	need_mpi
	fails 1 moe 2 -o some --capacity 1.5 "$IN/digits"
	stderr_has '--capacity'
	fails 1 moe 2 -o some --code-entropy 1 "$IN/digits"
	fails 1 moe 2 -o some - <"$IN/digits"
	stderr_has 'stdin is not read'
	[ "$(grep -c 'stdin is not read' "$ERR")" -eq 1 ]
	[ ! -e some ]
}
