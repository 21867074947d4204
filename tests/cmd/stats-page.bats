#!/usr/bin/env bats
# stats-page.bats - vq-stats --html: one page that needs nothing beside itself.
load helper

setup_file() {
	need_numpy
}

figures() {
	"$PYTHON" "$BATS_TEST_DIRNAME/figures.py" "$@"
}

# page FILE [TEXT...]: it is one, and says each TEXT.
page() {
	"$PYTHON" "$BATS_TEST_DIRNAME/page.py" "$@"
}

# routes: of 900 tokens, with labels.
routes() {
	"$PYTHON" -c 'import numpy as np
r = np.random.default_rng(1)
np.save("ids.npy", r.integers(8, size=(900, 2)))
np.save("y.npy", r.integers(3, size=900))'
}

browse() { # browse OPTION... PAGE
	chromium --headless=new --no-sandbox --disable-gpu \
		--disable-background-networking --no-first-run \
		--user-data-dir="$TMPDIR/chromium" --enable-logging=stderr \
		"${@:1:$#-1}" "file://$PWD/${*: -1}" 2>said
}

@test "codes, items, routes, decoded data, vectors: each is a page" {
	for c in random two-stages items no-token one-token; do
		figures make $c
		vq-stats -q -f --by item -o text --html $c.html s.codes
		page $c.html
	done
	page items.html 'Codes by stage' 'Items, the worst first' 'item 0' \
		'of 64 codes in use at N = 30,000'
	page one-token.html '1 tokens are too few to judge 1024 codes'
	routes
	vq-stats -q --routes -E 9 --labels-file y.npy --by label \
		-o routes.txt --html r.html ids.npy
	page r.html '9 experts at N = 900, 1 dead' 'Load of each expert' Labels
	mkdir out
	cp "$DATA"/images/{brick,camera}.png out
	vq-stats -q --by item -R "$DATA/images" --html d.html -o text.d out
	page d.html '2 items compared, PSNR inf dB' 'psnr db' brick.png
	"$PYTHON" -c 'import numpy; numpy.save("v.npy", numpy.ones((7, 3)))'
	vq-stats -o text.v --html v.html v.npy
	page v.html '7 vectors of 3 numbers'
	"$PYTHON" "$BATS_TEST_DIRNAME/page.py" contrast v.html
}

@test "the report beside the page is what it is without one" {
	figures make two-stages
	vq-stats --json s.codes >want
	vq-stats --json --html p.html s.codes | cmp - want
	vq-stats s.codes >want
	vq-stats --html q.html s.codes | cmp - want
	cmp p.html q.html
	vq-stats -j 1 -o text --html - s.codes | cmp - p.html
	LC_ALL=C vq-stats -f -o text --html - s.codes | cmp - p.html
}

@test "names of strangers cannot break the page" {
	figures make items
	mv s.codes codes
	name=$'<td><script>alert(1)&amp;"\'\e[1m\xff.png'
	"$PYTHON" -c 'import sys
b = open("codes", "rb").read()
import json, struct
n = struct.unpack("<Q", b[:8])[0]
h = json.loads(b[8:8 + n])
h["__metadata__"]["item"] = "</td><script>alert(1)</script>&amp;\"\x27\x1b\u202e"
t = json.dumps(h).encode()
open("evil", "wb").write(struct.pack("<Q", len(t)) + t + b[8 + n:])'
	vq-stats -q --by item -o text --html p.html evil
	page p.html "</td><script>alert(1)</script>&amp;\"'" '\u202e'
	mkdir in
	cp "$DATA/images/brick.png" "in/$name"
	cp -r in ref
	vq-stats -q --by item -R ref -o text.d --html d.html in
	page d.html '<td><script>alert(1)&amp;"' '%1B[1m%FF.png'
}

@test "a page that cannot be is refused before anything is read" {
	figures make random
	echo mine >there.html
	fails 1 vq-stats --html there.html s.codes
	stderr_has '--html: there.html: ' 'exists'
	output_is ''
	[ "$(cat there.html)" = mine ]
	vq-stats -f --html there.html s.codes >text
	page there.html
	fails 1 vq-stats --html none/x.html s.codes
	stderr_has '--html: none/x.html: '
	fails 2 vq-stats --html - s.codes
	stderr_has '--html -' '-o FILE'
	fails 2 vq-stats -o x --html x s.codes
	fails 2 vq-stats --list --html x s.codes
	stderr_has '--list reads headers: not with --html'
	fails 1 vq-stats --html x.html gone
	fails 1 vq-stats -q --html /dev/full s.codes
	stderr_has '/dev/full: ' 'No space'
	nothing_left s.codes there.html text
}

@test "a reader at a FIFO gets the whole page" {
	figures make random
	vq-stats -o text --html want s.codes
	mkfifo pipe
	cat pipe >got &
	vq-stats -f -o text --html pipe s.codes
	wait
	cmp got want
}

@test "pictures are within: each kind light and dark, and the atlas" {
	need_plots
	vq-stats --plot no.such 2>&1 | grep -q 'made without cairo' &&
		skip 'built without cairo'
	figures make two-stages
	vq-stats -q -o text --html p.html s.codes
	page p.html Pictures
	"$PYTHON" -c 'import base64, re, sys
import xml.etree.ElementTree as tree
page = open("p.html").read()
svg = re.findall("\"data:image/svg.xml;base64,([^\"]*)\"", page)
assert len(svg) == 4 and len(set(svg)) == 4, len(svg)
for s in svg:
    assert tree.fromstring(base64.b64decode(s)).tag.endswith("}svg")'
	vq-stats -q -m "$DATA/models/image-8x8.vq" --atlas a.png -o text.a \
		--html a.html
	page a.html Pictures
	grep -o 'image/png;base64,[^"]*' a.html | cut -d, -f2 | base64 -d |
		cmp - a.png
}

@test "Chromium shows it: no word of complaint, light and dark" {
	command -v chromium >/dev/null || skip 'no chromium (apt install chromium)'
	figures make two-stages
	vq-stats -q -o text --html p.html s.codes
	browse --dump-dom p.html >dom
	grep -q '<h1>' dom
	not grep 'CONSOLE' said
	browse --screenshot=light.png --blink-settings=preferredColorScheme=1 \
		--window-size=400,900 p.html
	browse --screenshot=dark.png --blink-settings=preferredColorScheme=0 \
		--window-size=400,900 p.html
	not cmp -s light.png dark.png
	# What it would say if the page asked for something.
	sed 's|<h1>|<img src="https://example.org/x.png"/><h1>|' p.html >q.html
	browse --dump-dom q.html >dom
	grep -q 'CONSOLE.*Content Security Policy' said
}
