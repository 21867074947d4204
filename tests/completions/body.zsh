# _vqtools_beside COMMAND OPTION: the first words of what it prints, but for
# the line of heads; the family's other commands are beside this one.
_vqtools_beside() {
	local command=$1
	[[ $words[1] != */* ]] || command=${~words[1]:h}/$1
	reply=(${${(f)"$(_call_program values ${(q)command} $2 2>/dev/null)"}[2,-1]%% *})
}

_vqtools_offer() { # [FILE] [DIR] [MODEL] [KEY] [WORD...]
	local -a plain reply
	local what found=1
	for what; do
		case $what in
		FILE) _files && found=0 ;;
		DIR) _files -/ && found=0 ;;
		MODEL)
			_vqtools_beside vq-encode --list-models
			plain+=($reply)
			(( $@[(I)FILE] )) || { _files -g '*.vq(-.)' && found=0; }
			;;
		KEY)
			_vqtools_beside vq-stats --list-keys
			plain+=($reply)
			;;
		*) plain+=($what) ;;
		esac
	done
	(( ! $#plain )) || { compadd -a plain && found=0; }
	return $found
}
