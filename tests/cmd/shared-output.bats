#!/usr/bin/env bats
# shared-output.bats - where the commands write: files that appear whole or
# not at all, pipes, terminals; and what a signal leaves.
load helper
load ready

setup_file() {
	stock_up
}

@test "a full disk is an error that names the output" {
	for c in $COMMANDS; do
		status=0
		ready "$c" "$(input_for "$c")" >/dev/full 2>"$ERR" || status=$?
		[ "$status" -eq 1 ]
		one_line "$c" stdout 'No space left'
		fails 1 ready "$c" -o /dev/full "$(input_for "$c")"
		one_line "$c" /dev/full 'No space left'
	done
	nothing_left
}

@test "a file system without room leaves nothing behind" {
	for c in $COMMANDS; do
		cp "$(input_for "$c")" in
		# Whatever is written to a regular file fails, as on a full
		# disk; so the words go through a pipe.
		{
			ended=0
			(
				trap '' XFSZ
				ulimit -f 0
				ready "$c" -o out in 2>&1
			) || ended=$?
			echo "status $ended"
		} | cat >"$ERR"
		grep -q '^status 1$' "$ERR" || { cat "$ERR"; false; }
		grep -q "^$c: out: " "$ERR" || { cat "$ERR"; false; }
		nothing_left in
	done
}

@test "an existing file is kept without -f and replaced with it" {
	for c in $COMMANDS; do
		echo precious >out
		fails 1 ready "$c" -o out "$(input_for "$c")"
		one_line "$c" out -f
		[ "$(cat out)" = precious ]
		ready "$c" -f -o out "$(input_for "$c")"
		not grep -qa precious out
		[ -s out ]
		nothing_left out
	done
}

@test "-f keeps the old file where the command fails" {
	for c in $COMMANDS; do
		echo precious >out
		printf garbage >bad
		fails 1 ready "$c" -f -o out bad
		stderr_has "$c: bad: "
		[ "$(cat out)" = precious ]
		nothing_left out bad
	done
}

@test "-f replaces a file in one step: who has it open keeps the old" {
	for c in $COMMANDS; do
		echo precious >out
		exec 5<out
		ready "$c" -f -o out "$(input_for "$c")"
		[ "$(cat <&5)" = precious ]
		exec 5<&-
	done
}

@test "the target of a symbolic link is replaced, not the link" {
	mkdir d
	for c in $COMMANDS; do
		echo precious >d/target
		ln -sf d/target link
		fails 1 ready "$c" -o link "$(input_for "$c")"
		[ "$(cat d/target)" = precious ]
		ready "$c" -f -o link "$(input_for "$c")"
		[ "$(readlink link)" = d/target ]
		not grep -qa precious d/target
		nothing_left d d/target link
		rm d/target
		# One that points nowhere yet.
		ready "$c" -o link "$(input_for "$c")"
		[ -L link ] && [ -s d/target ]
	done
}

@test "a new file has the permissions that umask leaves" {
	umask 027
	for c in $COMMANDS; do
		ready "$c" -o out "$(input_for "$c")"
		[ "$(stat -c %a out)" = 640 ]
		rm out
	done
}

@test "an output in a folder that is not there is named" {
	for c in $COMMANDS; do
		fails 1 ready "$c" -o no/such/out "$(input_for "$c")"
		stderr_has "$c: no/such/out: "
		fails 1 ready "$c" -o . "$(input_for "$c")"
		stderr_has "$c: .: "
		nothing_left
	done
}

@test "an output that is also an input is refused or done right" {
	for c in $COMMANDS; do
		cp "$(input_for "$c")" both
		if [ "$c" = vq-stats ]; then
			fails 2 ready "$c" -o both both
			fails 2 ready "$c" -f -o both both
			cmp both "$(input_for "$c")"
			continue
		fi
		fails 1 ready "$c" -o both both
		cmp both "$(input_for "$c")"
		ready "$c" -f -o both both
		ready "$c" -o apart "$(input_for "$c")"
		# But for the item's name they are the same.
		[ "$(stat -c %s both)" -gt 0 ]
		rm both apart
	done
}

@test "a FIFO and a device are written directly" {
	mkfifo pipe
	for c in $COMMANDS; do
		cat pipe >through &
		ready "$c" -o pipe "$(input_for "$c")"
		wait
		ready "$c" "$(input_for "$c")" | cmp - through
		[ -p pipe ]
		ready "$c" -o /dev/null "$(input_for "$c")"
		[ -c /dev/null ]
	done
}

# What the file is called while it is written is nobody's business: any file
# that was not there before.
others() {
	find . "$TMPDIR" -mindepth 1 ! -name pipe ! -name '*.in' | wc -l
}

# It has a file of such a kind open, or one without a name.
writes() { # PID
	[ "$(others)" -gt 0 ] ||
		find "/proc/$1/fd" -lname "$PWD/* (deleted)" 2>/dev/null |
		grep -q .
}

# Starts COMMAND with -o out reading from a pipe that stays open, waits for
# its file, sends the signal, and wants the status of that.
killed_while_writing() { # SIGNAL NUMBER COMMAND INPUT
	local status=0
	mkfifo pipe
	exec 6<>pipe
	EXEC='exec env --default-signal' ready "$3" -o out <pipe &
	cat "$4" >pipe
	for _ in {1..100}; do
		writes $! && break
		sleep 0.05
	done
	writes $! || { echo 'no file was begun'; return 1; }
	not test -e out
	kill -"$1" $!
	wait $! || status=$?
	exec 6>&-
	rm pipe
	[ "$status" -eq $((128 + $2)) ] || { echo "status $status"; return 1; }
}

unnamed_files() {
	"$PYTHON" -c 'import os
os.open(".", os.O_TMPFILE | os.O_RDWR)'
}

@test "a signal while writing leaves no half file and no temporary one" {
	vq-encode -m "$STOCK/rows.vq" "$STOCK/x.npy" "$STOCK/x.npy" >codes.in
	head -c 8000 codes.in >part.in
	for c in $COMMANDS; do
		in=part.in
		case $c in vq-train | vq-encode)
			head -c 1000000 "$STOCK/large.npy" >rows.in
			in=rows.in ;;
		esac
		for s in 'TERM 15' 'INT 2' 'HUP 1' 'KILL 9'; do
			killed_while_writing "${s% *}" "${s#* }" "$c" "$in" ||
				{ echo "$c $s"; false; }
			# Not everywhere are there files without a name.
			[ "$(others)" -eq 0 ] || { [ "$s" = 'KILL 9' ] &&
				! unnamed_files; } ||
				{ ls -lA . "$TMPDIR"; false; }
		done
	done
}

@test "a reader that leaves ends a command by SIGPIPE, silently" {
	set +o pipefail
	vq-encode -m "$STOCK/rows.vq" "$STOCK/large.npy" >large.codes
	for c in $COMMANDS; do
		in=$STOCK/large.npy
		case $c in vq-decode | vq-stats) in=large.codes ;; esac
		{
			sleep 0.3
			ended=0
			EXEC='env --default-signal=PIPE' ready "$c" "$in" \
				2>err || ended=$?
			echo "$ended" >ended
		} | true
		[ "$(cat ended)" -eq 141 ] || { echo "$c: $(cat ended)"; false; }
		[ ! -s err ] || { cat err; false; }
	done
}

@test "head cuts a stream off without a word" {
	set +o pipefail
	vq-encode -m "$STOCK/rows.vq" "$STOCK/large.npy" 2>err | head -c 10 >ten
	[ "${PIPESTATUS[0]}" -eq 141 ]
	[ "$(stat -c %s ten)" -eq 10 ]
	[ ! -s err ]
	vq-encode -m "$STOCK/rows.vq" "$STOCK/large.npy" |
		vq-decode -m "$STOCK/rows.vq" 2>err | head -c 10 >ten
	[[ ${PIPESTATUS[*]} == *'141 0' ]]
	[ ! -s err ]
}

@test "a closed stdout is an error, not a lost result" {
	for c in $COMMANDS; do
		status=0
		ready "$c" "$(input_for "$c")" >&- 2>"$ERR" || status=$?
		[ "$status" -eq 1 ]
		one_line "$c" stdout
	done
}

@test "a closed stdout or stderr never lets output into another file" {
	for c in $COMMANDS; do
		ready "$c" -o good "$(input_for "$c")"
		ready "$c" -o out "$(input_for "$c")" >&- 2>&- <&-
		cmp out good
		rm out
		status=0
		ready "$c" -o out bad "$(input_for "$c")" 2>&- || status=$?
		[ "$status" -eq 1 ]
		[ "$c" = vq-stats ] || cmp out good
		not grep -qa 'No such file' out
		rm out good
	done
}

@test "a terminal as stdin gives a hint instead of a wait" {
	for c in $COMMANDS; do
		status=0
		on_terminal ie "$c" >"$ERR" || status=$?
		[ "$status" -eq 1 ] || { echo "$c $status"; cat "$ERR"; false; }
		one_line "$c" stdin terminal
	done
}

@test "binary goes to a terminal only with -f" {
	for c in vq-train vq-encode vq-decode; do
		status=0
		on_terminal o "$c" "$(input_for "$c")" >shown 2>"$ERR" ||
			status=$?
		[ "$status" -eq 1 ] || { echo "$c $status"; false; }
		[ ! -s shown ]
		one_line "$c" stdout 'terminal (use -f'
		on_terminal o "$c" -f "$(input_for "$c")" >shown
		grep -qa __metadata__ shown
	done
}

@test "text goes to a terminal" {
	on_terminal o vq-stats "$STOCK/x.codes" >shown
	grep -q '"utilization"' shown
	on_terminal o vq-stats --list "$STOCK/x.codes" >shown
	grep -q codes shown
}
