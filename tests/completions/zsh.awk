# zsh, by _arguments; found as _NAME in $fpath.

# In a description brackets end it, and in a message colons.
function described(text) {
	gsub(/[\[\]:\\]/, "\\\\&", text)
	return text
}

function action(i) {
	if (many[i])
		return "_sequence compadd - " words[i]
	if (words[i] != "" || kinds[i] != "")
		return " _vqtools_offer " join(kinds[i], words[i])
	return " "
}

function spec(i,    text, forms) {
	text = "[" described(help[i]) "]"
	if (takes[i])
		text = text ":" described(arg[i]) ":" action(i)
	forms = "--" long[i] (takes[i] ? "=" : "")
	if (help[i] ~ /repeatable/)
		return "'*'" forms quoted(text, "'\\''")
	if (letter[i] == "")
		return forms quoted(text, "'\\''")
	return "'(-" letter[i] " --" long[i] ")'{-" letter[i] \
		(takes[i] ? "+" : "") "," forms "}" quoted(text, "'\\''")
}

END {
	print "#compdef " name
	print "# zsh completion of " name ", written by make completions.\n"
	while ((getline line <BODY) > 0)
		print line
	print "\n_arguments -s -S : \\"
	for (i = 1; i <= count; i++)
		print "\t" spec(i) " \\"
	print "\t'*:file:_files'"
}
