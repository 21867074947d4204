# What all shells need of a table of options (--help-table).
#
# Of row i, from 1 to count: letter[i] ("" for none), long[i], arg[i], help[i],
# takes[i] (an argument), words[i] (blanks between), kinds[i] (FILE, DIR, MODEL,
# KEY; blanks between), many[i] (words with commas between).

BEGIN { FS = "\t" }

{
	count++
	letter[count] = $1 == "-" ? "" : $1
	long[count] = $2
	takes[count] = $3 != "-"
	arg[count] = $3
	help[count] = $5
	many[count] = $3 ~ /,\.\.\.|=VALUES/
	n = split($6 == "-" ? kind_of($3) : $6, part, "|")
	for (i = 1; i <= n; i++)
		if (part[i] ~ /^[A-Z]+$/)
			kinds[count] = join(kinds[count], part[i])
		else
			words[count] = join(words[count], part[i])
}

function join(a, b) {
	return a == "" || b == "" ? a b : a " " b
}

# Where the table has no words, the argument's name says what it is.
function kind_of(name) {
	if (name ~ /^(TSV|LIST)$|(^|\|)FILE/)
		return "FILE"
	return name == "DIR" ? "DIR" : ""
}

# In single quotes of a shell whose quoted quote this is.
function quoted(text, quote) {
	gsub(/'/, quote, text)
	return "'" text "'"
}
