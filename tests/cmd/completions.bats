#!/usr/bin/env bats
# completions.bats - what TAB offers in bash, zsh and fish, as make completions
# writes it: each shell is asked as its users ask it.  Also that --help is no
# wider than a terminal.
load helper

COMMANDS='vq-train vq-encode vq-decode vq-stats moe-train moe-route'

setup_file() {
	# shellcheck disable=SC2086
	cd "$VQ_BIN" && "$ROOT/tests/completions/install" \
		"$BATS_FILE_TMPDIR" $COMMANDS
}

have() {
	command -v "$1" >/dev/null || skip "no $1 (apt install $1)"
}

long_options() { # COMMAND: as --help shows them
	"$1" --help | sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/--\2/p'
}

# by_bash, by_zsh LINE...: with all that is offered in place of the last word;
# \t in the line is TAB instead, where one word is left.
by_bash() {
	cat >rc <<-'END'
	PS1='READY '
	for f in "$FILES"/bash-completion/completions/*; do . "$f"; done
	bind 'set enable-bracketed-paste off'
	dump() {
		printf '%s\n' "$READLINE_LINE" >>lines
		READLINE_LINE='' READLINE_POINT=0
	}
	bind -x '"\C-t": dump'
	bind '"\e*": insert-completions'
	END
	typed bash --noprofile --rcfile rc -i <<<"$1"
}

by_zsh() {
	cat >.zshrc <<-'END'
	PS1='READY '
	fpath=("$FILES/zsh/site-functions" $fpath)
	autoload -U compinit && compinit -u -D
	dump() { print -r -- $BUFFER >>lines; BUFFER= }
	zle -N dump && bindkey '^T' dump
	zle -C all complete-word _generic && bindkey '\e*' all
	zstyle ':completion:all:*' completer _all_matches _complete
	zstyle ':completion:all:*' insert true
	zstyle ':completion:*' ignore-line current
	END
	ZDOTDIR=$PWD typed zsh -d -i <<<"$1"
}

typed() { # SHELL...: its answers to the lines on stdin, but for the last blank
	: >lines
	FILES=$BATS_FILE_TMPDIR TERM=dumb "$PYTHON" \
		"$BATS_TEST_DIRNAME/tab.py" lines "$@"
	sed 's/ $//' lines
}

# all_of WORDS: sorted, a line each.
all_of() {
	tr -s ' ' '\n' <<<"$1" | sort
}

# What bash and zsh are asked alike.
ask() { # BY
	mkdir 'a folder' plain && touch plain/x.vq mine.vq 'two words.txt' x.npy
	"$1" 'vq-encode --la\t
vq-encode --late\t-m im\t
vq-train -t s\t
vq-train --type=s\t
vq-train -qt fs\t
vq-train --init cla\t
vq-train --init x\t
vq-encode -m mi\t
vq-encode --model=mi\t
vq-encode -O a\t
vq-encode tw\t
vq-encode --stages \t1
vq-stats --fail-if failed_it\t
vq-train --loss l2,mel,ss\t
vq-stats --by=l\t
vq-decode -m mine.vq x\t
vq-encode -- x\t
vq-stats --plot-kind usage,rate\t' >got
	sed 's/[ ,]*$//' >want <<-'END'
	vq-encode --la
	vq-encode --latents -m image-8x8
	vq-train -t simvq
	vq-train --type=simvq
	vq-train -qt fsq
	vq-train --init classical
	vq-train --init x.npy
	vq-encode -m mine.vq
	vq-encode --model=mine.vq
	vq-encode -O a\ folder/
	vq-encode two\ words.txt
	vq-encode --stages 1
	vq-stats --fail-if failed_items
	vq-train --loss l2,mel,ssim
	vq-stats --by=label
	vq-decode -m mine.vq x.npy
	vq-encode -- x.npy
	vq-stats --plot-kind usage,rate-distortion
	END
	diff want <(sed 's/[ ,]*$//' got)
}

@test "bash completes options, choices, models, files, folders and keys" {
	have bash
	ask by_bash
}

@test "bash takes names for what they are, whatever is in them" {
	have bash
	mkdir odd models && touch odd/a odd/b 'odd/[ab]'
	ln -s "$DATA/models/image-8x8.vq" 'models/x$(:>ran).vq'
	export VQ_MODEL_PATH=$PWD/models
	by_bash 'vq-encode odd/\[\e*
vq-encode -m x\t' >got
	[ "$(sed 1q got)" = 'vq-encode odd/\[ab\]' ]
	grep -q '^vq-encode -m x.*ran' got
	[ ! -e ran ] # no name is run
}

@test "zsh completes options, choices, models, files, folders and keys" {
	have zsh
	ask by_zsh
}

# each_offered BY: -- is answered with every option of --help, of each command.
each_offered() {
	local c

	for c in $COMMANDS; do
		printf '%s --\\e*\n' "$c"
	done >keys
	"$1" "$(cat keys)" >got
	for c in $COMMANDS; do
		all_of "$(grep "^$c " got | cut -d ' ' -f 2- | sed 's/= / /g;s/=$//')" |
			diff <(long_options "$c" | sort) - || { echo "$c"; false; }
	done
}

@test "bash offers every option of --help" {
	have bash
	each_offered by_bash
}

@test "zsh offers every option of --help" {
	have zsh
	each_offered by_zsh
}

by_fish() { # LINE: what is offered for its last word, one a line
	(
		cd "$BATS_FILE_TMPDIR/fish/vendor_completions.d" || return
		XDG_CONFIG_HOME=$TMPDIR XDG_DATA_HOME=$TMPDIR HOME=$TMPDIR \
			fish --no-config -c '
			for f in *.fish; source $f; end
			cd $argv[1]
			for line in $argv[2..]
				echo "? $line."
				complete -C $line
			end' "$BATS_TEST_TMPDIR" "$@"
	) | sed 's/\t.*//'
	rm -rf "${TMPDIR:?}"/*
}

@test "fish offers every option of --help, and the rest" {
	have fish
	local c

	for c in $COMMANDS; do
		by_fish "$c --" | sed 1d | sort |
			diff <(long_options "$c" | sort) - || { echo "$c"; false; }
	done
	mkdir 'a folder' && touch mine.vq x.npy
	by_fish 'vq-train -t s' 'vq-train --type=s' 'vq-encode -m im' \
		'vq-encode -m mi' 'vq-encode -O ' 'vq-encode --stages ' \
		'vq-train --init ' 'vq-train --loss l2,ss' 'vq-stats --sort failed_it' \
		'vq-decode x' >"$OUT"
	diff - "$OUT" <<-'END'
	? vq-train -t s.
	simvq
	? vq-train --type=s.
	--type=simvq
	? vq-encode -m im.
	image-8x8
	? vq-encode -m mi.
	mine.vq
	? vq-encode -O .
	a folder/
	? vq-encode --stages .
	? vq-train --init .
	a folder/
	classical
	data
	image-8x8
	mine.vq
	random
	speech-16k
	x.npy
	? vq-train --loss l2,ss.
	l2,ssim
	? vq-stats --sort failed_it.
	failed_items
	? vq-decode x.
	x.npy
	END
}

@test "every choice of every option is offered" {
	have bash
	local c option words

	for c in $COMMANDS; do
		"$c" --help-table | awk -F '\t' -v c="$c" '$6 != "-" &&
			$6 !~ /[A-Z]/ { printf "%s\t--%s\t%s\n", c, $2, $6 }'
	done >rows
	[ "$(wc -l <rows)" -gt 25 ]
	while IFS=$'\t' read -r c option words; do
		printf '%s %s \\e*\n' "$c" "$option"
	done <rows >keys
	by_bash "$(cat keys)" >got
	while IFS=$'\t' read -r c option words; do
		echo "$c $option ${words//|/ }"
	done <rows | diff <(sed 's/ *$//' got | sort_words) <(sort_words)
}

sort_words() { # of each line, behind the first two
	awk '{ n = split($0, w, " ")
		for (i = 4; i <= n; i++)
			for (j = i; j > 3 && w[j] < w[j - 1]; j--) {
				t = w[j]; w[j] = w[j - 1]; w[j - 1] = t
			}
		for (i = 1; i <= n; i++)
			printf "%s%s", w[i], i < n ? " " : "\n" }'
}

@test "values of a list that are there are not offered again" {
	have bash
	by_bash 'vq-train --loss l2,mel,\e*
vq-stats --plot-kind usage,\e*' >got
	not grep -E 'l2,[^ ]*l2|mel,mel|usage,usage' got
	grep -q 'l2,mel,ssim' got
	grep -q 'usage,curve' got
}

@test "fish says what an option is beside a value, not all values again" {
	local fish=$BATS_FILE_TMPDIR/fish/vendor_completions.d/vq-train.fish
	grep -- '-l type' "$fish" | grep -q -- "-d 'quantizer'\$"
	grep -- '-l metric' "$fish" |
		grep -q -- "-d 'codes are chosen by distance or angle'\$"
	grep -- '-l patch' "$fish" | grep -q 'pixels of a patch, or samples'
}

@test "each shell takes the files that are made for it" {
	local c n=0

	for c in $COMMANDS; do
		bash -n "$BATS_FILE_TMPDIR/bash-completion/completions/$c"
		! command -v zsh >/dev/null ||
			zsh -n "$BATS_FILE_TMPDIR/zsh/site-functions/_$c"
		! command -v fish >/dev/null ||
			fish -n "$BATS_FILE_TMPDIR/fish/vendor_completions.d/$c.fish"
		n=$((n + 1))
	done
	[ "$n" -eq 6 ]
	shellcheck "$BATS_FILE_TMPDIR"/bash-completion/completions/*
}

@test "a shell without completions, a command without options: no file" {
	fails 2 "$ROOT/tests/completions/make" tcsh "$VQ_BIN/vq-train"
	stderr_has 'tcsh: not bash, zsh or fish'
	fails 1 "$ROOT/tests/completions/install" "$PWD/to" /bin/false
	stderr_has '/bin/false does not say its options'
	[ -z "$(find to -type f)" ]
}

@test "--help is no wider than a terminal, and says each option once" {
	local c

	for c in $COMMANDS; do
		"$c" --help >help
		awk -v c="$c" 'length > 79 { print c ": " $0; bad = 1 }
			END { exit bad }' help
		not grep -P '\t| $' help
		[ -z "$(long_options "$c" | sort | uniq -d)" ]
		[ "$(long_options "$c" | wc -l)" -eq \
			"$("$c" --help-table | wc -l)" ]
	done
}

@test "--help is in groups, with what is needed most at their head" {
	vq-train --help | awk '/^[A-Z][a-z ]*:$/ { head = $0; next }
		head && /^ +-/ { print head, $1; head = "" }' >got
	diff - got <<-'END'
	Codebook: -k,
	Network: -p,
	Training: -s,
	Input and output: -o,
	Model file: --weights
	Comparison: --compare
	Help: -h,
	END
	vq-train --help | grep -A 2 '^Codebook:' | grep -q '^  -t, --type'
	for c in $COMMANDS; do
		"$c" --help | grep -B 1 '^  -o, ' | head -n 1 |
			grep -qx 'Input and output:'
		"$c" --help | grep -A 1 '^Help:' | grep -q '^  -h, --help'
	done
}

@test "what a typing error meant is proposed: options, choices, names, keys" {
	local line

	while IFS='>' read -r line meant; do
		# shellcheck disable=SC2086
		fails 2 $line </dev/null
		stderr_has "$meant" || { echo "$line"; false; }
	done <<-'END'
	vq-train --tpye vq>did you mean --type?
	vq-train --cods=8>did you mean --codes?
	vq-train -qx>unknown option -x
	vq-encode -k 3>option -k (it is --codes of moe-train, vq-stats and vq-train)
	vq-encode -qt vq>option -t (it is --top of moe-route and moe-train, --type of
	vq-encode --residual 2>--residual (it is an option of vq-train)
	vq-encode --codes 5>an option of moe-train, vq-stats and vq-train)
	vq-encode --type=vq>--type (it is an option of moe-train and vq-train)
	vq-decode --beam 4>--beam (it is an option of vq-encode)
	vq-train --pack>--pack (it is an option of vq-encode)
	vq-train --codebook_size 8>did you mean --codes?
	moe-train --lr 1>did you mean --learning-rate?
	vq-train --output_dir x>did you mean --output?
	vq-stats --shrad 1/2>unknown option --shrad
	vq-train -type vq>unknown option -type (did you mean --type?)
	vq-train -output m.vq>did you mean --output?
	vq-stats -json>did you mean --json?
	vq-train --type smivq>did you mean simvq?
	vq-train --init clasical x>did you mean classical?
	vq-train --compare vq,simqv x>did you mean simvq?
	vq-train --compare inti=data x>did you mean init?
	vq-train --schedule=cosin>did you mean cosine?
	vq-train --loss l2,sim>did you mean ssim?
	vq-encode -m x --format npz>did you mean npy?
	vq-decode -m x --format fac>did you mean flac?
	vq-stats --plot x.svg --plot-kind usage,lod>did you mean load?
	vq-stats --by itme>did you mean item?
	vq-stats --sort perplexty>nearest: "perplexity"
	moe-train --router vqmeo>did you mean vqmoe?
	moe-train --activation gleu>did you mean gelu?
	moe-route --gates renrom>did you mean renorm?
	END
	fails 1 moe-route -m "$DATA/models/image-8x8.vq" -E 4 --map gruoped x
	stderr_has '--map gruoped (did you mean grouped?)'
	fails 1 vq-encode -m imag-8x8 x
	stderr_has 'did you mean image-8x8?'
	fails 2 vq-stats --fail-if 'utilzation < 1' "$DATA/models/image-8x8.vq"
	stderr_has 'nearest: "utilization"'
	nothing_left
}
