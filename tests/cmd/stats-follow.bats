#!/usr/bin/env bats
# vq-stats on streams that are long, and on those that are still growing.
load helper

# codes N [COLS [CODE]]: a stream of N rows of U16 codes below 1,000 in records
# of up to 8 MiB, one item; the last row has CODE.
codes() {
	need_numpy
	/usr/bin/python3 "$BATS_TEST_DIRNAME/follow.py" codes "$@"
}

stream() { # slow, routes, log: as follow.py does
	need_numpy
	/usr/bin/python3 "$BATS_TEST_DIRNAME/follow.py" "$@"
}

until_has() { # TEXT FILE: wait until it is in the file
	for _ in $(seq 200); do
		! grep -q -- "$1" "$2" || return 0
		sleep 0.05
	done
	cat "$2"
	return 1
}

@test "long streams give the same figures for every -j" {
	codes 9000000 >long
	for j in 1 2 4; do
		vq-stats --json -j $j <long >$j.json
	done
	cmp 1.json 2.json && cmp 1.json 4.json
	[ "$(jq .tokens 1.json)" = 9000000 ]
	[ "$(jq .used 1.json)" = 1000 ]
}

@test "a code outside is named in a long stream for every -j" {
	codes 9000000 1 1000 >bad
	codes 10 >good
	for j in 1 2; do
		fails 1 vq-stats -j $j --json bad good
		stderr_has 'long: row 8999999, column 0: code 1000 is not below'
		cp "$OUT" $j.json
	done
	cmp 1.json 2.json
	[ "$(jq .failed_items 1.json)" = 1 ]
	[ "$(jq .item_count 1.json)" = 1 ]
}

@test "memory stays flat for long streams" {
	need_plain_build
	codes 20000000 | peak_kb vq-stats >short
	few=$(cat "$PEAK")
	codes 80000000 | peak_kb vq-stats >long
	many=$(cat "$PEAK")
	echo "$few KiB, $many KiB"
	grep -q 'N = 80,000,000' long
	# 120 MB more come; a part that waits for the counter takes 8 or not.
	((many < 80000 && many < few + 12000))
}

@test "a line comes at each interval, and one at the end" {
	stream slow 8 0.2 | tee >(cat >kept) |
		vq-stats --follow --interval 0.3 >lines
	cat lines
	[ "$(grep -c 'tokens/s' lines)" = 1 ]
	n=$(grep -c running lines)
	((n >= 3 && n <= 8))
	tail -n 1 lines | grep -Eq '^ +[0-9.]+ +8 +8,000 .* end$'
	[ "$(grep -c end lines)" = 1 ]
	# What came so far only grows.
	awk 'NR > 1 { gsub(",", ""); if ($3 < last) exit 1; last = $3 }' lines
}

@test "the figures of the last line are those of the report" {
	stream slow 5 0 >codes
	vq-stats --follow --json <codes | tail -n 1 >line.json
	vq-stats --json codes >all.json
	same() { # KEY OF-THE-LINE OF-THE-REPORT
		[ "$(jq "$1" line.json)" = "$(jq "${2:-$1}" all.json)" ]
	}
	same .tokens && same .utilization && same '.stages[1].perplexity'
	same '.stages[0].window_perplexity' '.stages[0].perplexity'
	same .items .item_count
	jq -e '.state == "end"' line.json
	jq -e '(.perplexity - (.stages[0].perplexity * .stages[1].perplexity |
		sqrt) | fabs) < 1e-6' line.json
	stream routes 4 0 >routed
	vq-stats --follow --json <routed | tail -n 1 >line.json
	vq-stats --json routed >all.json
	same '.routes[1].load_cv' '.routes[1].paths[0].load_cv'
	same '.routes[0].window_load_cv' '.routes[0].paths[0].load_cv'
	jq -e '.load_cv == ([.routes[].load_cv] | max)' line.json
	jq -e '.dead_experts == 7 and .tokens == 2000' line.json
}

@test "a window has what came since the line before" {
	{
		codes 100000 && sleep 0.8 && stream slow 2 0
	} | vq-stats --follow --interval 0.3 --tsv -k 1000 >lines || true
	cat lines
	grep -q waiting lines
	[ "$(grep -c waiting lines)" = 1 ]
}

@test "the report goes to a file" {
	stream slow 3 0 | vq-stats --follow -o all.txt >lines
	grep -q '^item_count *3$' all.txt
	not grep -q item_count lines
}

@test "a file that grows is followed until a signal" {
	stream slow 2 0 >grows
	vq-stats --follow --interval 0.1 grows >lines 2>said &
	pid=$!
	until_has '2,000' lines
	stream slow 1 0 >>grows
	until_has '3,000' lines
	stream slow 1 0 | head -c 1000 >>grows # not whole: no error
	sleep 0.3
	kill -TERM $pid # SIGINT is ignored behind &
	wait $pid
	tail -n 1 lines | grep -q 'end$'
	[[ $(cat said) == 'vq-stats: 1 item of codes came before, '* ]]
}

@test "a file that is cut or replaced is said, and read anew" {
	stream log 3 0 >grows
	vq-stats --follow --interval 0.1 grows >lines 2>said &
	pid=$!
	until_has ' 20 ' lines
	stream log 1 0 >grows
	until_has 'grows: became shorter' said
	until_has '^ *0 ' lines
	stream log 5 0 >new
	mv new grows
	until_has 'grows: was replaced' said
	until_has ' 40 ' lines
	kill -TERM $pid
	wait $pid
}

@test "a training log shows its newest line" {
	stream log 6 0.1 | vq-stats --follow --interval 0.2 >lines
	cat lines
	[ "$(head -n 1 lines | tr -s ' ')" = \
		' step seconds loss recon used% load_cv dead state' ]
	tail -n 1 lines | grep -Eq '^ +50 +2.5 +0.1667 +- +25.00% +0.3000 +3 +end$'
	stream log 6 0 | vq-stats --follow --json | tail -n 1 |
		jq -e '.step == 50 and .layers[1].load_cv == 0.3'
	stream log 2 0 >whole
	echo '{"step": 3' >>whole
	head -c -1 whole >part
	fails 1 vq-stats --follow <part
	stderr_has 'stdin: line at byte' 'its last line is not whole'
	fails 1 vq-stats --follow <whole
	stderr_has 'line 3: not JSON'
}

@test "the report of a followed log is that of the log" {
	stream log 6 0 >t.log
	vq-stats --json t.log >want.json
	vq-stats --follow --json -o got.json --plot p.png \
		--fail-if 'last_loss > 1' <t.log >lines
	for f in want got; do
		jq -S 'del(.. | .item?) | del(.conditions)' $f.json >$f
	done
	cmp want got
	jq -e '.training[0].points | length == 6' got.json
	[ -s p.png ]
	fails 3 vq-stats --follow --fail-if 'last_loss > 0.01' <t.log
	# What came is kept where the rest is damaged.
	echo '{"step":' >>t.log
	fails 1 vq-stats --follow -o kept.txt <t.log
	grep -q 'training stdin: .* 6 lines' kept.txt
}

@test "a log with NaN is read, and said" {
	printf '%s\n' '{"step": 1, "loss": 2}' \
		'{"step": 2, "loss": NaN, "a": "NaN \" NaN", "b": [NaN,-Infinity]}' \
		'{"step": 3, "loss": Infinity}' '{"step": 4, "loss": 1}' >t.log
	vq-stats --json t.log >json 2>said
	grep -q 't.log: NaN or Infinity in 2 lines, first at step 2: read as null' \
		said
	jq -e '.training[0] | .last_loss == 1 and .points[1].loss == null and
		.points[1].a == "NaN \" NaN" and .points[1].b == [null, null]' json
	vq-stats --follow --tsv <t.log | tail -n 1 | grep -q "^4$(printf '\t')1"
	echo '{"step": 5, "loss": NaN2, "c": Infinit}' >>t.log
	fails 1 vq-stats t.log
	stderr_has 'line 5: not JSON'
}

@test "codes that are replaced are counted anew" {
	stream slow 2 0 >grows
	stream slow 3 0 | head -c -10 >half
	vq-stats --follow --interval 0.1 --json -o all.json grows \
		>lines 2>said &
	pid=$!
	until_has '"tokens":2000' lines
	mv half grows
	until_has 'grows: was replaced' said
	sleep 0.4
	stream slow 1 0 >grows
	until_has 'grows: became shorter' said
	until_has '"tokens":1000' lines
	sleep 0.2
	kill -TERM $pid
	wait $pid
	[ "$(jq '.tokens, .item_count, .failed_items' all.json | xargs)" = \
		'1000 1 0' ]
	jq -e '.tokens_per_second < 100000' <(tail -n 1 lines)
	not grep -q missing said
}

@test "what is empty yet is waited for, and said" {
	: >grows
	vq-stats --follow --interval 0.1 grows >lines 2>said &
	pid=$!
	until_has 'grows: nothing there yet: waiting' said
	stream slow 1 0 >>grows
	until_has '1,000' lines
	kill -TERM $pid
	wait $pid
	[ "$(grep -c waiting said)" = 1 ]
	[ "$(head -n 1 lines | tr -s ' ' | cut -d ' ' -f 2)" = seconds ]
}

@test "a trace is refused once" {
	need_numpy
	"$PYTHON" - <<-EOF
		import sys
		sys.path.insert(0, "$BATS_TEST_DIRNAME")
		import numpy as np
		from follow import record
		with open("trace", "wb") as out:
		    for step in range(3):
		        record(out, np.zeros((9, 1), "<u2"), name="experts",
		               kind="routes", item="i", layer="0", experts="8",
		               router="softmax", step=str(step))
	EOF
	vq-stats trace >all
	fails 1 vq-stats --follow <trace
	stderr_has 'a trace, which --follow does not go with'
	[ "$(wc -l <"$ERR")" = 1 ]
}

@test "a producer that was killed is an error with its place" {
	stream slow 3 0 | head -c -100 >part
	fails 1 vq-stats --follow <part
	stderr_has 'stdin: record at byte' 'bytes are missing'
	grep -q ' 2,000 .*end$' "$OUT"
	: >empty
	fails 1 vq-stats --follow <empty
	stderr_has 'empty input'
}

@test "data never wait for who reads the lines" {
	stream stalled vq-stats --follow --interval 0.1 >lines
	grep -q '300,000 .*end$' lines
}

@test "--follow is of one input, and of what grows" {
	stream slow 1 0 >a
	cp a b
	fails 2 vq-stats --follow a b
	stderr_has 'one file'
	fails 2 vq-stats --interval 2 a
	fails 2 vq-stats --follow --interval 0.01 a
	fails 2 vq-stats --follow --list a
	fails 2 vq-stats --follow -R a a
	fails 1 vq-stats --follow nowhere
}
