#!/usr/bin/env bats
# stats-words.bats - what vq-stats and the man pages say reads well: no line too
# many, plurals, the names that were meant, pages as mandoc shows them.
load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	vq-train -q -s 20 -b 512 -k 64 --log e.log -o a.vq \
		"$DATA/images/coast.png"
	vq-train -q --continue a.vq -s 20 -o b.vq "$DATA/images/brick.png"
}

models() {
	cp "$BATS_FILE_TMPDIR"/{a,b}.vq "$BATS_FILE_TMPDIR/e.log" .
}

# paragraphs FILE: it begins with words, and has no two blank lines.
paragraphs() {
	awk 'NR == 1 && !NF { bad = 1 }
		!NF && NR > 1 && !before { bad = 1 }
		{ before = NF }
		END { exit bad || !NR }' "$1" || { cat "$1"; return 1; }
}

@test "a report begins with words, and its paragraphs are a line apart" {
	models
	vq-encode -m a.vq "$DATA/images/coast.png" >codes
	local what

	for what in e.log a.vq codes 'a.vq e.log' 'codes e.log' \
		'--against a.vq b.vq' '--against a.vq b.vq e.log' \
		'--against codes codes'; do
		# shellcheck disable=SC2086 # several words
		vq-stats -q $what >text 2>said
		paragraphs text
	done
}

@test "against a model there is a sentence first" {
	models
	vq-stats -q --against a.vq --html p.html b.vq >text 2>said
	head -1 text | grep -E '^against a.vq: codes of b.vq lie [0-9.]+ spreads from the nearest old ones; [0-9.]+ % are each other.s nearest; another encoder$'
	grep -q 'class="glance">against a.vq: codes of b.vq lie ' p.html
}

@test "one is not several" {
	need_numpy
	"$PYTHON" -c 'import numpy
numpy.save("v.npy", numpy.ones((7, 1), "f4"))
numpy.save("c.npy", numpy.arange(2000) % 64)'
	vq-stats v.npy | grep -q '^7 vectors of 1 number$'
	vq-stats -k 64 --against c.npy c.npy |
		grep -q ': 1 item on both sides, N = 2000, 0 items new, 0 only'
}

@test "a condition's figure: longer names, and all stages at once" {
	models
	fails 2 vq-stats -q --against a.vq --fail-if 'matched < 1' b.vq
	stderr_has 'no "matched" in this report; nearest: "matched_distance"'
	fails 2 vq-stats -q --against a.vq --fail-if 'moved < 1' b.vq
	stderr_has 'nearest: "moved_distance" or "moved_most"'
	need_numpy
	"$PYTHON" -c 'import numpy
numpy.save("c.npy", numpy.arange(3000).reshape(1000, 3) % 64)'
	fails 2 vq-stats -q -k 64 --fail-if 'gini > 0.5' c.npy
	stderr_has '"gini" is in 3 places' ': say which, or take max(stages[].gini)'
	vq-stats -q -k 64 --fail-if 'max(stages[].gini) > 2' c.npy
}

@test "the page: how far a training came, where it goes, tables whole" {
	models
	need_numpy
	vq-stats -q -o text --html p.html --against a.vq b.vq e.log
	"$PYTHON" "$BATS_TEST_DIRNAME/page.py" p.html 'held error' \
		'From the first line to the last' 'at step'
	for i in {21..60}; do
		tail -n 1 e.log | sed "s/\"step\":[0-9]*/\"step\":$i/"
	done >later
	cat e.log later >long.log
	vq-stats -q -o text.l --html l.html long.log
	"$PYTHON" "$BATS_TEST_DIRNAME/page.py" l.html \
		'The last 20 of 60 lines: --json has them all'
	vq-encode -m a.vq "$DATA/images/coast.png" >codes
	vq-stats -q -o text.c --html c.html --against codes codes
	"$PYTHON" "$BATS_TEST_DIRNAME/page.py" c.html \
		'how many had something to be compared with'
	not grep 'items that had their reference' c.html
	grep -q '<caption class="heard">Codes of each stage' c.html
	# What is left out is said within the table's own box.
	vq-encode -m a.vq --latents "$DATA/images/coast.png" |
		moe-route -m a.vq -E 4 >routes
	vq-stats -q -o text.r --html r.html routes
	"$PYTHON" -c 'line = open("r.html").read().split("\n")
at = [i for i, l in enumerate(line) if l.startswith("<p class=\"more\">and ")]
assert at
for i in at:
    assert line[i - 1].endswith("</table>"), line[i - 1][-80:]
    assert line[i + 1].startswith("</div>"), line[i + 1][:80]'
}

# shown PAGE: as a reader sees it, in one line.
shown() {
	mandoc -Tutf8 -Owidth=500 "$ROOT/man/$1" | col -b | tr -s ' \n\t' ' '
}

@test "man pages: options with their dashes, quotes closed, keys as they are" {
	local page

	for page in "$ROOT"/man/*; do
		page=${page##*/}
		# --json | -json-lines, and quotes within quotes.
		not grep -oE "\\| -[a-z]{2}[^ ]*|’’" <<<"$(shown "$page")"
	done
	shown vq-stats.1 | grep -qF '[--json | --json-lines | --tsv | --prometheus]'
	shown vq-stats.1 | grep -qF "(‘0.9’, ‘-3’, ‘1e-3’)"
	# A key or a formula is no word that begins with a capital.
	shown vq-stats.1 | grep -qF 'k: how many there are.'
	shown vq-stats.1 | grep -qF 'used / codes.'
	not grep -oE '[^A-Za-z_]K: |Used /|Coded_bits| [A-Z][a-z]+_[a-z]+ ' \
		<<<"$(shown vq-stats.1)"
}
