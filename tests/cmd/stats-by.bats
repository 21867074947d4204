#!/usr/bin/env bats
# stats-by.bats - --by: parts of items, labels of codes, and which rows of a
# breakdown text shows first.
load helper

setup_file() {
	need_numpy
}

by() {
	"$PYTHON" "$BATS_TEST_DIRNAME/by.py" "$@"
}

# shown: the items of the text, in its order.
shown() {
	sed -n 's/^\(item[0-9][0-9]*\) .*/\1/p' text | xargs
}

@test "--by label: the codes of each label, of rows and of places of a grid" {
	by make
	vq-stats -q --json --by label rows.codes >json
	vq-stats -q --json --by label -j 1 rows.codes | cmp - json
	by labels json
	vq-stats -q --json --by label grids.codes >json
	by tokens json
}

@test "--labels-file: a label for each row of all codes together" {
	by make
	vq-stats -q --json --labels-file y.npy plain.codes >json
	by labels json
	fails 2 vq-stats -q --labels-file y.npy plain.codes plain.codes
	stderr_has 'one file of ids'
	cat plain.codes plain.codes >two.codes
	fails 1 vq-stats -q --labels-file y.npy two.codes
	stderr_has 'y.npy has fewer rows'
	head -c 1500 plain.codes >cut.codes
	fails 1 vq-stats -q --labels-file y.npy cut.codes
	cat y.npy y.npy >twice
	fails 1 vq-stats -q --labels-file twice plain.codes
	stderr_has '--labels-file: twice has more rows'
	fails 1 vq-stats -q --labels-file gone plain.codes
	stderr_has '--labels-file: gone'
}

@test "--by part: the parts of each item, in every form" {
	by make
	vq-stats -q --json --by part plain.codes >json
	by parts json
	vq-stats -q --tsv --by part plain.codes >tsv
	[ "$(grep -c ^group tsv)" -eq 6 ]
	vq-stats -q --json-lines --by part plain.codes >lines
	grep '"group"' lines | grep -q '"item":"item3","part":1,"row":1,'
	vq-stats -q --prometheus --by part plain.codes >prom
	grep -qF 'vq_used{item="item3",part="1"} 96' prom
	fails 3 vq-stats -q --by part --fail-if 'min(groups[].used) < 1' \
		plain.codes
	vq-stats -q --by part --html p.html -o text plain.codes
	grep -q 'Groups, the worst first by perplexity' p.html
}

@test "too many labels are an error, too many codes of them a warning" {
	by many 65537
	fails 1 vq-stats -q --by label many.codes
	stderr_has 'item0: --by label: more than 65536 different labels'
	by make
	vq-stats -q --json --joint-limit 100 --by label rows.codes >json 2>said
	grep -q 'no figures by label: more than 100 ' said
	not grep -q groups json
}

@test "what is not there to break down is said" {
	by make
	vq-stats -q --by label plain.codes >text 2>said
	grep -q 'warning: --by label: no codes or routes' said
	"$PYTHON" -c 'import numpy; numpy.save("x.npy", numpy.eye(9))'
	vq-stats -q --by part x.npy >text 2>said
	grep -q 'warning: --by part: no codes' said
}

@test "text: the ten worst of many first, others by --sort and --top" {
	by items 30
	vq-stats -q --by item items.codes >text
	[ "$(shown)" = "$(seq -f item%g 0 9 | xargs)" ]
	grep -qxF '10 of 30 items, the least perplexity first; --top 0 for all' \
		text
	vq-stats -q --by item --sort used --top 0 items.codes >text
	[ "$(shown | wc -w)" -eq 30 ]
	grep -qxF '30 items, the least used first' text
	vq-stats -q --by item --sort dead --top 2 items.codes >text
	[ "$(shown)" = 'item0 item1' ]
	grep -qF '2 of 30 items, the largest dead first' text
	vq-stats -q --by item --sort psnr_db items.codes >text
	grep -qF '10 of 30 items, none with psnr_db' text
	fails 2 vq-stats --by item --sort perplexty items.codes
	stderr_has 'no figure "perplexty"; nearest: "perplexity"'
}

@test "up to ten rows stay in order, and so do all in other forms" {
	by items 30
	[ "$(vq-stats -q --tsv --sort item --by item items.codes |
		awk '$1 == "item" { print $2 }' | xargs)" = \
		"$(seq -f item%g 0 29 | xargs)" ]
	by items 8 back
	vq-stats -q --by item items.codes >text
	[ "$(shown)" = "$(seq -f item%g 0 7 | xargs)" ]
	not grep -q '8 items,' text
}
