# Compare a command's table of options with its --help and its man page.
#
#   awk -f options.awk what=table FILE what=help FILE what=page FILE
#
# Rows of the table: letter, long form, argument, default, help, words; "-" for
# none.

function fail(text) {
	print text
	failed++
}

what == "table" {
	if (split($0, f, "\t") != 6 || f[2] == "-")
		fail("--help-table, line " FNR ": not six columns")
	if (f[2] in letter)
		fail("--" f[2] ": twice in the table")
	if (f[1] != "-" && f[1] in taken)
		fail("-" f[1] ": twice in the table")
	taken[f[1]] = 1
	names[++count] = f[2]
	letter[f[2]] = f[1]
	arg[f[2]] = f[3]
	preset[f[2]] = f[4]
	text[f[2]] = f[5]
}

what == "help" {
	gsub(/[ \t]+/, " ")
	help = help " " $0
	if (match($0, /^ (-., )?--[a-z0-9-]+/)) {
		name = substr($0, RSTART, RLENGTH)
		sub(/.*--/, "", name)
		in_help[name] = 1
	}
}

# An item's head: ".It Fl k , Fl Fl codes Ar N", also "Fl -codes Ns = Ns Ar N".
what == "page" && /^\.It Fl / {
	current = head_letter = head_arg = ""
	for (i = 2; i <= NF; i++) {
		if ($i == "Fl") {
			while ($(i + 1) == "Fl")
				i++
			word = $++i
			gsub(/\\-/, "-", word)
			sub(/^-+/, "", word)
			if (length(word) == 1)
				head_letter = word
			else
				current = word
		} else if ($i == "Ar") {
			head_arg = $++i
		}
	}
	page[current] = (head_letter == "" ? "-" : head_letter) " " \
		(head_arg == "" ? "-" : head_arg)
	next
}

what == "page" && /^\.(El|Sh|Ss)/ { current = "" }

what == "page" && current != "" {
	line = $0
	gsub(/,|\\&/, "", line)
	body[current] = body[current] " " line
}

function check_help(name,    row) {
	row = (letter[name] == "-" ? "" : "-" letter[name] ", ") "--" name
	row = row (arg[name] == "-" ? "" : " " arg[name]) " " text[name]
	row = row (preset[name] == "-" ? "" : " (" preset[name] ")")
	gsub(/[ \t]+/, " ", row)
	if (!index(help, " " row))
		fail("--help does not say: " row)
}

# word stands in text with no letter or digit at either side.
function has_word(text, word,    at, before) {
	while ((at = index(text, word))) {
		before = at > 1 ? substr(text, at - 1, 1) : " "
		text = substr(text, at + length(word))
		if (before !~ /[A-Za-z0-9.]/ && text !~ /^[A-Za-z0-9]/)
			return 1
	}
	return 0
}

function check_page(name,    want, value) {
	want = letter[name] " " arg[name]
	value = preset[name] # the page's commas are gone: 1,024 is 1024
	gsub(/,/, "", value)
	if (!(name in page))
		fail("man page: no item for --" name)
	else if (page[name] != want)
		fail("man page: --" name " has letter and argument " \
			page[name] ", the table " want)
	else if (preset[name] ~ /^[0-9.]/ && \
		!has_word(body[name] " ", value))
		fail("man page: --" name " does not name its default " \
			preset[name])
}

END {
	for (i = 1; i <= count; i++) {
		gsub(/ +/, " ", help)
		check_help(names[i])
		check_page(names[i])
	}
	for (name in in_help)
		if (!(name in letter))
			fail("--help shows --" name ", which is not in the table")
	for (name in page)
		if (!(name in letter))
			fail("man page: --" name " is not in the table")
	if (count < 3)
		fail("only " count + 0 " rows in the table")
	if (failed)
		exit 1
	print count " options agree with --help and the man page"
}
