#!/usr/bin/env bats
# disk-limits.bats - limits of the process: sizes of files, open files, memory.
# Each gives success or a message and status 1, and nothing half.
load helper
load disks
load ready

setup_file() {
	stock_up
}

# A shell under a limit; what it says goes through a pipe, for the limit on
# files is also the one of redirections.
limited() { # LIMIT COMMAND...: status to $status, words to $ERR
	{
		ended=0
		(
			# shellcheck disable=SC2086
			ulimit $1
			"${@:2}"
		) 2>&1 >/dev/null || ended=$?
		echo "status $ended"
	} | cat >"$ERR"
	status=$(sed -n 's/^status //p' "$ERR")
	sed -i '/^status /d' "$ERR"
}

@test "a limit on the size of files is an error, not a signal" {
	for c in $COMMANDS; do
		limited '-f 0' ready "$c" -o out "$(input_for "$c")"
		[ "$status" -eq 1 ] || { echo "$c: $status"; cat "$ERR"; false; }
		one_line "$c" out 'File too large'
		nothing_left
		# Also behind stdout, and of what is written line by line.
		{
			ended=0
			(
				ulimit -f 0
				ready "$c" "$(input_for "$c")" 2>&1 >out
			) || ended=$?
			echo "status $ended"
		} | cat >"$ERR"
		grep -q '^status 1$' "$ERR" || { echo "$c"; cat "$ERR"; false; }
		grep -q "^$c: stdout: .*File too large" "$ERR"
		rm out
	done
	for c in vq-train moe-train; do
		limited '-f 0' ready $c --log log -o out "$(input_for $c)"
		[ "$status" -eq 1 ]
		grep -q "^$c: .*File too large" "$ERR"
		rm log
		nothing_left
	done
}

@test "too few open files: the item is named, the rest of a batch is done" {
	mkdir in
	for i in 1 2 3 4 5 6 7 8; do
		cp "$STOCK/x.npy" in/$i.npy
	done
	for c in $COMMANDS; do
		from=in
		case $c in vq-decode | vq-stats) from=$STOCK/x.codes ;;
		moe-train) from=$STOCK/xy ;; esac
		ready "$c" -j 4 -o good "$from"
		for n in 3 4 5 6 7 8 10 12 16 20; do
			limited "-n $n" ready "$c" -j 4 -o out "$from"
			case $status in
			0) cmp out good ;;
			# The linker has no file left for the libraries.
			127) not test -e out ;;
			1) grep -q "^$c: " "$ERR" ;;
			*) echo "$c -n $n: $status"; cat "$ERR"; false ;;
			esac
			rm -f out
			[ "$(find . -name '.*.??????')" = '' ]
		done
		[ "$status" -eq 0 ]
		rm good
	done
}

# What it is loaded with takes about 40 MB.
@test "too little memory is said, whatever is short of it" {
	need_plain_build
	for c in $COMMANDS; do
		ready "$c" -j 3 -o good "$(input_for "$c")"
		for mb in 40 50 60 80 100 140 200 300 450; do
			limited "-v ${mb}000" env EXEC= timeout 20 bash -c '
				. "$1"; ready "${@:2}"' bash \
				"$BATS_TEST_DIRNAME/ready.bash" "$c" -j 3 \
				-o out "$(input_for "$c")"
			case $status in
			0) cmp out good ;;
			127) not test -e out ;;
			1) grep -q "^$c: .*memory" "$ERR" ||
				{ echo "$c $mb"; cat "$ERR"; false; } ;;
			*) echo "$c $mb: $status"; cat "$ERR"; false ;;
			esac
			rm -f out
			nothing_left good
		done
		rm good
	done
}

@test "threads that cannot be had are done without" {
	need_plain_build
	for c in $COMMANDS; do
		ready "$c" -j 1 -o good "$(input_for "$c")"
		# A stack is as large as this limit says.
		limited "-s 4000000" ready "$c" -j 64 -o out "$(input_for "$c")"
		[ "$status" -eq 0 ] || { echo "$c $status"; cat "$ERR"; false; }
		cmp out good
		rm good out
	done
}
