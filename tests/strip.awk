# C source in, FILE:LINE:CODE out: comments are gone, literals are empty.

FNR == 1 { comment = 0 }

{
	line = $0
	code = ""
	while (line != "") {
		if (comment) {
			end = index(line, "*/")
			if (!end)
				break
			line = substr(line, end + 2)
			comment = 0
		} else if (!match(line, /"|'|\/\*|\/\//)) {
			code = code line
			break
		} else {
			token = substr(line, RSTART, RLENGTH)
			code = code substr(line, 1, RSTART - 1)
			line = substr(line, RSTART + RLENGTH)
			if (token == "//")
				break
			if (token == "/*") {
				comment = 1
			} else {
				line = after_literal(line, token)
				code = code token token
			}
		}
	}
	print FILENAME ":" FNR ":" code
}

function after_literal(line, quote,    c) {
	while (line != "") {
		c = substr(line, 1, 1)
		line = substr(line, c == "\\" ? 3 : 2)
		if (c == quote)
			break
	}
	return line
}
