# What vq-stats writes never replaces what it reads, or what else it writes.

load helper

# A file to read, codes, and how it is read: raw.
given() {
	printf '\1\2\3\4\1\2' >codes
	raw=(--raw u8:2 -k 8)
}

@test "two files that are written are different ones, also with -f" {
	given
	vq-stats -q "${raw[@]}" --state s codes >/dev/null
	cp s before
	for option in '-o s' '--html ./s' '--audit s'; do
		# shellcheck disable=SC2086
		fails 2 vq-stats -f "${raw[@]}" --state s $option codes
		stderr_has ' too'
		cmp s before
	done
	fails 2 vq-stats "${raw[@]}" --html a -o ./a codes
	stderr_has '--html: a is the file of -o too'
	fails 2 vq-stats "${raw[@]}" --audit a -o a codes
	[ ! -e a ]
	vq-stats "${raw[@]}" --html /dev/null -o /dev/null codes
}

@test "what is read is not replaced, also with -f" {
	given
	cp codes before
	ln -s codes link
	for option in '-o codes' '--html link' '--audit ./codes' \
		'--state codes'; do
		# shellcheck disable=SC2086
		fails 2 vq-stats -f "${raw[@]}" $option codes
		stderr_has 'is an operand too'
		cmp codes before
	done
	fails 2 vq-stats -f "${raw[@]}" --against link -o codes before
	stderr_has '-o: codes is the file of --against too'
	cp "$DATA/models/image-8x8.vq" m.vq
	fails 2 vq-stats -f -m m.vq --html m.vq codes
	stderr_has '--html: m.vq is the file of -m too'
	cmp codes before
}

@test "states that are joined keep their counts" {
	given
	vq-stats -q "${raw[@]}" --state s codes >/dev/null
	cp s t
	fails 2 vq-stats -f --merge --state s s t
	stderr_has '--state: s is an operand too'
	cmp s t
	vq-stats "${raw[@]}" --state s --against s codes | grep -q 'against s'
}

@test "--list and --follow name what they do not go with" {
	given
	for option in '--raw u8:2' '-R x' '--by item' '--sort used' \
		'--top 3' --routes '--boundary 3' \
		'--audit x' '--against x' '--trace x' '--state x' --merge \
		'--html x' '--plot x.png' '--fail-if used<1'; do
		# shellcheck disable=SC2086
		fails 2 vq-stats --list $option codes
		stderr_has "not with ${option%% *}"
	done
	for option in --list '-R x' '--trace x' --merge --prometheus; do
		# shellcheck disable=SC2086
		fails 2 vq-stats --follow $option codes
		stderr_has "--follow: not with ${option%% *}"
	done
	[ ! -e x ]
}

@test "an item is not its own reference among others, and that is said" {
	need_numpy
	mkdir new
	"$PYTHON" -c 'import numpy as np
np.save("new/x.npy", np.ones((9, 4), "f4"))'
	fails 1 vq-stats -R new new
	stderr_has 'new/x.npy: no reference of that name, but the item itself'
	mkdir old
	cp new/x.npy old
	vq-stats -R old new | grep -q 'SNR inf dB'
}
