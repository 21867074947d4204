#!/usr/bin/env bats
# vq-stats --plot: pictures of what it found.
load helper

# What a PNG is: "width height" of its header.
size_of() {
	od -An -tu1 -j16 -N8 "$1" |
		awk '{ print $3 * 256 + $4, $7 * 256 + $8 }'
}

inputs() {
	need_numpy
	"$PYTHON" -c "
import numpy as n
r = n.random.default_rng(1)
n.save('experts.npy', r.integers(0, 8, (1000, 2)).astype('u2'))"
}

@test "loads become a picture, beside the report" {
	need_plots
	inputs
	vq-stats --routes experts.npy >plain.txt
	vq-stats --routes --plot load.png experts.npy >report.txt
	cmp plain.txt report.txt
	[ "$(size_of load.png)" = '1200 800' ]
}

@test "codes have two panels, and one where one is asked for" {
	need_plots
	need_numpy
	"$PYTHON" -c "
import numpy as n
n.save('codes.npy', (n.random.default_rng(1).random((4000, 2)) ** 3 * 64)
	.astype('u2'))"
	vq-stats -k 64 --plot both.png codes.npy >/dev/null
	[ "$(size_of both.png)" = '2400 800' ]
	vq-stats -k 64 --plot one.png --plot-kind curve codes.npy >/dev/null
	[ "$(size_of one.png)" = '1200 800' ]
}

@test "the same tokens give the same bytes, in PNG and in SVG" {
	need_plots
	inputs
	for i in 1 2; do
		for form in png svg; do
			vq-stats --routes --plot "$i.$form" experts.npy >/dev/null
		done
	done
	cmp 1.png 2.png
	cmp 1.svg 2.svg
	"$PYTHON" -c "
import xml.dom.minidom
xml.dom.minidom.parse('1.svg')"
}

@test "a kind that there is no data for is named" {
	need_plots
	inputs
	vq-stats --routes --plot a.png --plot-kind load experts.npy >report.txt
	fails 1 vq-stats --routes --plot b.png --plot-kind load,fluctuation \
		-o report.txt -f experts.npy
	stderr_has 'no data for a plot of fluctuation: it needs --trace'
	[ ! -e b.png ]
}

@test "a wrong kind, name or place is said before anything is read" {
	need_plots
	inputs
	fails 2 vq-stats --plot x.jpg missing.npy
	stderr_has 'x.jpg: a picture is FILE.png or FILE.svg'
	fails 2 vq-stats --plot x.png --plot-kind usage,pie missing.npy
	stderr_has "no kind 'pie'"
	fails 2 vq-stats --plot x.png --plot-kind usage, missing.npy
	fails 2 vq-stats --plot-kind usage missing.npy
	stderr_has 'goes with --plot'
	fails 2 vq-stats --list --plot x.png experts.npy
	fails 1 vq-stats --plot no/such/x.png missing.npy
	stderr_has 'no/such/x.png'
	nothing_left experts.npy
}

@test "a picture that is there is kept without -f" {
	need_plots
	inputs
	echo mine >load.png
	fails 1 vq-stats --routes --plot load.png -o report.txt experts.npy
	stderr_has 'load.png'
	[ "$(cat load.png)" = mine ]
	[ ! -e report.txt ]
	vq-stats -f --routes --plot load.png experts.npy >/dev/null
	[ "$(size_of load.png)" = '1200 800' ]
}

@test "a full disk is an error" {
	need_plots
	inputs
	[ -c /dev/full ] || skip 'no /dev/full'
	ln -s /dev/full full.png
	fails 1 vq-stats -f --routes --plot full.png -o report.txt experts.npy
	stderr_has 'full.png'
}

@test "where every item fails there is no picture" {
	need_plots
	inputs
	fails 1 vq-stats --plot load.png missing.npy
	[ ! -e load.png ]
}

@test "models have a rate and the quality that --list-models tells" {
	mkdir models
	for k in 16 32; do
		vq-train -q -k $k -s 5 -o models/$k.vq "$DATA/images/"[bc]*.png
	done
	vq-stats --json models/*.vq >tree
	VQ_MODEL_PATH=models vq-encode --list-models >list
	"$PYTHON" -c "
import json
for m, bits in zip(json.load(open('tree'))['models'], (4, 5)):
	assert m['bits_per_pixel'] == bits / 64, m
	assert '%.2f dB' % m['held_psnr_db'] in open('list').read(), m"
	need_plots
	vq-stats --plot rate.png --plot-kind rate-distortion models/*.vq >text
	[ "$(size_of rate.png)" = '1200 800' ]
	fails 1 vq-stats -o text -f --plot one.png models/16.vq
	stderr_has 'no data for a plot'
}

@test "a training has its panels" {
	need_plots
	vq-train -q -k 16 -s 5 --log log -o m.vq "$DATA/images/brick.png"
	vq-stats --plot log.png log >text
	[ "$(size_of log.png)" = '2400 800' ]
}

@test "a build without cairo says so, before anything is read" {
	without_plots || skip 'built with cairo'
	fails 2 vq-stats --plot x.png missing.npy
	stderr_has 'this build has no plots (it was made without cairo)'
	fails 2 vq-stats -m missing.vq --atlas x.png
	stderr_has 'this build has no plots (it was made without cairo)'
}
