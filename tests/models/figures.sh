# shellcheck shell=bash disable=SC2154 # the caller sets stages, measures, work
# tests/models/figures.sh - how good a model is on files: what tests/models/run
# writes into it, and tests/cmd/shipped.bats holds it to.

# said MODEL STAGES FOLDER FILE...: what vq-stats says of these, decoded; all
# are in the folder.
said() {
	local model=$1 n=$2 folder=$3
	shift 3
	rm -rf "$work"
	vq-encode -q -m "$model" "$@" |
		vq-decode -q -m "$model" --stages "$n" -O "$work"
	vq-stats -q -R "$folder" "$work/$folder"
}

# figures PREFIX MODEL FOLDER FILE...: PREFIX_MEASURE=VALUE,... of all stages.
figures() {
	local prefix=$1 model=$2 m n text
	local -A got=()
	shift 2
	for n in "${stages[@]}"; do
		text=$(said "$model" "$n" "$@")
		for m in "${measures[@]}"; do
			got[$m]+=,$(awk -v m="$m" '$1 == m { print $2; exit }' \
				<<<"$text")
		done
	done
	for m in "${measures[@]}"; do
		echo "${prefix}_$m=${got[$m]#,}"
	done
}
