#!/usr/bin/env bats
# skip-done.bats - --skip-done and --shard: what is done stays, the rest is
# done, by any number of processes.
load helper

model() {
	"$PYTHON" "$BATS_TEST_DIRNAME/models.py" "$@"
}

setup_file() {
	export M=$BATS_FILE_TMPDIR
	need_numpy
	model image 8 3 "$M/rgb"
	model image 16 3 "$M/other"
	model rows 4 "$M/r"
	mkdir "$M/in" "$M/rows"
	for i in $(seq 12); do
		"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" png "$M/in/$i.png" \
			$((40 + i)) 33 3 "$i"
		"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" rows "$M/rows/$i.npy" \
			$((50 + i)) 4 "$i"
	done
}

# again WANT COMMAND...: it says "WANT" of what it did; all is in said.
again() {
	local want=$1
	shift
	"$@" >said 2>&1 || { cat said; return 1; }
	[ "$(tail -n 1 said)" = "$1: $want" ] && return
	printf 'expected: %s\nsaid: %s\n' "$want" "$(cat said)"
	return 1
}

# stamps DIR: each file with its inode and time: what was not touched is equal.
stamps() {
	find "$1" -type f ! -name .vq-done -printf '%P %i %T@\n' | sort
}

@test "a second run touches nothing, and says so" {
	cp -r "$M/in" in
	for how in '' --pack --latents --npy '--format raw' '-j 1'; do
		# shellcheck disable=SC2086 # options
		set -- vq-encode -m "$M/rgb" -O out --skip-done $how in
		again '0 done before, 0 done again, 12 new' "$@"
		stamps out >before
		again '12 done before, 0 done again, 0 new' "$@"
		stamps out | cmp - before
		[ -z "$("$@" -q 2>&1)" ]
		rm -r out
	done
	vq-encode -m "$M/rgb" -O c in
	for how in '' --npy '--format raw:u8'; do
		# shellcheck disable=SC2086 # options
		set -- vq-decode -m "$M/rgb" -O out --skip-done $how c
		again '0 done before, 0 done again, 12 new' "$@"
		stamps out >before
		again '12 done before, 0 done again, 0 new' "$@"
		stamps out | cmp - before
		rm -r out
	done
}

@test "what is damaged, gone or of another input is done again, nothing else" {
	cp -r "$M/in" in
	vq-encode -m "$M/rgb" -O whole in
	set -- vq-encode -m "$M/rgb" -O out --skip-done in
	"$@" 2>/dev/null
	stamps out >before
	printf 'x' | dd of=out/in/3.png.codes bs=1 seek=700 conv=notrunc \
		status=none
	truncate -s -1 out/in/4.png.codes
	: >out/in/5.png.codes
	rm out/in/6.png.codes
	touch in/7.png
	cp in/9.png in/8.png
	rm out/in/9.png.codes
	mkdir out/in/9.png.codes
	fails 1 "$@"
	stderr_has 'out/in/9.png.codes: is a directory' \
		'5 done before, 6 done again (1 missing, 3 damaged, 2 of' \
		'input), 0 new, 1 failed'
	rmdir out/in/9.png.codes
	again '11 done before, 1 done again (1 missing), 0 new' "$@"
	vq-encode -f -m "$M/rgb" -O whole in/8.png
	rm out/.vq-done
	diff -r whole out
	join -j 1 before <(stamps out) | awk '$2 == $4 && $3 == $5' >same
	[ "$(wc -l <same)" -eq 5 ]
}

@test "other bytes of one name, size and time are another input" {
	rows() {
		"$PYTHON" "$BATS_TEST_DIRNAME/inputs.py" rows "$1" 9 4 "$2"
		touch -d 2026-01-01 "$1"
	}
	set -- vq-encode -m "$M/r" -O out --skip-done x.npy
	rows x.npy 1
	again '0 done before, 0 done again, 1 new' "$@"
	again '1 done before, 0 done again, 0 new' "$@"
	rows y.npy 2
	cp -p y.npy x.npy
	again '0 done before, 1 done again (1 of another input), 0 new' "$@"
	rows z.npy 3
	mv z.npy x.npy
	again '0 done before, 1 done again (1 of another input), 0 new' "$@"
	vq-encode -m "$M/r" -O want x.npy
	cmp want/x.npy.codes out/x.npy.codes
	# Only seemingly changed: done again, which costs time alone.
	chmod 600 x.npy
	again '0 done before, 1 done again (1 of another input), 0 new' "$@"
	cmp want/x.npy.codes out/x.npy.codes
	again '1 done before, 0 done again, 0 new' "$@"
}

@test "another model or other options make everything anew, once" {
	set -- vq-encode -O out --skip-done "$M/rows" -m
	"$@" "$M/r" 2>/dev/null
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r" --stages 1
	again '12 done before, 0 done again, 0 new' "$@" "$M/r" --stages 1
	# It says which, once; all stages are the same as no number of them.
	options() {
		grep -F 'with other options' said | diff - <(
			echo "vq-encode: out: done with other options ($1): done again")
	}
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r" --stages 2
	options --stages
	again '12 done before, 0 done again, 0 new' "$@" "$M/r"
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r" --stages 1 --nan drop --seed 7
	options '--stages, --seed, --nan'
	[ "$(grep -c '^%options:' out/.vq-done)" -eq 3 ]
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r" --stages 1
	options '--seed, --nan'
	[ "$(grep -c '^%options:' out/.vq-done)" -eq 3 ]
	# A ledger of before does not know.
	sed -i '/^%options:/d' out/.vq-done
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r"
	grep -qx 'vq-encode: out: done with other options: done again' said
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/r" --stages 1
	vq-encode -O plain -m "$M/r" --stages 1 "$M/rows"
	diff -r -x .vq-done plain out
	cp -r "$M/in" in
	set -- vq-encode -O o --skip-done in -m
	"$@" "$M/rgb" 2>/dev/null
	"$@" "$M/other" >said 2>&1
	[ "$(grep -c 'done with another model' said)" -eq 1 ]
	grep -q '12 done again (12 by another model)' said
	# A file that an option names counts with its bytes.
	for i in $(seq 12); do printf 'in/%s.png\t1\n' "$i"; done >labels
	"$@" "$M/other" --labels labels 2>/dev/null
	again '12 done before, 0 done again, 0 new' \
		"$@" "$M/other" --labels labels
	sed -i 's/1$/2/' labels
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" "$M/other" --labels labels
	# Of what is not for the bytes nothing is made anew.
	again '12 done before, 0 done again, 0 new' "$@" "$M/other" \
		--labels labels -j 3 --max-errors 4 -f
}

@test "each option that decides the bytes counts, and no other" {
	cp "$M/rows/1.npy" a.npy
	vq-encode -m "$M/r" -o a.codes a.npy
	echo 'a.npy	1' >labels
	check() { # COMMAND INPUT OPTION...
		rm -rf out
		"$1" -m "$M/r" -O out --skip-done "$2" 2>/dev/null
		"$1" -m "$M/r" -O out --skip-done "$2" "${@:3}" 2>&1 |
			grep -q '1 done again (1 by other options)\|1 new' ||
			{ echo "$1 ${*:3}"; return 1; }
	}
	vq-encode --help-table | cut -f 2 | grep -vxE 'help|version' >all
	for how in '--beam 2' '--stages 1' '--labels labels' '--nan drop' \
		'--seed 2' '--tensor x' '--raw f32:4' '--latents' '--pack' \
		'--npy' '--format raw'; do
		# shellcheck disable=SC2086 # options
		check vq-encode a.npy $how
		echo "${how%% *}" | cut -c 3- >>seen
	done
	# The rest changes no file, needs another model, or is refused.
	cat >>seen <<-'END'
	files-from
	force
	index
	lambda
	list-models
	max-errors
	max-pixels
	max-samples
	model
	null
	output
	output-dir
	quiet
	shard
	skip-done
	threads
	verbose
	END
	diff <(sort all) <(sort seen)
	for how in '--stages 1' --npy '--tensor codes'; do
		# shellcheck disable=SC2086 # options
		check vq-decode a.codes $how
	done
	vq-decode -m "$M/r" -O every --skip-done a.codes 2>/dev/null
	again '1 done before, 0 done again, 0 new' \
		vq-decode -m "$M/r" -O every --skip-done a.codes --stages 2
}

@test "files that are not its own are kept, those of the same bytes taken over" {
	cp -r "$M/in" in
	vq-encode -m "$M/rgb" -O out in
	echo mine >out/in/3.png.codes
	stamps out >before
	set -- vq-encode -m "$M/rgb" -O out --skip-done in
	fails 1 "$@"
	stderr_has 'in/3.png: out/in/3.png.codes: exists' 'with other bytes' \
		'0 done before, 0 done again, 11 new'
	stamps out | cmp - before
	fails 1 "$@"
	stderr_has '11 done before, 0 done again, 0 new'
	[ "$(cat out/in/3.png.codes)" = mine ]
	again '11 done before, 0 done again, 1 new' "$@" -f
	# The ledger lost: all is compared, nothing is touched.
	stamps out >before
	rm out/.vq-done
	again '0 done before, 0 done again, 12 new' "$@"
	stamps out | cmp - before
}

@test "streams with many items, and items that fail" {
	vq-encode -m "$M/rgb" "$M/in" >c
	set -- vq-decode -m "$M/rgb" -O out --skip-done c
	again '0 done before, 0 done again, 12 new' "$@"
	rm "out$M/in/5.png"
	again '11 done before, 1 done again (1 missing), 0 new' "$@"
	cp -r "$M/in" in
	echo junk >in/7.png
	set -- vq-encode -m "$M/rgb" -O e --skip-done in
	fails 1 "$@"
	stderr_has 'in/7.png: ' '11 new, 1 failed'
	[ ! -e e/in/7.png.codes ]
	cp "$M/in/7.png" in/
	again '11 done before, 0 done again, 1 new' "$@"
	# Twice the same item is still an error, done before or not.
	cat c c >cc
	fails 1 vq-decode -m "$M/rgb" -O out2 --skip-done cc
	fails 1 vq-decode -m "$M/rgb" -O out2 --skip-done cc
	stderr_has 'two items would write'
}

@test "what failed is counted too, and what --max-errors stopped, by part" {
	mkdir in
	cp "$M/in/1.png" in/a.png
	for i in 1 2 3; do echo junk >"in/$i.png"; done
	ends() { # WORDS OPTION...: the last line is these
		fails 1 vq-encode -m "$M/rgb" -O o "${@:2}" in
		[ "$(tail -n 1 "$ERR")" = "vq-encode: $1" ] && rm -rf o &&
			return
		tail -n 1 "$ERR"
		return 1
	}
	ends '3 of 4 items failed'
	ends '0 done before, 0 done again, 1 new, 3 failed' --skip-done
	ends '2 of 2 items failed: stopped by --max-errors 2' --max-errors 2
	ends '0 done before, 0 done again, 0 new, 1 failed: stopped by '\
'--max-errors 1' --max-errors 1 --skip-done
	ends 'part 1/1: 3 of 4 items failed' --shard 1/1
	ends 'part 1/1: 0 done before, 0 done again, 1 new, 3 failed' \
		--shard 1/1 --skip-done
	fails 1 vq-encode -q -m "$M/rgb" -O o in
	[ "$(wc -l <"$ERR")" -eq 3 ]
	# One that failed has been named.
	fails 1 vq-encode -m "$M/rgb" -O o in/1.png
	[ "$(wc -l <"$ERR")" -eq 1 ]
}

@test "SIGINT and SIGTERM say how far it was, and end it as ever" {
	mkdir in
	for i in $(seq 2000); do ln "$M/in/$((i % 12 + 1)).png" "in/$i.png"; done
	cat >stop.py <<-'END'
	import os, re, signal, subprocess, sys, time
	def run(sig, *options):
	    subprocess.run(["rm", "-rf", "o"])
	    p = subprocess.Popen(["vq-encode", "-m", sys.argv[1], "-O", "o",
	        "--skip-done", "in", *options], stderr=subprocess.PIPE, text=True)
	    while not os.path.exists("o/.vq-done"):
	        time.sleep(0.01)
	    p.send_signal(sig)
	    said = p.communicate()[1]
	    assert p.returncode == -sig, (p.returncode, said)
	    return said
	for sig in signal.SIGINT, signal.SIGTERM:
	    said = run(sig)
	    m = re.fullmatch(r"vq-encode: stopped: (\d+) more done; the same "
	                     r"command goes on there\n", said)
	    files = sum(len(f) for _, _, f in os.walk("o")) - 1
	    assert m and abs(int(m[1]) - files) <= 8 and files < 2000, (said, files)
	    assert run(sig, "-q") == ""
	assert run(sig, "--shard", "2/2").startswith(
	    "vq-encode: part 2/2: stopped: ")
	END
	"$PYTHON" stop.py "$M/rgb"
	# What is ignored stays so.
	(trap '' TERM; exec vq-encode -m "$M/rgb" -O o2 --skip-done in) 2>said &
	while [ ! -e o2/.vq-done ]; do sleep 0.05; done
	kill -TERM $!
	wait $!
	grep -q ', 2000 new$' said
}

@test "routes: by a router, and layer by layer of a model" {
	need_plain_build
	cp -r "$M/rows" in
	set -- moe-route --router hash -E 4 -O out --skip-done in
	again '0 done before, 0 done again, 12 new' "$@"
	again '12 done before, 0 done again, 0 new' "$@"
	again '0 done before, 12 done again (12 by other options), 0 new' \
		"$@" -E 5
	head -c 20000 "$DATA/text/austen.txt" >a.txt
	cp a.txt b.txt
	moe-train -q -s 3 -b 64 --width 8 --layers 3 --bytes -o m a.txt
	moe-route -m m --bytes -O want a.txt b.txt
	set -- moe-route -m m --bytes -O o --skip-done a.txt b.txt
	again '0 done before, 0 done again, 6 new' "$@"
	again '6 done before, 0 done again, 0 new' "$@"
	for gone in '0' '1' '2' '0 1' '0 2' '1 2'; do
		n=0
		for l in $gone; do
			rm "o/a.txt.layer$l.routes"
			n=$((n + 1))
		done
		stamps o >before
		again "$((6 - n)) done before, $n done again ($n missing), 0 new" \
			"$@"
		diff -r -x .vq-done want o
		[ "$(comm -23 before <(stamps o) | wc -l)" -eq 0 ]
	done
}

@test "what cannot work is refused" {
	cp "$M/in/1.png" .
	fails 2 vq-encode -m "$M/rgb" --skip-done -o o 1.png
	stderr_has --skip-done '-O DIR'
	fails 2 vq-encode -m "$M/rgb" --skip-done -O o --index i 1.png
	stderr_has --index --skip-done
	fails 2 vq-encode -m "$M/rgb" --skip-done -O o --labels <(echo) 1.png
	stderr_has --labels 'no regular file'
	fails 1 vq-encode -m "$M/rgb" --skip-done -O o < <(cat 1.png)
	stderr_has 'stdin: no regular file'
	: >empty.png
	fails 1 vq-encode -m "$M/rgb" --skip-done -O o empty.png
	stderr_has "empty.png: empty input"
	mkdir -p o/.vq-done
	fails 1 vq-encode -m "$M/rgb" --skip-done -O o 1.png
	stderr_has o/.vq-done
	for n in 0/4 5/4 x 1 1/ 0/0 1k/2k; do
		for c in vq-encode vq-decode moe-route; do
			fails 2 $c -m "$M/rgb" --shard $n 1.png
			stderr_has --shard
		done
	done
}

@test "a ledger that cannot be written is named, and the files are there" {
	mkdir o
	# A program that runs can be read and not be written, by root neither.
	cp "$VQ_BIN/vq-stats" o/.vq-done
	mkfifo still
	exec 9<>still
	o/.vq-done <&9 >/dev/null 2>&1 3>&- &
	until [ "/proc/$!/exe" -ef o/.vq-done ]; do sleep 0.05; done
	fails 1 vq-encode -m "$M/rgb" --skip-done -O o "$M/in/1.png"
	kill $!
	exec 9>&-
	stderr_has 'o/.vq-done: cannot open it' ' 0 new'
	[ -s "o$M/in/1.png.codes" ]
}

@test "shards are disjoint and together everything, and cat joins them" {
	cp -r "$M/in" in
	vq-encode -m "$M/rgb" -O whole in
	vq-encode -m "$M/rgb" in | vq-stats --list - | sort >want
	for i in 1 2 3; do
		vq-encode -m "$M/rgb" --shard $i/3 -O out --skip-done in
		vq-encode -m "$M/rgb" --shard $i/3 -o $i.codes in
	done
	diff -r -x .vq-done whole out
	cat 1.codes 2.codes 3.codes >all
	[ "$(vq-stats --list all | grep -c png)" = 12 ]
	# The rule, by others' tools; new items move none.
	"$PYTHON" -c 'import os, zlib
for f in sorted(os.listdir("in")):
    if zlib.crc32(("in/" + f).encode()) % 3 == 2 - 1:
        print("in/" + f)' >part
	xargs vq-encode -m "$M/rgb" <part | cmp - 2.codes
	# By item in a stream, too, of each command.
	for i in 1 2 3; do
		vq-decode -m "$M/rgb" --shard $i/3 -O back all
		vq-encode -m "$M/r" --latents "$M/rows" |
			moe-route --router hash -E 4 --shard $i/3 -o $i.routes
	done
	[ "$(find back -type f | wc -l)" = 12 ]
	[ "$(cat ./?.routes | vq-stats --list - | grep -c npy)" = 12 ]
	vq-encode -m "$M/rgb" in >c
	for i in 1 2 3; do
		vq-decode -m "$M/rgb" --shard $i/3 -O b2 c
		vq-decode -m "$M/rgb" --shard $i/3 --npy c
	done | wc -c >joined
	vq-decode -m "$M/rgb" --npy c | wc -c | cmp - joined
}

@test "an empty shard is an empty output; a bad item is of its shard alone" {
	cp "$M/in/1.png" a.png
	echo junk >bad.png
	bad=0 empty=0
	for i in $(seq 9); do
		vq-encode -m "$M/rgb" --shard "$i/9" -o "$i.codes" \
			a.png bad.png gone.png 2>>said || bad=$((bad + 1))
		[ ! -e "$i.codes" ] || [ -s "$i.codes" ] || empty=$((empty + 1))
	done
	[ "$(grep -c 'png: ' said)" -eq 2 ]
	[ $bad -le 2 ] && [ $((bad + empty)) -ge 8 ]
	cat ./*.codes | cmp - <(vq-encode -m "$M/rgb" a.png)
	clean vq-encode -m "$M/rgb" --shard 1/1000000 a.png >none
	[ ! -s none ]
}
