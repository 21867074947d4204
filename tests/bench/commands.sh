# shellcheck shell=bash
# commands.sh - the parts of the benchmark that run whole commands.

part_encode() {
	local photos=() decode encode j ms one=''
	heading 'vq-encode on photographs, net linear, d 32, k 1,024' \
		"(ratio: times libpng's own decoding; aim: 2 at -j 1)"
	train -s 50 -o "$tmp/m.vq" "$data"/images/*.png
	for _ in 1 2 3 4; do photos+=("$data"/images/*.png); done
	decode=$(micros "$bench" png "${photos[@]}")
	row encode 'libpng, decoding alone' '' '' 1 \
		"$(calc "$decode / 1e3")" ms '' ''
	for j in 1 2; do
		encode=$(micros vq-encode -j $j -m "$tmp/m.vq" "${photos[@]}")
		ms=$(calc "$encode / 1e3")
		row encode 'vq-encode, PNG to codes' 32 1024 $j "$ms" ms \
			"$(calc "$encode / $decode")x" \
			"${one:+$(calc "$one / $encode") of -j 1}"
		one=$encode
	done
}

# stream FILE D ROWS: a record stream of Gaussian vectors.
stream() {
	"$bench" rows "$tmp/rows.npy" "$2" "$3" 1
	"$bench" rows "$tmp/any.npy" "$2" 16 2
	vq-encode -q -m "$tmp/any.npy" --latents "$tmp/rows.npy" >"$1"
}

piped() { cat "${files[@]}" | "$@"; }

# What a command makes of 128 MiB from a pipe, beside cat.
part_pipe() {
	local cat_us us d k j
	heading 'Tensor streams of 128 MiB through a pipe (share: of cat)'
	pipe_row() { # what d k j
		row pipe "$@" "$(calc "134.2e6 / $us")" MB/s \
			"$(calc "100 * $cat_us / $us")%" ''
	}
	for d in 32 128; do
		stream "$tmp/stream" $d $((4194304 / d))
		files=()
		for _ in 1 2 3 4 5 6 7 8; do files+=("$tmp/stream"); done
		us=$(micros piped cat)
		cat_us=$us
		pipe_row cat $d '' 1
		for k in 16 256 1024; do
			"$bench" rows "$tmp/c.npy" $d $k 2
			for j in 1 2; do
				us=$(micros piped vq-encode -q -j $j \
					-m "$tmp/c.npy")
				pipe_row vq-encode $d $k $j
			done
		done
		us=$(micros piped vq-encode -q -j 2 --latents -m "$tmp/c.npy")
		pipe_row 'vq-encode --latents' $d '' 2
	done
}

# Median microseconds of cat and of a command on the same pipe, run by turns.
beside_cat() {
	local t0 t1 t2
	for _ in 1 2 3 4 5; do
		t0=$(date +%s%N)
		piped cat >/dev/null
		t1=$(date +%s%N)
		piped "$@" >/dev/null
		t2=$(date +%s%N)
		echo $(((t1 - t0) / 1000)) $(((t2 - t1) / 1000))
	done | awk '{ a[NR] = $1; b[NR] = $2 }
		function median(v) { asort_plain(v); return v[3] }
		function asort_plain(v,  i, j, t) {
			for (i = 2; i <= 5; i++)
				for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
					t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
				}
		}
		END { print median(a), median(b) }'
}

# A gate of 64 experts, 1 GiB of rows of 1,024 floats: what is written is small.
part_route() {
	local form how cat_us us j
	heading 'Routing in memory (share: of OpenBLAS for the same product, of' \
		'the search without margins; k: experts)' \
		'(aim: 80 % at d = 1,024, k = 64)'
	"$bench" route
	heading 'moe-route on 1 GiB from a pipe (share: of cat; aim: 80 %)'
	stream "$tmp/stream" 1024 4096
	"$bench" rows "$tmp/rows.npy" 1024 65536 1
	"$bench" rows "$tmp/gate.npy" 1024 64 2
	for form in records array; do
		files=("$tmp/rows.npy" "$tmp/rows.npy" "$tmp/rows.npy" "$tmp/rows.npy")
		[ $form = array ] || files=("${files[@]/*/$tmp/stream}")
		while [ $form = records ] && [ ${#files[@]} -lt 64 ]; do
			files+=("$tmp/stream")
		done
		for how in softmax vq; do
			for j in 1 2; do
				read -r cat_us us < <(beside_cat moe-route -q \
					-j $j -m "$tmp/gate.npy" --router $how)
				row routepipe "moe-route $how, $form" 1024 64 $j \
					"$(calc "1073.7e6 / $us")" MB/s \
					"$(calc "100 * $cat_us / $us")%" \
					"cat $(calc "1073.7e6 / $cat_us")"
			done
		done
	done
}

# A billion U16 codes, one record of 16 MiB again and again.
part_count() {
	local j us cat_us form
	heading 'vq-stats on a billion U16 codes, 2 GiB from a pipe (share: of' \
		'cat, by turns; aim: 80 %)'
	for form in 1024 65536; do
		"$bench" codes "$tmp/codes" $form 8388608
		files=()
		while [ ${#files[@]} -lt 128 ]; do files+=("$tmp/codes"); done
		for j in 1 2; do
			read -r cat_us us < <(beside_cat vq-stats -q -j $j --tsv)
			row count vq-stats '' $form $j \
				"$(calc "1073.7e6 / $us")" 'M/s' \
				"$(calc "100 * $cat_us / $us")%" \
				"cat $(calc "1073.7e6 / $cat_us")"
		done
	done
}

# The largest resident size of a command that reads $1 MiB of its stdin.
resident() {
	head -c $(($1 << 20)) /dev/zero |
		"$bench" child "$tmp/child" "${@:2}" >/dev/null
	cut -d ' ' -f 2 "$tmp/child"
}

part_memory() {
	local mib kb base codes ratio
	heading 'Peak resident size against the length of one item by pipe' \
		'(parts of 16 MiB are full on both sides at 1 GiB; aim: flat' \
		'from there; ratio: to that)'
	"$bench" rows "$tmp/c.npy" 32 1024 2
	for codes in '' --latents; do
		base=''
		for mib in 1 16 256 1024 2048; do
			# shellcheck disable=SC2086 # an option or none
			kb=$(resident $mib vq-encode -q $codes -m "$tmp/c.npy" \
				--raw f32:32)
			ratio=${base:+$(calc "$kb / $base")x}
			[ $mib != 1024 ] || base=$kb
			row memory "vq-encode $codes" 32 1024 "$(nproc)" \
				"$(calc "$kb / 1024")" MiB "$ratio" "$mib MiB"
		done
	done
}

# The difference of two lengths, so that reading and the start do not count.
part_train() {
	local k few many
	heading 'vq-train on photographs, batch 4,096: a step, all in all'
	for k in 1024 8192; do
		few=$(micros train --init random -s 20 -k $k -o "$tmp/x.vq" \
			"$data"/images/*.png)
		many=$(micros train --init random -s 120 -k $k -o "$tmp/x.vq" \
			"$data"/images/*.png)
		row train 'vq-train' 32 $k "$(nproc)" \
			"$(calc "($many - $few) / 100e3")" ms '' ''
	done
}
