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
