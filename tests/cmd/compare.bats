#!/usr/bin/env bats
# compare.bats - vq-train --compare: several trainings as one table.
# shellcheck disable=SC2086
load helper
load train

setup_file() {
	make_inputs
}

rows() { # FILE: of a TSV, as "type codes"
	cut -f 1,2 "$1" | tail -n +2 | tr '\t\n' ' ;'
}

# cell FILE ROW COLUMN
cell() {
	awk -F '\t' -v row="$2" -v name="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		NR == row + 1 { print $at }' "$1"
}

# What two runs have alike: all but the last two columns, seconds and failed.
untimed() {
	rev | cut -f 3- | rev
}

@test "each row is what vq-train alone gives with these options" {
	for how in "-n none $IN/x.npy" "$IN/images" "$IN/sounds" \
		"--valid $IN/images/1.png --init random $IN/images"; do
		train --compare vq,ema,simvq -k 8,16 --compare beta=0.25,1 \
			--tsv $how >table
		[ "$(wc -l <table)" -eq 13 ]
		n=0
		for t in vq ema simvq; do
			for beta in 0.25 1; do
				for k in 8 16; do
					n=$((n + 1))
					[ $((n % 5)) -eq 1 ] || continue
					train -t $t -k $k --beta $beta $how >m
					[ "$(cell table $n type)" = $t ]
					[ "$(cell table $n codes)" = $k ]
					[ "$(cell table $n beta)" = $beta ]
					for f in held_error train_error \
						saved_step; do
						[ "$(cell table $n $f)" = \
							"$(meta m $f)" ]
					done
				done
			done
		done
	done
}

@test "text, TSV and JSON say the same" {
	train --compare vq,simvq --compare freeze-table=0,1 -k 8,16 --tsv \
		"$IN/images" >tsv
	train --compare vq,simvq --compare freeze-table=0,1 -k 8,16 --json \
		"$IN/images" >json
	train --compare vq,simvq --compare freeze-table=0,1 -k 8,16 \
		"$IN/images" >text
	"$PYTHON" -c '
import csv, json
tsv = list(csv.DictReader(open("tsv"), delimiter="\t"))
js = json.load(open("json"))
text = [l.split() for l in open("text").read().split("\n\n")[0].split("\n")]
assert len(tsv) == len(js) and len(text) == 1 + 2 * len(js), len(text)
assert text[0] == ("type k freeze-table bits H step on N used% even% "
                   "perpl. PSNR s").split(), text[0]
for i, (t, j) in enumerate(zip(tsv, js)):
    assert list(t) == list(j)
    for key in t:
        if key == "seconds":
            continue
        if isinstance(j[key], float):
            assert float(t[key]) == j[key], (key, t[key], j[key])
        else:
            want = "" if j[key] is None else str(j[key])
            assert t[key].lower() == want.lower(), (key, t[key], j[key])
    assert j["failed"] is None and j["bits_per_token"] in (3, 4)
    for on in "held", "train":
        w = text[1 + 2 * i + (on == "train")]
        n = j[on + "_tokens"]
        assert w[6] == on and int(w[7]) == n, w
        assert w[0] == j["type"] and int(w[1]) == j["codes"]
        assert w[2] == {True: "yes", False: "no", None: "-"}[j["freeze-table"]]
        assert j[on + "_used"] <= j["codes"]
        assert abs(float(w[8]) - 100 * j[on + "_utilization"]) < 0.06
        assert float(w[3]) == j["bits_per_token"] == 64 * j["bits_per_pixel"]
        h = j[on + "_entropy_bits"]
        assert abs(float(w[4]) - h) < 0.006
        assert abs(2 ** h - j[on + "_perplexity"]) < 1e-6
        assert w[5] == ("start", str(j["saved_step"]))[j["saved_step"] > 0]
        assert j[on + "_utilization"] == j[on + "_used"] / j["codes"]
        even = 1 - (1 - 1 / j["codes"]) ** n
        assert abs(j[on + "_expected_utilization"] - even) < 1e-6
        assert abs(float(w[9]) - 100 * even) < 0.06
        assert abs(float(w[10]) - j[on + "_perplexity"]) < 0.06
        assert abs(float(w[11]) - j[on + "_psnr_db"]) < 0.006, w
        assert j[on + "_perplexity"] <= j["codes"] + 1e-6
assert any(j["freeze-table"] for j in js)'
}

@test "below the table stands what it was chosen by, and what it cannot say" {
	train -k 16 --compare vq,ema "$IN/images" >text
	grep -q '^held: [0-9.]* % of the tokens, 1 of 4 items; .* the best on it' \
		text
	not grep -q 'several\|weighted\|differ' text
	[ "$(awk '{ print length }' text | sort -n | tail -n 1)" -le 79 ]
	for n in 10 11 20; do
		rm -rf d
		mkdir d
		for ((i = 0; i < n; i++)); do
			cp "$IN/images/$((i % 4 + 1)).png" "d/$i.png"
		done
		train -k 8 -s 0 --compare vq d | grep -q " $((n == 20 ? 2 : 1)) of $n items"
	done
	train --compare vq,ema --last -n none "$IN/x.npy" >text
	grep -q '^held: [0-9.]* % of the tokens; .* what its last step made' text
	train --compare vq --compare last=yes,no --valid "$IN/y.npy" \
		-n none "$IN/x.npy" | grep -q '^held: the items of --valid; .* or its last'
	# The start was kept: said in the row, and below.
	train --compare vq,kmeans -s 0 "$IN/images" >text
	[ "$(grep -c '^[a-z]* .* start ' text)" -eq 4 ]
	grep -q '^step start: none' text
	train --compare vq,ema --init random "$IN/images" >text
	not grep -q start text
	# Several codebooks.
	train --compare vq -r 2 -k 16 --tsv "$IN/images" >table
	[ "$(cell table 1 bits_per_token)" = 8 ]
	[ "$(cell table 1 bits_per_pixel)" = 0.125 ]
	train --compare vq -r 2 -k 16 "$IN/images" >text
	grep -q '^vq *16 *8.00 ' text
	grep -q '^Of several codebooks' text
	# Of sounds, a second: 8000 samples in frames of 160.
	train --compare vq -k 16 --tsv "$IN/sounds" >table
	[ "$(cell table 1 bits_per_second)" = 200 ]
}

@test "rows that are not alike are not passed off as alike" {
	"$PYTHON" - "$IN" <<-'END'
	import sys, json, struct, numpy
	x = numpy.load(sys.argv[1] + "/x.npy").astype("<f4")
	w = (numpy.arange(len(x)) % 3).astype("<f4")
	head, at, data = {}, 0, b""
	for name, t in ("x", x), ("w", w):
	    data += t.tobytes()
	    head[name] = {"dtype": "F32", "shape": list(t.shape),
	                  "data_offsets": [at, len(data)]}
	    at = len(data)
	text = json.dumps(head).encode()
	text += b" " * (-len(text) % 8)
	open("w.st", "wb").write(struct.pack("<Q", len(text)) + text + data)
	END
	train -n none --compare no-weights=yes,no w.st >text
	grep -q 'weighted by the tensor w, but not in all rows' text
	train -n none --compare no-weights=yes,no --tsv w.st >table
	[ "$(cell table 1 weighted) $(cell table 2 weighted)" = 'false true' ]
	# By files, of two sizes.
	train -k 16 -o 16.vq "$IN/images"
	train -k 64 -o 64.vq "$IN/images"
	vq-train -q -s 5 -b 64 --compare 'init=16.vq,64.vq' "$IN/images" >text
	grep -q 'differ in bits' text
	train --compare vq,simvq -k 16,64 "$IN/images" >text
	not grep -q 'differ in bits' text
	train --compare net=linear,conv -k 4 -s 1 "$IN/images" >text
	grep -q 'Net conv is judged on pieces of the items' text
	train --compare net=linear,none -k 4 -s 1 "$IN/images" >text
	not grep -q 'judged on pieces' text
}

@test "of models gone on with, the table has what became of the codes" {
	train -k 16 -o m.vq "$IN/images"
	how="-q -s 20 -b 256 --continue m.vq $IN/images/1.png"
	vq-train $how -k 32 --anchor 10 >lone
	vq-train $how -k 32 --compare anchor=0,10 --tsv >table
	for f in churn split drift; do
		[ "$(cell table 2 held_$f)" = "$(meta lone $f)" ]
		[ "$(cell table 2 train_$f)" = "$(meta lone train_$f)" ]
	done
	not [ "$(cell table 1 train_drift)" = "$(cell table 2 train_drift)" ]
	vq-train $how -k 32 --compare anchor=0,10 >text
	"$PYTHON" - "$(meta lone churn)" "$(meta lone split)" \
		"$(meta lone drift)" <<-'END'
	import sys
	lines = [l.split() for l in open("text")]
	row = dict(zip(lines[0], lines[3]))
	churn, split, drift = map(float, sys.argv[1:])
	assert row["anchor"] == "10" and row["on"] == "held", row
	assert abs(float(row["churn%"]) - 100 * churn) < 0.006, row
	assert abs(float(row["split%"]) - 100 * split) < 0.006, row
	assert abs(float(row["drift"]) - drift) < 0.0006, row
	END
	vq-train $how --compare anchor=0,10 >text
	grep -q 'churn% drift' text
}

@test "stdin and pipes are read once and taught from for each row" {
	how='-n none --compare vq,ema -k 8,16 --tsv'
	train $how "$IN/x.npy" | untimed >file
	cat <"$IN/x.npy" | train $how | untimed | cmp - file
	train $how <"$IN/x.npy" | untimed | cmp - file
	train $how --valid <(cat "$IN/y.npy") <(cat "$IN/x.npy") |
		untimed >pipes
	train $how --valid "$IN/y.npy" "$IN/x.npy" | untimed | cmp - pipes
	not cmp -s file pipes
	nothing_left file pipes
}

@test "the same table for any -j" {
	how="--compare vq,simvq -r 2 -k 8,16 --tsv $IN/images"
	train -j 1 $how | untimed >one
	train -j 3 $how | untimed | cmp - one
}

@test "a row that fails is named and the others go on" {
	fails 1 train -n none --compare vq,kmeans -k 8,1k --tsv "$IN/y.npy"
	stderr_has 'vq codes=1024: 1024 codes need' 'kmeans codes=1024: '
	[ "$(rows "$OUT")" = 'vq 8;vq 1024;kmeans 8;kmeans 1024;' ]
	[ "$(cell "$OUT" 1 failed)" = '' ]
	[ "$(cell "$OUT" 2 held_error)" = '' ]
	[[ "$(cell "$OUT" 2 failed)" = '1024 codes need'* ]]
	[ "$(cell "$OUT" 3 failed)" = '' ]
	fails 1 train -n none --compare vq -k 8,1k --json -o table "$IN/y.npy"
	"$PYTHON" -m json.tool table >/dev/null
	fails 1 train -n none --compare vq -k 1k,8 "$IN/y.npy"
	grep -q '^vq *1024 *failed$' "$OUT"
	grep -q '^vq *8 .* train ' "$OUT"
	# Nothing but failures: a whole table, but no file.
	fails 1 train -n none --compare vq -k 1k,2k --json "$IN/y.npy"
	"$PYTHON" -m json.tool "$OUT" >/dev/null
	fails 1 train -n none --compare vq -k 1k,2k -o none "$IN/y.npy"
	not test -e none
}

@test "a bad item is named once, and the status is 1" {
	cp -r "$IN/images" d
	echo 'no image' >d/0.txt
	head -c 400 d/2.png >d/cut.png
	fails 1 train --compare vq,ema -k 8,16 --tsv d
	[ "$(grep -c 0.txt "$ERR")" -eq 1 ]
	[ "$(grep -c cut.png "$ERR")" -eq 1 ]
	[ "$(rows "$OUT")" = 'vq 8;vq 16;ema 8;ema 16;' ]
	train --compare vq --tsv "$IN/images" >good
	fails 1 train --compare vq --tsv d
	[ "$(cell good 1 held_error)" = "$(cell "$OUT" 1 held_error)" ]
	fails 1 train --compare vq,ema nowhere
	[ "$(grep -c nowhere "$ERR")" -eq 1 ]
	output_is ''
}

@test "wrong usage ends with 2 before anything is read" {
	for how in '--compare vq,foo' '--compare bta=1' '--compare beta=x' \
		'--compare vq --compare ema' '--compare output=a' \
		'--compare vq, ' '--compare vq -k 1,x' '-k 8,16' --tsv --json \
		'--compare vq --tsv --json' '--compare vq --log l' \
		'--compare steps=1,2 -e 1' '--compare kmeans --init random' \
		'--compare vq -k 8,16 --compare k=4'; do
		fails 2 train $how "$IN/x.npy"
		output_is ''
	done
	fails 2 train --compare beta= nowhere
	fails 2 train --compare foo=1 nowhere
	not grep -q 'did you mean' "$ERR"
	fails 2 train --compare "$IN/x.npy"
	stderr_has 'OPTION=VALUES come here, inputs behind'
	fails 2 vq-train -t vq --compare ema nowhere
	stderr_has 'type is compared, and given on the line as well'
	nothing_left
}

@test "what a type cannot have is said, and the rest compared" {
	vq-train -n none -k 8 -s 5 -b 64 --compare kmeans,vq \
		--compare init=random,kmeans --tsv "$IN/x.npy" >table 2>"$ERR"
	stderr_has 'left out: kmeans init=random: '
	[ "$(rows table)" = 'kmeans 8;vq 8;vq 8;' ]
}

@test "what goes on from a model is named and sized as that is" {
	train -n none -t fsq -k 12 -o fsq.vq "$IN/x.npy"
	train -n none -t fc -k 8 -o fc.vq "$IN/x.npy"
	vq-train -q -s 2 -b 64 --continue fsq.vq --compare beta=1 --tsv \
		"$IN/x.npy" >table 2>said || true
	grep -q 'fsq.vq: --beta is not for --type fsq' said
	vq-train -q -s 2 -b 64 --compare "continue=fsq.vq,fc.vq" --tsv \
		"$IN/x.npy" >table
	[ "$(cut -f 1-3 table | tail -n 2 | xargs)" = \
		"fsq $(meta fsq.vq codes) fsq.vq fc 8 fc.vq" ]
	# What the file fixes is no choice: one row is left.
	train -n none -k 8 -o m.vq "$IN/images"
	vq-train -s 2 -b 64 --continue m.vq --compare patch=4,8 --tsv \
		"$IN/images" >table 2>"$ERR"
	[ "$(wc -l <table)" = 2 ]
	stderr_has 'left out' patch=4 'm.vq: -p 4, but it has 8'
	# A file that is not there is a failed row, as ever.
	fails 1 vq-train -q -s 2 -b 64 -n none -k 8 --compare init=data,gone.vq \
		--tsv "$IN/x.npy" -o table -f
	stderr_has gone.vq
	[ "$(wc -l <table)" = 3 ]
}

@test "a table in a file is whole, replaces with -f only, and names no model" {
	train -n none --compare vq -k 8 -o table "$IN/x.npy" >out
	[ ! -s out ]
	grep -q '^vq  *8 ' table
	fails 1 train -n none --compare ema -k 8 -o table "$IN/x.npy"
	stderr_has table exists
	train -n none --compare ema -k 8 -f -o table "$IN/x.npy"
	grep -q '^ema ' table
	fails 1 train -n none --compare vq -k 8 "$IN/x.npy" -o /dev/full
	nothing_left out table
}

# until_true COMMAND...: tries for a minute.
until_true() {
	for _ in {1..600}; do
		"$@" && return
		sleep 0.1
	done
	return 1
}

has_two_lines() { # FILE
	[ "$(wc -l <"$1")" -eq 2 ]
}

# The file that will be the table may have no name yet: who is below us has it
# open.
table() {
	local p
	tr ' ' '\n' <"/proc/$1/task/$1/children" | while read -r p; do
		find "/proc/$p/fd" -lname "$PWD/* (deleted)"
	done
	find . -name '.*' -type f
}

has_begun() { # PID
	[ -n "$(table "$1" 2>/dev/null)" ]
}

endless() { # OPTION...: until a signal, or a minute and a half
	exec env --default-signal timeout -k 1 90 vq-train -q -n none -b 64 \
		-k 8 --compare "steps=${steps:-10,1000000000}" "$@" "$IN/x.npy" 3>&-
}

first_row() { # PID
	local files
	files=$(table "$1" 2>/dev/null)
	# shellcheck disable=SC2086
	[ "$(cat $files /dev/null | grep -c '"saved_step"')" -eq 1 ]
}

@test "rows come as they are done; a signal leaves those that are" {
	endless --tsv >live 2>"$ERR" &
	until_true has_two_lines live || { kill $!; cat live; false; }
	kill $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	[ "$(rows live)" = 'simvq 8;' ]
	stderr_has 'stopped: 1 of 2 trainings are in the table'
	endless --json -o table 2>"$ERR" &
	until_true first_row $! || { kill $!; false; }
	kill -INT $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 130 ]
	stderr_has 'stopped: 1 of 2 trainings are in the table'
	[ "$("$PYTHON" -c '
import json
print([r["failed"] for r in json.load(open("table"))])')" = '[None]' ]
	nothing_left live table
	# Nothing is done: nothing is there.
	steps=1000000000,10 endless -o none 2>"$ERR" &
	until_true has_begun $! || { kill $!; false; }
	kill -INT $!
	not wait $!
	not test -e none
}

@test "a note or a warning names the row that it is about, once" {
	vq-train -s 2 -b 64 --compare fsq,vq -k 1k,32 --compare d=9 -n none \
		"$IN/y.npy" >/dev/null 2>"$ERR" || true
	[ "$(grep -c 'the nearest number to 1024' "$ERR")" -eq 1 ]
	vq-train -s 2 -b 64 --compare vq,ema -k 64,32 "$IN/y.npy" \
		>/dev/null 2>"$ERR"
	[ "$(grep -c 'd is 6' "$ERR")" -eq 1 ]
	stderr_has 'vq codes=64: a token has 6 numbers: d is 6' \
		'warning: vq codes=64: 630 vectors for 64 codes: fewer'
}

@test "the progress line names the row" {
	TERM=xterm UNTIL='2/2 simvq steps=1000000000: 0%' "$PYTHON" \
		"$BATS_TEST_DIRNAME/terminal.py" e vq-train -j 1 -n none \
		--compare steps=10,1000000000 -b 64 -k 8 "$IN/x.npy" >shown ||
		{ cat shown; false; }
}

@test "the samples are compared in seconds" {
	need_plain_build
	for d in images speech/a*.wav; do
		train -k 16 --compare vq,ema,simvq -s 20 $DATA/$d >table
		[ "$(grep -c ' train ' table)" -eq 3 ]
	done
}

@test "what all rows have to say is said once" {
	vq-train --compare fsq,vq --compare beta=1,2 -k 11,16 -s 2 -b 64 \
		-n none "$IN/x.npy" 2>said >table
	[ "$(grep -c 'the nearest number to 11' said)" -eq 1 ]
}
