# table.awk - rows of the benchmark (bench.h) as a table of 80 columns, and in
# the file `csv`.  Lines that begin with # are headings.  aims_row is in
# aims.awk.
BEGIN {
	FS = "\t"
	print "section,what,d,k,threads,value,unit,ratio,of,note" > csv
}

/^#/ {
	sub(/^# ?/, "")
	print
	fflush()
	next
}

function or_blank(x) { return x + 0 ? x : "" }

function is_time(unit) { return unit == "s" || unit == "ms" || unit == "us" }

# Three to four figures.
function figure(x) {
	return sprintf(x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : \
		x >= 1 ? "%.2f" : "%.3f", x)
}

NF == 9 && !rows++ {
	printf "%-25s %3s %5s %2s %8s %-7s %7s  %s\n", "what", "d", "k", \
		"-j", "measured", "unit", "ratio", "note"
}

NF == 9 {
	section = $1; what = $2; d = $3; k = $4; value = $6; unit = $7
	ratio = $8; note = $9
	key = section "\t" d "\t" k
	if (ratio != "=")
		ours[key] = value
	else if (ours[key] > 0 && value > 0)
		ratio = (is_time(unit) ? value / ours[key] : \
			ours[key] / value) "x"
	else
		ratio = ""
	of = ""
	if (ratio ~ /%$/) {
		of = "share"
		shown = sprintf("%.0f %%", ratio)
		number = ratio / 100
	} else if (ratio != "") {
		of = "times"
		shown = ratio + 0 ? figure(ratio + 0) " x" : "never"
		number = ratio + 0
	} else
		shown = number = ""
	line = sprintf("%-25s %3s %5s %2s %8s %-7s %7s  %s", what, \
		or_blank(d), or_blank(k), or_blank($5), figure(value), unit, \
		shown, note)
	sub(/ +$/, "", line)
	print line
	fflush()
	if (ratio != "")
		aims_row()
	gsub(/"/, "\"\"", what)
	printf "%s,\"%s\",%s,%s,%s,%s,%s,%s,%s,\"%s\"\n", section, what, \
		or_blank(d), or_blank(k), or_blank($5), value, unit, number, \
		of, note > csv
	fflush(csv)
}
