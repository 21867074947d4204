#!/usr/bin/env bats
# make demo: the script that it runs, with short trainings.
load helper

# In one test: the script takes a while.
@test "the demo prints its table and leaves pictures and sounds" {
	need_numpy
	need_plain_build
	DEMO_STEPS=20 DEMO_OUT=out clean_demo

	for m in kmeans {vq,simvq}-{classical,random,random-10x}; do
		grep -qE "^$m +[0-9]+/1024 +[0-9.]+ +[0-9.]+ +[12][0-9]\.." said
	done
	[ "$(grep -cE ' [0-9]+/1024 ' said)" -eq 12 ]
	grep -q '^speech at 3.20 kbit/s;' said
	grep -q '^images at 0.1569 bit/pixel;' said
	[ "$(grep -cE '^(holds|DOES NOT HOLD): images, ' said)" -eq 2 ]
	[ "$(grep -cE "^  vq-stats: --fail-if '.*: (does not hold|holds): " \
		said)" -eq 2 ]
	not grep -E ' (nan|inf|-) ' said
	[ "$(wc -l <out/table.tsv)" -eq 12 ]
	[ -z "$(awk -F '\t' 'NF != 18' out/table.tsv)" ]

	for m in kmeans simvq-random vq-classical; do
		cmp_size "out/images/$m/images/chelsea.png" \
			"$DATA/images/chelsea.png"
		[ "$(soxi -s "out/speech/$m/speech/austen-0930.wav")" = \
			"$(soxi -s "$DATA/speech/austen-0930.wav")" ]
	done
	[ "$(size out/side-by-side.png)" = "$((3 * 451 + 2 * 8)) 300" ]
}

@test "the demo fails where a promise does not hold" {
	local row="s\tx\t0.1\t-\t1024\t%d\t9\t1\t9\t9\t9\t9\t9\t%s\t9\t9\t1\t1\n"
	local table=(-F '\t' -f "$ROOT/tests/demo/table.awk")

	rows() { # USED-BY-SIMVQ ERROR-OF-SIMVQ
		local m

		for m in vq-random:100:1 simvq-random:"$1":1 kmeans:9:0.5 \
			simvq-classical:9:"$2"; do
			IFS=: read -r name used mse <<<"$m"
			# shellcheck disable=SC2059
			printf "${row/s\\tx/images\\t$name}" "$used" "$mse"
		done
	}
	rows 200 0.5 >good && awk "${table[@]}" good
	rows 199 0.5 >few && not awk "${table[@]}" few
	rows 200 0.6 >worse && not awk "${table[@]}" worse
	awk -v strict=no "${table[@]}" worse | grep '^DOES NOT HOLD: .*0.6'
}

clean_demo() { # in the tree, output in the test's folder
	DEMO_OUT=$PWD/out "$ROOT/tests/demo/run" >said 2>err || {
		cat said err
		return 1
	}
	[ ! -s err ] || { cat err; return 1; }
}

size() { # width and height of a PNG
	"$PYTHON" -c 'import struct, sys
print(*struct.unpack(">II", open(sys.argv[1], "rb").read(24)[16:]))' "$1"
}

cmp_size() {
	[ "$(size "$1")" = "$(size "$2")" ]
}
