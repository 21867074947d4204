#!/usr/bin/env bats
# disk-full.bats - no room for what is written: the file and the reason are
# named, what was there stays, nothing is left, and with room it goes well.
load helper
load disks
load ready

setup_file() {
	stock_up
}

@test "-o: the old file stays whole, or there is none" {
	small_disk size=256k
	for c in $COMMANDS; do
		echo precious >disk/old
		fill_up
		for o in old new; do
			fails 1 ready "$c" -f -o disk/$o "$(input_for "$c")"
			one_line "$c" disk/$o 'No space left'
		done
		disk_has old
		[ "$(cat disk/old)" = precious ]
		make_room
		for o in old new; do
			ready "$c" -f -o disk/$o "$(input_for "$c")"
			[ -s disk/$o ]
			not grep -qa precious disk/$o
		done
		rm disk/old disk/new
	done
}

@test "no room for another file at all" {
	# The root, and what fills it up.
	small_disk size=256k,nr_inodes=2
	echo precious >disk/old
	for c in $COMMANDS; do
		for o in old new; do
			fails 1 ready "$c" -f -o disk/$o "$(input_for "$c")"
			one_line "$c" disk/$o 'No space left'
		done
		disk_has old
		[ "$(cat disk/old)" = precious ]
	done
}

@test "-O: the items that fit are whole, the others are not there" {
	small_disk size=256k
	mkdir in
	for i in 1 2 3 4 5 6 7 8; do
		cp "$STOCK/x.npy" in/$i.npy
	done
	vq-encode -m "$STOCK/rows.vq" in -O codes
	for c in vq-encode vq-decode moe-route; do
		from=in
		[ $c != vq-decode ] || from=codes
		ready $c -O whole "$from"
		for j in 1 3; do
			dd if=/dev/zero of=disk/.filler bs=4k count=44 \
				status=none
			fails 1 ready $c -j $j -O disk/out "$from"
			stderr_has "$c: in/" 'No space left'
			n=$(find disk/out/ -type f | wc -l)
			[ "$n" -gt 0 ] && [ "$n" -lt 8 ] ||
				{ echo "$c: $n files"; false; }
			[ "$(grep -c 'No space left' "$ERR")" -eq $((8 - n)) ]
			(cd disk/out && find . -type f) | while read -r f; do
				cmp "disk/out/$f" "whole/$f"
			done
			make_room
			ready $c -f -j $j -O disk/out "$from"
			diff -r disk/out whole
			rm -r disk/out
		done
		rm -r whole
	done
}

# Each of these goes to a full disk as disk/f.png, beside a report or a model that
# has room: command, option, input, what stays, more options.  What is written
# line by line stays as far as it came.
@test "logs, checkpoints, states, indexes, pictures, pages" {
	small_disk size=1m
	ready moe-route -o r "$STOCK/x.npy"
	while read -r c o in left more; do
		[ "$o$(without_plots && echo y)" != --ploty ] || continue
		fill_up
		# shellcheck disable=SC2086
		fails 1 ready "$c" $o disk/f.png $more -o out "$in"
		stderr_has "$c: " disk/f.png 'No space left'
		# shellcheck disable=SC2086
		disk_has ${left#none}
		make_room
		rm -f out
		# shellcheck disable=SC2086
		ready "$c" $o disk/f.png $more -o out "$in"
		[ -s disk/f.png ] || { echo "$c $o"; false; }
		rm -f disk/* disk/.f* out
	done <<-END
		vq-train --log $STOCK/x.npy f.png
		vq-train --checkpoint $STOCK/x.npy none
		moe-train --log $STOCK/xy f.png
		moe-train --checkpoint $STOCK/xy none
		moe-train --trace $STOCK/xy f.png --probe $STOCK/xy
		vq-encode --index $STOCK/x.npy none
		moe-route --index $STOCK/x.npy none
		vq-stats --state $STOCK/x.codes .f.png.lock
		vq-stats --html $STOCK/x.codes none
		vq-stats --plot $STOCK/x.codes none
		vq-stats --audit r none
	END
}

@test "a pipe that must be spooled" {
	small_disk size=128k
	fill_up
	# shellcheck disable=SC2002
	cat "$DATA/speech/austen-0870.wav" |
		TMPDIR=disk fails 1 vq-train -q -s 2 -k 8 -o out
	stderr_has 'vq-train: stdin: cannot copy the input' ' disk (' \
		'No space left'
	disk_has
	nothing_left disk
}

@test "previews: told once, and the model is made" {
	small_disk size=128k
	vq-train -q -s 4 -k 8 -b 64 -o good "$DATA/images/brick.png"
	fill_up
	fails 1 vq-train -q -s 4 -k 8 -b 64 --preview disk/p -o m \
		"$DATA/images/brick.png"
	stderr_has 'vq-train: disk/p: ' 'No space left'
	[ "$(wc -l <"$ERR")" -eq 1 ]
	cmp m good
	disk_has p
	nothing_left disk good m
}

@test "a checkpoint that no longer fits is told, and training ends well" {
	small_disk size=1m
	vq-train -q -n none -k 8 -s 3000 -b 64 -o good "$STOCK/x.npy"
	status=0
	vq-train -q -n none -k 8 -s 3000 -b 64 --checkpoint disk/c \
		--checkpoint-every 1 -o out "$STOCK/x.npy" 2>"$ERR" &
	until [ -s disk/c ]; do sleep 0.01; done
	kill -STOP $!
	fill_up
	kill -CONT $!
	wait $! || status=$?
	[ "$status" -eq 1 ]
	stderr_has 'vq-train: disk/c: ' 'No space left'
	cmp out good
	disk_has c
	make_room
	# The one that did fit is whole.
	vq-train -q -n none -k 8 -s 3000 -b 64 --checkpoint disk/c --resume \
		--checkpoint-every 1 -o again "$STOCK/x.npy"
	cmp again good
}

@test "a read-only file system" {
	small_disk size=256k
	echo precious >disk/old
	on_disk 'mount -o remount,ro .'
	for c in $COMMANDS; do
		for o in old new; do
			fails 1 ready "$c" -f -o disk/$o "$(input_for "$c")"
			one_line "$c" disk/$o 'Read-only file system'
		done
		[ "$(cat disk/old)" = precious ]
		case $c in vq-encode | vq-decode | moe-route)
			fails 1 ready "$c" -O disk/out "$(input_for "$c")"
			stderr_has disk/out 'Read-only' ;;
		esac
	done
	disk_has old
}
