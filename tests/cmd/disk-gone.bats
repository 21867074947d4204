#!/usr/bin/env bats
# disk-gone.bats - folders, files and streams that are not there, or no more.
load helper
load disks
load ready

setup_file() {
	stock_up
	"$PYTHON" - "$BATS_FILE_TMPDIR" <<-'PY'
		import sys
		import numpy as np
		x = np.random.default_rng(2).normal(size=(400000, 4))
		np.save(sys.argv[1] + "/long.npy", x.astype("<f4"))
	PY
	PATH=$VQ_BIN:$PATH vq-encode -m "$STOCK/rows.vq" \
		-o "$STOCK/long.codes" "$STOCK/long.npy"
	for _ in 1 2 3 4 5 6 7 8; do cat "$STOCK/long.codes"; done \
		>"$STOCK/longer.codes"
}

@test "a working directory that was removed" {
	for c in $COMMANDS; do
		mkdir d
		cd d
		cp "$(input_for "$c")" in
		rm -r ../d
		fails 1 ready "$c" in -o ../out
		stderr_has "$c: in: No such file"
		fails 1 ready "$c" "$(input_for "$c")" -o out
		stderr_has "$c: out: " 'No such file'
		# What is named by where it is is there.
		ready "$c" "$(input_for "$c")" -o "$BATS_TEST_TMPDIR/out"
		ready "$c" <"$(input_for "$c")" >"$BATS_TEST_TMPDIR/again"
		case $c in vq-encode | vq-decode | moe-route)
			fails 1 ready "$c" "$(input_for "$c")" -O .
			stderr_has "$c: " 'No such file' ;;
		esac
		cd "$BATS_TEST_TMPDIR"
		[ -s out ] && [ -s again ]
		rm out again
		nothing_left
	done
}

@test "a folder of outputs that vanishes meanwhile" {
	mkfifo pipe
	for c in $COMMANDS; do
		mkdir out
		status=0
		EXEC="exec" ready "$c" -o out/f <pipe 2>"$ERR" &
		exec 5>pipe
		for _ in {1..200}; do
			find /proc/$!/fd -lname "$PWD/out/*" | grep -q . && break
			sleep 0.05
		done
		rm -r out
		cat "$(input_for "$c")" >&5
		exec 5>&-
		wait $! || status=$?
		[ "$status" -eq 1 ] || { echo "$c: $status"; cat "$ERR"; false; }
		one_line "$c" out/f 'No such file'
		nothing_left pipe
	done
	# Below -O it is made again.
	for c in vq-encode moe-route; do
		ready $c -O out "$STOCK/x.npy" - <pipe 2>"$ERR" &
		exec 5>pipe
		rm -rf out
		cat "$STOCK/x.npy" >&5
		exec 5>&-
		wait $! || { cat "$ERR"; false; }
		find out -name 'stdin.*' | grep -q .
		rm -r out
	done
}

@test "a component of -O that is a file" {
	echo precious >file
	ln -s nowhere broken
	for c in vq-encode vq-decode moe-route; do
		for d in file file/below broken/below; do
			fails 1 ready $c -O $d "$(input_for $c)"
			stderr_has "$c: " "$d" 'directory'
		done
		[ "$(cat file)" = precious ]
		nothing_left file broken
	done
}

# Commands with each form of output: what is before the input.
forms() {
	for f in record npy raw raw:f32; do
		echo "vq-encode --latents --format $f"
		echo "vq-decode --format $f"
	done
	printf '%s\n' 'vq-encode --npy' 'vq-encode --raw f32:4' \
		'vq-encode --pack' 'moe-route --npy' 'moe-route --format raw' \
		'moe-route --plan' 'moe-route -t 2' 'vq-stats --json' \
		'vq-stats --tsv' 'vq-stats --json-lines' \
		'vq-stats --prometheus' 'vq-stats --list' 'vq-stats --html -' \
		'vq-stats --list-keys' 'vq-train --init random' moe-train
}

@test "/dev/full and a closed stdout, for each form of output" {
	set -f
	while read -r c options; do
		case $c in vq-stats) run=(vq-stats -q) ;; *) run=(ready "$c") ;; esac
		[ "$c $options" != 'vq-stats --html -' ] || options+=' -o r'
		# shellcheck disable=SC2206
		run+=($options "$(input_for "$c")")
		status=0
		"${run[@]}" >/dev/full 2>"$ERR" </dev/null || status=$?
		[ "$status" -eq 1 ] || { echo "${run[*]}: $status"; false; }
		stderr_has "$c: " stdout 'No space left'
		rm -f r
		status=0
		"${run[@]}" >&- 2>"$ERR" </dev/null || status=$?
		[ "$status" -eq 1 ] || { echo "${run[*]}: $status"; false; }
		stderr_has "$c: " stdout
		rm -f r
		nothing_left
	done < <(forms)
}

@test "closed streams never let one file into another" {
	for c in $COMMANDS; do
		ready "$c" -o good "$(input_for "$c")"
		for closed in '<&-' '>&-' '2>&-' '<&- >&-' '>&- 2>&-' \
			'<&- >&- 2>&-'; do
			eval 'ready "$c" -o out "$(input_for "$c")"' "$closed"
			cmp out good
			rm out
		done
		rm good
	done
	# The log on a stderr that is closed: the model is made.
	for c in vq-train moe-train; do
		status=0
		ready $c -o out --log - "$(input_for $c)" 2>&- || status=$?
		[ "$status" -eq 0 ]
		ready $c -o good "$(input_for $c)"
		cmp out good
		rm out good
	done
}

@test "who reads no more ends each command silently" {
	set +o pipefail
	for c in $COMMANDS; do
		{
			sleep 0.1
			ended=0
			EXEC='env --default-signal=PIPE' ready "$c" \
				"$(input_for "$c")" 2>err || ended=$?
			echo "$ended" >ended
		} | true
		[ "$(cat ended)" -eq 141 ] || { echo "$c: $(cat ended)"; false; }
		[ ! -s err ] || { cat err; false; }
		# Where the signal is ignored it is an error as any other.
		{
			sleep 0.1
			ended=0
			EXEC='env --ignore-signal=PIPE' ready "$c" \
				"$(input_for "$c")" 2>"$ERR" || ended=$?
			echo "$ended" >ended
		} | true
		[ "$(cat ended)" -eq 1 ]
		one_line "$c" stdout 'Broken pipe'
	done
}

@test "what is read is never a log, an index, a checkpoint or a trace" {
	cp "$STOCK/x.npy" x
	cp "$STOCK/xy" xy
	cp "$STOCK/rows.vq" m
	cp "$STOCK/gate.npy" g
	ln -s x link
	mkdir d
	cp x d/x
	echo x >list
	cp -r . ../kept
	for o in --log --checkpoint; do
		fails 1 ready vq-train -f $o x -o o x
		stderr_has "vq-train: $o: x is an operand too"
		fails 1 ready vq-train -f $o ./link -o o x
		fails 1 ready vq-train -f $o d/x -o o d
		fails 1 ready vq-train -f $o x -o o --files-from list
		fails 1 ready vq-train -f $o list -o o --files-from list
		fails 1 ready vq-train -f $o x -o o --valid x d
		stderr_has 'the file of --valid too'
		fails 1 ready vq-train -f $o m --init m -o o x
		stderr_has "$o: m is the file of --init too"
		fails 1 ready vq-train -f $o x -o ./x d
		fails 1 ready moe-train -f $o xy -o o xy
		fails 1 ready moe-train -f $o x -o o --valid x xy
	done
	fails 1 ready moe-train -f --trace xy --probe d/x -o o xy
	fails 1 ready moe-train -f --trace x --probe x -o o xy
	fails 1 ready moe-train -f --log x --target x -o o xy
	fails 1 ready moe-train -f --log x -o ./x xy
	fails 1 ready vq-encode -f --index x -o o x
	stderr_has 'vq-encode: --index: x is an operand too'
	fails 1 ready vq-encode -f --index ./link -o o x
	fails 2 vq-encode -f --index m -m m -o o x
	fails 2 vq-encode -f -m m -o ./m x
	fails 2 vq-decode -f -m m -o m x
	fails 1 moe-route -f -m g --index x -O o d x
	fails 2 moe-route -f -m g -o g x
	stderr_has 'moe-route: -o: g is the file of -m too'
	fails 2 moe-route -f -m g --index g -o o x
	diff -r . ../kept
	# The model is written at the end: it may replace what it came from.
	ready vq-train -f --init m -t kmeans -o m x || ready vq-train -f -o x x
	rm -r ../kept
}

# Reads a long file while we do something to it: what it gives is right, or it
# says of the file what is wrong.
meddle() { # COMMAND INPUT WHAT
	status=0
	cp "$2" in
	EXEC="exec" ready "$1" -j 1 -o out in 2>"$ERR" &
	for _ in {1..3000}; do
		got=$(sed -n 's/^rchar: //p' "/proc/$!/io" 2>/dev/null) || break
		[ "${got:-1000001}" -le 1000000 ] || break
		sleep 0.003
	done
	kill -STOP $! 2>/dev/null || true
	eval "$3"
	kill -CONT $! 2>/dev/null || true
	wait $! || status=$?
}

@test "an input that shrinks, grows, is replaced or removed while it is read" {
	for c in $COMMANDS; do
		case $c in
		vq-decode | vq-stats) f=$STOCK/longer.codes ;;
		moe-train) continue ;;
		*) f=$STOCK/long.npy ;;
		esac
		cp "$f" in
		ready "$c" -j 1 -o good in
		for what in 'truncate -s 1500001 in' 'truncate -s 0 in' \
			'head -c 999 "$STOCK/rows.vq" >>in' 'rm in' \
			'mv -f other in'; do
			echo 'something else' >other
			meddle "$c" "$f" "$what"
			case $status in
			0) cmp out good || { echo "$c, $what"; false; } ;;
			1) grep -q "^$c: in: " "$ERR" ;;
			*) echo "$c, $what: $status"; cat "$ERR"; false ;;
			esac
			# One that is open is read to its end; vq-train reads
			# twice.
			case $c,$what in vq-train*) ;; *,rm* | *,mv*)
				[ "$status" -eq 0 ] || { echo "$c, $what"; false; }
			esac
			rm -f out in other
		done
		rm good
	done
}
