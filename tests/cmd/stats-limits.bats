#!/usr/bin/env bats
# stats-limits.bats - vq-stats: what it holds in memory, what it leaves out.
load helper

setup_file() {
	need_numpy
}

@test "a small record of large codes in many columns takes no gigabytes" {
	need_plain_build
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.full((1, 64), 16777215, "<u4"))
np.save("y.npy", np.zeros((900, 64), "<u4"))'
	fails 1 peak_kb vq-stats -q x.npy
	stderr_has 'x.npy: codes too large for 64 columns'
	[ "$(cat "$PEAK")" -lt 400000 ] || { cat "$PEAK"; false; }
	fails 1 vq-stats --json x.npy y.npy
	grep -q '"tokens": 900,' "$OUT"
}

@test "what holds for all stages is one warning" {
	"$PYTHON" -c 'import numpy as np
np.save("x.npy", np.arange(64 * 900, dtype="u4").reshape(900, 64) % 97)'
	vq-stats x.npy >text 2>said
	[ "$(grep -c 'lower bound' said)" -eq 1 ]
	[ "$(wc -l <said)" -eq 1 ]
	grep -q 'k of 64 stages is not known' text
}
