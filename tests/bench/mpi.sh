# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp and bench are those of run
# tests/bench/mpi.sh - the part mpi of tests/bench/run: a step of vq-train by
# several ranks, and what it would be on many machines.
#
# VQ_MPI_BIN holds commands built with MPI=1; MPI_RUN may be a prefix, such as
# "chrt -r 5" where others are at work.
#
# A step of n rows and k codes of d numbers, SimVQ, net none, by R ranks
# (lib/model/step_share.h):
#
#   own     n/R d k / F         the search of a rank's rows
#   all     n d E               back through W, into the table
#   table   k d A               C W^T, laid out for the search; Adam
#   wire    (n (4 + 4 d) (R-1)/R + n/R 4 d) / B   codes, gradients; rows dealt
#
# With --reduce sums the second is n/R d E, and for gradients 4 n d is 8 g: sums
# of u codes and of W, g = u d + d^2, where u = k (1 - exp(-n/k)) are in use if
# all are alike; with --freeze-table g = d^2.
#
# F, E and A come from one rank, two k and two batches; two ranks check them, on
# one machine, where B is 4 GB/s.

# mpi_step RANKS K BATCH [OPTION...]: milliseconds, from the difference of two
# lengths.
mpi_step() {
	local few many
	few=$(micros mpi_train "$1" "$2" "$3" 4 "${@:4}")
	many=$(micros mpi_train "$1" "$2" "$3" 24 "${@:4}")
	calc "($many - $few) / 20e3"
}

mpi_train() { # RANKS K BATCH STEPS [OPTION...]
	# shellcheck disable=SC2086 # a prefix of words, or none
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		${MPI_RUN:-} mpirun --oversubscribe --bind-to none -n "$1" \
		"$VQ_MPI_BIN/vq-train" -q -f -j 1 -n none --init random \
		-k "$2" -b "$3" -s "$4" -o "$tmp/mpi.vq" "${@:5}" \
		"$tmp/mpi.npy" \
		</dev/null 2>"$tmp/said" || { cat "$tmp/said" >&2; return 1; }
}

# mpi_model K D BATCH RANKS THREADS B rows|sums|fixed: milliseconds.
mpi_model() {
	awk -v k="$1" -v d="$2" -v n="$3" -v r="$4" -v t="$5" -v b="$6" \
		-v how="$7" -v f="$F" -v e="$E" -v a="$A" 'BEGIN {
		g = how == "rows" ? 4 * n * d : 8 * d * d
		if (how == "sums")
			g += 8 * k * (1 - exp(-n / k)) * d
		back = how == "rows" ? n : n / r
		work = n / r * d * k / f + back * d * e + k * d * a
		wire = (4 * n + g) * (r - 1) / r + n / r * 4 * d
		wire = r > 1 ? wire / b : 0
		printf "%.4g", 1e3 * (work / t + wire)
	}'
}

# mpi_fit D K T T4 K4 T T4: F, E and A, of times of batch 2,048 and 8,192.
mpi_fit() {
	read -r F E A < <(awk -v d="$1" -v k="$2" -v t="$3" -v t4="$4" \
		-v l="$5" -v u="$6" -v u4="$7" 'BEGIN {
		n = 2048
		c = (t4 - t) / (3 * n) / 1e3
		c4 = (u4 - u) / (3 * n) / 1e3
		f = d * (l - k) / (c4 - c)
		print f, c / d - k / f, (u / 1e3 - c4 * n) / (l * d)
	}')
}

# mpi_two K D BATCH HOW [OPTION...]: measured, and by the model.
mpi_two() {
	local got want
	got=$(mpi_step 2 "$1" "$3" "${@:5}")
	want=$(mpi_model "$1" "$2" "$3" 2 1 4e9 "$4")
	row mpi "ranks: 2, batch $3, $4" "$2" "$1" 1 "$got" ms \
		"$(calc "$got / $want")x" "model $want"
}

mpi_measure() {
	local d=64 k n got one=()
	for k in 4096 16384; do
		one+=("$k")
		for n in 2048 8192; do
			got=$(mpi_step 1 $k $n)
			one+=("$got")
			row mpi "ranks: 1, batch $n" $d $k 1 "$got" ms '' ''
		done
	done
	mpi_fit $d "${one[@]}"
	for k in 4096 16384; do
		for n in 2048 8192; do
			mpi_two $k $d $n rows
			mpi_two $k $d $n sums --reduce sums
		done
	done
	echo "#   F $(calc "$F / 1e9") G multiply-adds/s, E $(calc \
		"$E * 1e9") ns, A $(calc "$A * 1e9") ns, of one thread"
}

# mpi_carry MACHINES K BATCH BITS HOW: of 32 threads.
mpi_carry() {
	local d=128 want one
	want=$(mpi_model "$2" $d "$3" "$1" 32 "$(calc "$4 / 8")" "$5")
	one=$(mpi_model "$2" $d "$3" 1 32 1 "$5")
	row mpi "$1: $3, $(calc "$4 / 1e9") Gbit/s, $5" $d "$2" 32 "$want" ms \
		"$(calc "$one / $want")x" "one machine $one"
}

part_mpi() {
	local k n bits how many
	heading 'A step of vq-train by ranks of one thread, SimVQ, net none' \
		'(ratio: to the model of tests/bench/mpi.sh)'
	[ -n "${VQ_MPI_BIN:-}" ] || {
		echo '#   no VQ_MPI_BIN (make O=.build-mpi MPI=1)'
		return
	}
	"$bench" rows "$tmp/mpi.npy" 64 20000 1
	mpi_measure
	heading 'On machines of 32 such threads, by the model: how many, batch, wire' \
		'(ratio: to the time that one machine takes for the batch)'
	for k in 16384 65536; do
		for n in 4096 262144; do
			for bits in 1e10 1e11; do
				for how in rows sums fixed; do
					mpi_carry 64 $k $n $bits $how
				done
			done
		done
	done
	for many in 2 4 8 16; do
		for bits in 1e10 1e11; do
			for how in rows sums fixed; do
				mpi_carry $many 65536 262144 $bits $how
			done
		done
	done
}
