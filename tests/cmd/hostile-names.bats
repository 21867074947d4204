#!/usr/bin/env bats
# hostile-names.bats - names and texts of strangers: they steer no terminal,
# and lead out of no folder.
load helper

setup_file() {
	local python=${PYTHON:-/usr/bin/python3}
	export M=$BATS_FILE_TMPDIR
	"$python" -c 'import numpy' 2>/dev/null || return 0
	"$python" "$BATS_TEST_DIRNAME/models.py" rows 4 "$M/rows.vq"
	"$python" -c 'import sys, numpy as np
np.save(sys.argv[1] + "/x.npy", np.ones((3, 4), "f4"))' "$M"
}

hostile() {
	"$PYTHON" "$BATS_TEST_DIRNAME/hostile.py" "$@"
}

# Done or refused; what it says goes to a file of its own, for hostile clean.
says() {
	said=$((${said:-0} + 1))
	status=0
	timeout 20 "$@" >"said.$said" 2>&1 </dev/null || status=$?
	[ "$status" -le 1 ] || {
		echo "status $status of: $*"
		return 1
	}
}

@test "no text of a stream reaches the terminal raw" {
	need_numpy
	hostile names
	for f in codes media kind routes audit trace rows foreign nan two; do
		for o in '' --tsv --list '--list --tsv' '--by item' \
			'--by item --tsv' '--by part' '--by label' \
			"--against $f" "--trace $f" "-m $f" "-R $f"; do
			# shellcheck disable=SC2086
			says vq-stats $o $f
		done
	done
	hostile clean said.*
}

@test "no command says a stranger's text raw on stderr" {
	need_numpy
	hostile names
	for f in codes media kind routes audit trace rows foreign nan two; do
		for c in "vq-encode -m $f rows" "vq-decode -m $f codes" \
			"moe-route -m $f rows" "moe-train -s 1 $f" \
			"vq-train -k 2 -n none -s 1 --init $f rows" \
			"vq-train -k 2 -n none -s 1 $f"; do
			# shellcheck disable=SC2086
			says $c -o out
			rm -f out
		done
	done
	hostile clean said.*
}

@test "JSON of strangers' texts is JSON, a label of Prometheus ends where it ends" {
	need_numpy
	hostile names
	for f in codes routes trace rows; do
		vq-stats -q --json --by item $f >"$f.json"
		"$PYTHON" -m json.tool "$f.json" >json
		vq-stats -q --json-lines --by item $f >lines
		vq-stats --json --list $f >list
		"$PYTHON" -m json.tool list >json
		"$PYTHON" -c 'import json, sys
[json.loads(l) for l in open("lines")]'
		vq-stats -q --prometheus --by item $f >prom
		not grep -qvE '^(#.*|[a-z_0-9]+(\{.*\})? [0-9.e+-]+|.* \+Inf|)$' prom
		hostile clean "$f.json" lines list prom
	done
	vq-stats -q --audit table audit >/dev/null
	grep -q experts table
	hostile clean table
	# Other text stays as it is, and escaped or not it is the same text.
	vq-stats -q --json --list routes >json
	"$PYTHON" - "$BATS_TEST_DIRNAME" <<-'END'
	import json, sys
	sys.argv[1:], here = ["none"], sys.argv[1]
	sys.path.insert(0, here)
	import hostile
	said = json.load(open("json"))["records"]
	assert all(r["metadata"][hostile.EVIL] == hostile.EVIL for r in said)
	END
}

@test "under -O no link leads out of the folder, one inside does" {
	need_numpy
	mkdir out other in
	cp "$M/x.npy" in/a.npy
	ln -s ../other out/in
	fails 1 vq-encode -m "$M/rows.vq" -O out in/a.npy
	stderr_has 'in/a.npy: out/in/a.npy.codes: out/in is a symbolic link out'
	fails 1 vq-encode -f -m "$M/rows.vq" -O ./out// in/a.npy
	[ -z "$(ls other)" ]
	rm out/in
	mkdir out/in
	echo precious >other/f
	ln -s ../../other/f out/in/a.npy.codes
	fails 1 vq-encode -f -m "$M/rows.vq" -O out in/a.npy
	stderr_has 'a symbolic link out'
	ln -sf ../../other/new out/in/a.npy.codes
	fails 1 vq-encode -f -m "$M/rows.vq" -O out in/a.npy
	[ "$(ls other)" = f ] && [ "$(cat other/f)" = precious ]
	rm -r out/in
	mkdir out/real
	ln -s real out/in
	vq-encode -m "$M/rows.vq" -O out in/a.npy
	[ -s out/real/a.npy.codes ]
	# The folder itself may be a link.
	ln -s other link
	vq-encode -m "$M/rows.vq" -O link in/a.npy
	[ -s other/in/a.npy.codes ]
}

@test "no item of a stream leads out of -O, whatever its name" {
	need_numpy
	"$PYTHON" - "$BATS_TEST_DIRNAME" "$M" <<-'END'
	import sys, numpy as np
	sys.argv[1:], (here, m) = ["none"], sys.argv[1:]
	sys.path.insert(0, here)
	import hostile
	names = ["../up", "/etc/vq-abs", "a/../../../up2", "..%2fup3",
	         "%2e%2e/%2e%2e/up4", "a//b", ".", "..", "/", "", "c/", "d/.",
	         "./e", "%2Fetc%2Fvq-abs2", "f%00g", "-h", "i/" * 200 + "i",
	         "n" * 255, "~", "$HOME", "con\u202etxt", "__/up"]
	x = np.zeros((3, 8), "u2")
	for n, name in enumerate(names):
	    meta = {"kind": "codes", "media": "rows", "item": name, "last": "1"}
	    hostile.write("s%02d" % n, hostile.record({"codes": x}, meta))
	END
	mkdir box
	mv s* box/
	cd box
	for f in s*; do
		vq-decode -m "$M/rows.vq" --npy -O out "$f" 2>>err || true
		rm "$f"
	done
	# Names too long for a file, and those that are taken, are errors.
	not grep -v 'File name too long\|exists' err
	[ "$(find .. -mindepth 1 -maxdepth 1)" = ../box ]
	[ "$(ls)" = "$(printf 'err\nout')" ]
	[ ! -e /etc/vq-abs.npy ] && [ ! -e /etc/vq-abs2.npy ]
	for f in __/up.npy etc/vq-abs.npy a/__/__/__/up2.npy __/up3.npy \
		__/__/up4.npy a/b.npy _.npy c.npy d.npy e.npy etc/vq-abs2.npy \
		f%00g.npy -h.npy; do
		[ -s "out/$f" ] || { find out; echo "no $f"; false; }
	done
}

@test "outputs that would be one file are told by both commands' names" {
	need_numpy
	mkdir a
	cp "$M/x.npy" a/b.npy
	fails 1 vq-encode -m "$M/rows.vq" -O out a/b.npy a//b.npy
	stderr_has 'two items would write out/a/b.npy.codes'
	fails 1 vq-encode -m "$M/rows.vq" -O out a/b.npy ./a/./b.npy
	stderr_has 'two items would write out/a/b.npy.codes'
	[ ! -e out ]
}

@test "a name of 255 bytes is read, and told from what cannot be written" {
	need_numpy
	long=$(printf 'n%.0s' {1..255})
	cp "$M/x.npy" "$long"
	vq-encode -m "$M/rows.vq" "$long" >codes
	vq-stats -q --by item --tsv codes | grep -qF "$long"
	fails 1 vq-encode -m "$M/rows.vq" -O out "$long"
	stderr_has 'File name too long'
	long=$(printf 'n%.0s' {1..248})
	cp "$M/x.npy" "$long"
	vq-encode -m "$M/rows.vq" -O out "$long"
	[ -s "out/$long.codes" ]
}
