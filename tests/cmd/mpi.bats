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
}

# ranks N COMMAND [ARGUMENT...]: as built with MPI, by N processes.
ranks() {
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		timeout 120 mpirun --oversubscribe --bind-to none -n "$1" \
		"$VQ_MPI_BIN/$2" "${@:3}"
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
