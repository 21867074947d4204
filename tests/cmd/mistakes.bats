#!/usr/bin/env bats
# mistakes.bats - options that do not go together: usage errors that say which.
load helper

# says WORDS COMMAND...: a usage error with these words, and nothing written.
says() {
	fails 2 "${@:2}"
	stderr_has "$1"
	output_is ''
	nothing_left
}

@test "vq-encode and vq-decode" {
	local form='--npy and --format exclude each other'
	local raw='--raw has no tensors to choose from'
	says "$form" vq-encode -m m.vq --npy --format raw x
	says "$form" vq-decode -m m.vq --npy --format raw x
	says "$raw" vq-encode -m m.vq --raw u8:4 --tensor y x
	says "$raw" vq-decode -m m.vq --raw u8:4 --tensor y x
	says '--latents have no stages' vq-encode -m m.vq --latents --stages 1 x
	says '--latents are not searched: no --lambda' \
		vq-encode -m m.vq --latents --lambda 1 x
	says '--skip-done needs a file an item' vq-encode -m m.vq --skip-done x
}

@test "what is no model is said to be what it is" {
	local c codes='all.codes: .*a stream of codes, not a model'
	vq-encode -q -m "$DATA/models/image-8x8.vq" \
		"$DATA"/images/{brick,coast}.png >all.codes
	mkdir folder
	# shellcheck disable=SC2086
	for c in vq-encode vq-decode 'vq-train -n none -o m.vq --init' vq-stats; do
		[[ $c == *init ]] || c="$c -m"
		fails 1 $c all.codes all.codes
		grep -q "$codes" "$ERR"
		fails 1 $c . all.codes
		stderr_has '.: ' 'is a directory'
		fails 1 $c folder all.codes
		stderr_has 'folder: ' 'is a directory'
	done
	[ ! -e m.vq ]
	printf '\1\2\3' >three
	vq-train -q -t kmeans -n none -k 2 -s 1 --raw u8:1 -o m.vq <<<abcdefgh
	fails 1 vq-decode -m m.vq --raw u8:3 three
	stderr_has '3 columns of codes, but the model has 1 (1 stage of 1 group)'
}

@test "vq-train" {
	says '--relabel and --compare exclude each other' \
		vq-train --relabel m.vq --compare type=kmeans -o n.vq
	says '--shared is not for --basis cond' \
		vq-train -t simvq -r 2 --basis cond --shared -o m.vq x
	says '--resume needs --checkpoint FILE' vq-train --resume -o m.vq x
	says '--channels is 1 or 3' vq-train --channels 2 -o m.vq x
	says 'several sizes need --compare' vq-train -k 8,16 -o m.vq x
	says 'is for the table of --compare' vq-train --tsv -o m.vq x
	says '--metric is not for --type fsq' \
		vq-train -t fsq --metric cosine -o m.vq x
	says '--lambda is not for --type fsq' \
		vq-train -t fsq --lambda 1 -o m.vq x
}

@test "moe-route" {
	says 'has no gate' moe-route --router vq --gate w -m m.vq x
	says '--npy and --format exclude each other' \
		moe-route --router hash -E 8 --npy --format raw x
	says 'has no tensors to choose from' \
		moe-route --router hash -E 8 --bytes --tensor y x
}

@test "vq-stats" {
	says 'no figure "perplexty"; nearest: "perplexity"' \
		vq-stats --by part --sort perplexty x
	says '--list-keys' vq-stats --by part --sort zzzzzzzzz x
	says '--probs and --dropped go with --routes' vq-stats --probs p.npy x
	says '--list writes text, --tsv or --json' vq-stats --list --prometheus x
}
