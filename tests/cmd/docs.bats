#!/usr/bin/env bats
# What the documents tell a reader to type works: every EXAMPLE of the man
# pages, the Python reader of vq-stream(5), the pipelines of README.md.
#
# Trainings that do not say how long they are make 20 steps here, with few
# vectors each; all else is run as it stands.  What mostly trains is left out
# under sanitizers.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	ln -s "$DATA/speech" speech
	mkdir photos
	ln -s "$DATA"/images/{brick,chelsea,coast}.png photos
	vq-train -q -s 20 -b 512 -k 64 -o photos.vq photos
	vq-train -q -s 20 -b 512 -k 64 -p 160 -r 4 -o speech.vq speech/*.wav
}

# In front of what the reader types: a second -s on the line holds.
# shellcheck disable=SC2317
vq-train() {
	local quick=(-s 20 -b 512)

	[[ " $* " != *' -e '* ]] || quick=()
	command vq-train "${quick[@]}" "$@"
}
export -f vq-train

# examples PAGE: the literal blocks of its EXAMPLES, as a reader sees them.
examples() {
	awk '/^\.Sh/ { here = $2 == "EXAMPLES" }
		/^\.Ed/ { inside = 0 }
		here && inside { print }
		here && /^\.Bd -literal/ { inside = 1 }' "$ROOT/man/$1" |
		sed 's/\\e/\\/g;s/\\&//g;s/\\-/-/g'
}

# fences FILE LANGUAGE: its blocks of code in that language, also in lists.
fences() {
	awk -v fence='```'"$2" '{ line = $0; sub(/^ +/, "", line) }
		line == "```" { inside = 0 }
		inside { print substr($0, margin + 1) }
		line == fence { inside = 1; margin = index($0, "`") - 1 }' "$1"
}

with_samples() {
	ln -s "$BATS_FILE_TMPDIR/photos" "$BATS_FILE_TMPDIR/speech" .
}

with_models() {
	with_samples
	cp "$BATS_FILE_TMPDIR"/{photos,speech}.vq .
}

# Runs what it reads, as a script that ends at the first failure.
follow() {
	cat >script
	[ "$(grep -cE 'vq-|moe-' script)" -ge "$1" ]
	bash -euo pipefail script >script.out 2>script.err || {
		cat script script.out script.err
		return 1
	}
}

said() { # PATTERN: it was in the output
	grep -qE -- "$1" script.out || { cat script.out; return 1; }
}

reader() { # the Python of vq-stream(5)
	awk '/^\.Ss Reading it/ { here = 1 }
		/^\.Ed/ { here = inside = 0 }
		inside { print }
		here && /^\.Bd -literal/ { inside = 1 }' "$ROOT/man/vq-stream.5"
}

@test "the examples of vq-train(1)" {
	need_plain_build
	need_numpy
	with_samples
	mkdir new
	ln -s "$DATA"/images/{coffee,tulips}.png new
	examples vq-train.1 | follow 5
	[ -s photos.vq ] && [ -s speech.vq ] && [ -s rows.vq ]
	[ -s photos2.vq ]
	said '"step":300,'
	said '^simvq +1024 +random +10.00 .* train '
	said '^simvq	64	1	'
}

@test "the examples of vq-encode(1)" {
	need_numpy
	with_models
	examples vq-encode.1 | follow 5
	said '^austen-0880.wav.codes$'
	said 'codes U8 \[299,1,4\]'
	said '^\(63, 63, 1\)$'
	said '^photos/coast.png	[1-9]'
}

@test "the examples of vq-decode(1)" {
	with_models
	examples vq-decode.1 | follow 5
	said '^psnr_db +[12][0-9]\.'
	said '^log_spectral_distance_db'
	[ "$(soxi -s out/speech/austen-0930.wav)" = 52640 ]
	[ "$(soxi -s low.wav)" = 47840 ]
}

@test "the examples of vq-stats(1)" {
	with_models
	examples vq-stats.1 | follow 15
	grep -q '<h1>' report.html
	said '^photos2.vq: transform same, encoder '
	said '^routes: vq, 4 experts, top 1, model [0-9a-f]{16}, N = 10231$'
	[ "$(grep -c '^# item' audit.tsv)" = 4 ]
	said '^routes: 8 experts, top 2, N = 4000$'
	said '^all +0\.[0-9]{4} +0\.[0-9]{4} +0\.2500( +-?0\.[0-9]{4}){3}$'
	said '^two models: unless they share their experts'
	said '^photos/coast.png [0-9]+\.'
	grep -q '^--fail-if .*does not hold: used' stats.txt
	grep -q '^vq_perplexity{stage="0"} ' vq.prom
	said '^codes of the largest error, by their share'
	said '^photos.vq +quantize.codebook F32 \[64,32\]'
}

@test "the examples of moe-route(1)" {
	need_numpy
	with_models
	examples moe-route.1 | follow 4
	said 'experts U16 \[5000,2\]'
	said '^0 +10231 +64 +64 '
	said '^\[[0-9 ]+\]$'
}

@test "the examples of moe-train(1)" {
	need_plain_build
	need_numpy
	ln -s "$DATA/digits/digits.csv.gz" .
	head -c 40000 "$DATA/text/austen.txt" >book.txt
	examples moe-train.1 | follow 6
	said '^by-code.moe  router=vq$'
	said '"step":300,'
	said '^300 +0\.[0-9]+ +[01]\.'
	[ -s book.moe ] && [ -s book.checkpoint ]
}

@test "the Python reader of vq-stream(5), and the examples there" {
	need_numpy
	with_models
	reader >records.py
	[ "$(grep -c . records.py)" -le 14 ]
	examples vq-stream.5 | follow 2
	said '^photos/brick.png \(64, 64, 1\) [0-9]+$'
	said '^stdin +codes U8 \[63,63,1\]'
}

@test "the reader of vq-stream(5) reads a model and vectors too" {
	need_numpy
	with_models
	reader >records.py
	vq-encode -m photos.vq --latents photos | cat photos.vq - >all
	"$PYTHON" - <<-'END'
	from records import records
	found = list(records(open("all", "rb")))
	assert len(found) == 4, len(found)
	assert found[0][0]["kind"] == "model"
	assert found[0][1]["quantize.codebook"].shape == (64, 32)
	assert found[3][0]["item"] == "photos/coast.png"
	assert found[3][1]["x"].shape == (63, 63, 32)
	assert abs(found[3][1]["x"]).max() > 0
	END
}

@test "the examples of vq-python(7)" {
	need_numpy
	with_models
	reader >records.py
	examples vq-python.7 | follow 3
	said '^[0-9]+$'
	[ "$(vq-stats --list same.codes | wc -l)" = 3 ]
}

@test "the examples of vqtools(7)" {
	need_plain_build
	with_samples
	examples vqtools.7 | follow 12
	said '^photos/brick.png +4096 '
	said '^simvq +256 +8.00 .* train '
	said '^kmeans 0.125 [12][0-9]'
	[ -s out/photos/coast.png ]
}

@test "the pipelines of the README" {
	need_plain_build
	need_numpy
	ln -s "$DATA" data
	fences "$ROOT/README.md" sh | follow 12
	[ -s back/data/images/coast.png ]
	[ "$(wc -l <audit.tsv)" -gt 32 ]
	grep -q '^--fail-if .*: does not hold: utilization' report.txt
	grep -q '^vq_used{item="data/images/coast.png"} ' vq.prom
	[ -s logits ]
	said '^label +tokens '
	said '^vq +4096 +12.00 .* train '
}

@test "every page has examples, and names the others" {
	local page

	for page in "$ROOT"/man/*; do
		[ "$(examples "${page##*/}" | wc -l)" -ge 4 ] ||
			{ echo "$page"; false; }
		[ "$(grep -c '^.Xr vq' "$page")" -ge 4 ]
	done
}
