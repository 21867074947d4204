# fish 3.

function q(text) {
	gsub(/\\/, "\\\\", text)
	return quoted(text, "\\'")
}

function values(i,    n, k, kind, out) {
	n = split(kinds[i], kind, " ")
	for (k = 1; k <= n; k++) {
		if (kind[k] == "DIR")
			out = join(out, "(__fish_complete_directories)")
		if (kind[k] == "MODEL")
			out = join(out, "(" beside("vq-encode --list-models") ")")
		if (kind[k] == "MODEL" && kinds[i] !~ /FILE/)
			out = join(out, "(__fish_complete_suffix .vq)")
		if (kind[k] == "KEY")
			out = join(out, "(" beside("vq-stats --list-keys") ")")
	}
	if (many[i])
		return "(__fish_append , " words[i] ")"
	return join(words[i], out)
}

# The first column as what to offer, the others as what is said of it.
function beside(command) {
	return command " 2>/dev/null | tail -n +2 | " \
		"string replace -r \"^(\\S+) +\" \"\\$1\\t\""
}

# The help without the choices: fish shows it beside each of them.
function said(i,    list) {
	list = words[i]
	gsub(/ /, ", ", list)
	list = ": " list
	if (length(help[i]) > length(list) && substr(help[i],
		length(help[i]) - length(list) + 1) == list)
		return substr(help[i], 1, length(help[i]) - length(list))
	return help[i]
}

END {
	print "# fish completion of " name ", written by make completions.\n"
	for (i = 1; i <= count; i++) {
		line = "complete -c " name
		if (letter[i] != "")
			line = line " -s " letter[i]
		line = line " -l " long[i]
		if (takes[i])
			line = line (kinds[i] ~ /FILE/ ? " -r -F" : " -x")
		offered = values(i)
		if (offered != "")
			line = line " -a " q(offered)
		print line " -d " q(said(i))
	}
}
