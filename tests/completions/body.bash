# shellcheck shell=bash
# What is typed: $opt, the option whose value it is (if it is), and $value.
@F@_split() {
	local last=${COMP_WORDS[COMP_CWORD - 1]} rest
	opt='' value=$2
	if [[ $2 == --*=* ]]; then # where = does not break words
		opt=${2%%=*} value=${2#*=} front=$opt=
	elif [[ $2 == = && $last == --* ]]; then
		opt=$last value=''
	elif [[ $last == = && $COMP_CWORD -gt 1 ]]; then
		opt=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $last == --?* ]]; then
		[[ ' @VALUED@ ' != *" $last "* ]] || opt=$last
	elif [[ $last == -?* ]]; then # the last letter of -qm, not of -m.q
		rest=${last#-}
		while [[ ${#rest} -gt 1 && @LETTERS@ != *"${rest::1}"* ]]; do
			rest=${rest:1}
		done
		[[ ${#rest} -gt 1 || @LETTERS@ != *"$rest"* ]] || opt=-$rest
	fi
	[[ -z $opt ]] || value=${value#[\"\']}
}

# The family's other commands are beside this one.
@F@_beside() {
	local command=$1
	[[ ${COMP_WORDS[0]} != */* ]] || command=${COMP_WORDS[0]%/*}/$1
	shift
	"${command/#\~/$HOME}" "$@" 2>/dev/null | awk 'NR > 1 { print $1 }'
}

# Whatever characters are in a name, it is one word and stands for itself.
@F@_files() { # compgen's OPTION...
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$@" -- "$value")
}

@F@_words() { # COMMAND OPTION: of the lines that it prints
	local line
	while read -r line; do
		[[ $line != "$value"* ]] || COMPREPLY+=("$line")
	done < <(@F@_beside "$@")
}

@F@_kind() { # FILE, DIR, MODEL or KEY: what begins with $value
	case $1 in
	FILE) @F@_files -f ;;
	DIR) @F@_files -d ;;
	KEY)
		@F@_words vq-stats --list-keys
		return
		;;
	MODEL)
		@F@_words vq-encode --list-models
		[[ $kinds == *FILE* ]] || {
			@F@_files -f -X '!*.vq'
			@F@_files -d
		}
		[[ ${#COMPREPLY[@]} -gt 0 ]] || @F@_files -f
		;;
	esac
	compopt -o filenames 2>/dev/null
}

@F@() {
	local IFS=$' \t\n' opt value front='' kinds='' words='' many='' there='' k word
	COMPREPLY=()
	for ((k = 1; k < COMP_CWORD; k++)); do # behind -- there are no options
		[[ ${COMP_WORDS[k]} != -- ]] || kinds=FILE
	done
	@F@_split "$@"
	[[ -z $kinds ]] || opt='' value=$2 front=''
	case $opt in
	'')
		if [[ -z $kinds && $value == --* ]]; then
			words='@ALL@'
		elif [[ -z $kinds && $value == -* ]]; then
			words='@SHORT@ @ALL@'
		else
			kinds=FILE
		fi
		;;
	@CASES@) ;;
	esac
	if [[ $many && $value == *,* ]]; then
		there=,${value%,*},
		front=$front${value%,*}, value=${value##*,}
	fi
	[[ -z $many ]] || compopt -o nospace 2>/dev/null
	for word in $words; do
		[[ $word != "$value"* || $there == *,"$word"[,=]* ]] ||
			COMPREPLY+=("$word")
	done
	for word in $kinds; do
		@F@_kind "$word"
	done
	[[ -z $front ]] || COMPREPLY=("${COMPREPLY[@]/#/$front}")
}

complete -F @F@ @NAME@
