#!/usr/bin/env bats
# cluster.bats - the recipes of vqtools(7) for many machines, as they stand there,
# end in the same files as one run on one machine.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir photos
	cp "$DATA"/images/{brick,camera,chelsea,coast}.png photos
	cp photos/coast.png "photos/a name  with 'blanks.png"
	vq-train -q -n linear -k 16 -s 2 -b 512 -o photos.vq photos
	vq-encode -m photos.vq -O want photos
	vq-encode -m photos.vq -o want.codes photos
}

with_photos() {
	ln -s "$BATS_FILE_TMPDIR/photos" "$BATS_FILE_TMPDIR/photos.vq" .
}

# recipe NAME: what there is to type under this heading.
recipe() {
	awk -v want="$1" '/^\.S[hs]/ { here = substr($0, 5) == want }
		/^\.Ed/ { inside = 0 }
		here && inside { print }
		here && /^\.Bd -literal/ { inside = 1 }' "$ROOT/man/vqtools.7" |
		sed 's/\\e/\\/g' >script
	[ -s script ]
}

run_it() {
	bash -euo pipefail script >out.txt 2>err.txt ||
		{ cat script out.txt err.txt; return 1; }
}

same() {
	diff -r -x '.*' "$BATS_FILE_TMPDIR/want" codes
}

@test "Parts of a job: others compute the part of any name" {
	ln -s "$BATS_FILE_TMPDIR/photos.vq" .
	mkdir -p photos/d
	cp "$DATA/images/brick.png" photos/a.png
	for name in '100%25' '%41' $'two\nlines' $'\351t\351' ' a b ' d/é; do
		ln photos/a.png "photos/$name.png"
	done
	for in in photos ./photos// photos/. "$PWD/photos"; do
		recipe 'Parts of a job'
		sed -i "s|find photos|find $in|" script
		bash script | sed 's/ .*//' | sort -n >want
		[ "$(wc -l <want)" -eq 7 ]
		vq-encode -m photos.vq -o all.codes "$in"
		for i in $(seq 16); do
			vq-encode -m photos.vq --shard "$i/16" -O "out/$i" "$in"
			vq-decode -m photos.vq --shard "$i/16" -O "back/$i" \
				all.codes
			for to in out back; do
				mkdir -p "$to/$i"
				find "$to/$i" -type f -printf "$i\n" >>$to.got
			done
		done
		sort -n out.got | diff want -
		sort -n back.got | diff want -
		rm -r out back out.got back.got all.codes
	done
}

@test "one folder, however it is written, has the same parts" {
	with_photos
	vq-encode -m photos.vq -O codes --shard 1/2 photos
	vq-encode -m photos.vq -O codes --shard 2/2 ./photos/.//
	[ "$(find codes -type f | wc -l)" -eq 5 ]
	vq-encode -m photos.vq -O c2 --shard 2/2 "$PWD//photos"
	vq-encode -m photos.vq -O c2 --shard 1/2 "$PWD/./photos/"
	[ "$(find c2 -type f | wc -l)" -eq 5 ]
}

@test "xargs" {
	with_photos
	recipe xargs
	run_it
	same
	# Both were there: the second found all done.
	grep -q ': 5 done before, 0 done again, 0 new' err.txt
}

@test "GNU parallel" {
	command -v parallel >/dev/null || skip 'no GNU parallel: make deps'
	[[ $(parallel --version) == *GNU* ]] || skip 'another parallel'
	with_photos
	recipe 'GNU parallel'
	run_it
	same
	[ "$(find back -name '*.png' | wc -l)" -eq 5 ]
}

@test "Slurm: each task of the array, one of them twice" {
	with_photos
	recipe Slurm
	shellcheck script
	export SLURM_ARRAY_TASK_COUNT=4 SLURM_CPUS_PER_TASK=2
	for SLURM_ARRAY_TASK_ID in 3 1 4 2 3; do
		export SLURM_ARRAY_TASK_ID
		sh script 2>err.txt
	done
	grep -q '^vq-encode: part 3/4: [0-9]* done before, 0 done again, 0 new' err.txt
	same
	unset SLURM_ARRAY_TASK_ID
	fails 2 sh script
}

@test "one stream, and its counts" {
	with_photos
	recipe 'One stream'
	run_it
	[ "$(wc -c <all.codes)" = "$(wc -c <"$BATS_FILE_TMPDIR/want.codes")" ]
	recipe Counts
	run_it
	vq-stats -q --json --merge parts/*.state |
		jq '.tokens, .item_count, .perplexity' >got
	vq-stats -q --json "$BATS_FILE_TMPDIR/want.codes" |
		jq '.tokens, .item_count, .perplexity' | diff - got
}

@test "Hadoop and Spark: names come by a pipe, none too, and the status tells" {
	with_photos
	recipe 'Hadoop Streaming and Spark'
	shellcheck script
	chmod +x script
	# As a scheduler gives it: some names to each, to some none.
	for i in 0 1 2 3 4 5 6; do
		find photos/ -name '*.png' | sort | awk "NR % 7 == $i" |
			clean ./script >got
		[ ! -s got ]
	done
	same
	fails 123 ./script < <(echo gone.png)
	stderr_has 'gone.png: '
}
