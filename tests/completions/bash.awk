# Bash 4 or newer; bash-completion finds the file by its name, and sourcing it
# is enough without.

END {
	f = "_vqtools_" name
	gsub(/-/, "_", f)
	for (i = 1; i <= count; i++) {
		all = join(all, "--" long[i])
		if (letter[i] != "")
			short = join(short, "-" letter[i])
		if (letter[i] != "" && takes[i])
			letters = letters letter[i]
		if (words[i] == "" && kinds[i] == "")
			continue
		cases = cases "\t" (letter[i] == "" ? "" : "-" letter[i] " | ")
		cases = cases "--" long[i] ") kinds='" kinds[i] "'"
		cases = cases " words='" words[i] "'"
		cases = cases (many[i] ? " many=1" : "") " ;;\n"
	}
	for (i = 1; i <= count; i++)
		if (takes[i])
			valued = valued "--" long[i] " "
	print "# bash completion of " name ", written by make completions."
	while ((getline line <BODY) > 0) {
		gsub(/@F@/, f, line)
		gsub(/@NAME@/, name, line)
		gsub(/@LETTERS@/, letters, line)
		gsub(/@VALUED@/, valued, line)
		gsub(/@ALL@/, all, line)
		gsub(/@SHORT@/, short, line)
		if (line ~ /@CASES@/)
			printf "%s", cases
		else
			print line
	}
}
