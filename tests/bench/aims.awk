# aims.awk - the figures of DESIGN section 9 against the rows of a run: for
# each aim the worst row that it speaks of.  Used with table.awk, which calls
# aims_row.

# better: 1 if more is better, -1 if less.
# n: its number, the ratio of the row if left out.
function judge(aim, least, better, is_share, n) {
	gsub(/  +/, " ", aim)
	if (n == "")
		n = number
	if (!(aim in worst)) {
		order[++aims] = aim
		goal[aim] = least
		sense[aim] = better
		share[aim] = is_share
	} else if (better * (n - worst[aim]) >= 0)
		return
	worst[aim] = n
	place[aim] = sprintf("%s%s", d ? "d " d : "", k ? ", k " k : "")
}

# Reads the fields as table.awk has named them; number is the ratio.
function aims_row() {
	if (section == "search" && of == "share" && k >= 1024) {
		if (d >= 32)
			judge("search, d >= 32, k >= 1,024", 0.85, 1, 1)
		if (d == 8)
			judge("search, d = 8, k >= 1,024", 0.70, 1, 1)
	}
	if (section == "search" || section == "real") {
		if (what ~ /faiss/)
			judge("search against " what, 1, 1)
		if (what ~ /faiss/ && what !~ / 1\.7/ && d >= 16)
			judge("search against " what ", d >= 16", 2.5, 1)
		if (what ~ /scikit/)
			judge("search against " what, 4, 1)
	}
	if (section == "prune" && what ~ /pruned/)
		judge("pruning on Gaussian data, of plain", 0.95, 1, 1, \
			note + 0)
	if (section == "kmeans")
		judge("k-means as good as " what, 3, 1)
	if (section == "step" && d == 128 && k == 65536)
		judge("SimVQ step against " what, 10, 1)
	if (section == "sptk")
		judge("vq-encode against " what, 20, 1)
	if (section == "encode" && $5 == 1)
		judge("vq-encode -j 1, times libpng", 2, -1)
	if (section == "route" && d == 1024 && k == 64 && what ~ /softmax/)
		judge("routing in memory, of sgemm", 0.80, 1, 1)
	if (section == "route" && d == 1024 && k == 64 && what ~ /vq/)
		judge("routing by codes, of search alone", 0.80, 1, 1)
	if (section == "routepipe" && $5 != 1)
		judge("moe-route by pipe, of cat", 0.80, 1, 1)
	if (section == "count" && $5 != 1)
		judge("vq-stats by pipe, of cat", 0.80, 1, 1)
	if (section == "memory")
		judge("memory at 2 GiB, times that at 1 GiB", 1.1, -1)
}

function as_shown(x, is_share) {
	return is_share ? sprintf("%.0f %%", 100 * x) : sprintf("%.2f x", x)
}

END {
	if (aims)
		printf "\n%-44s %7s %7s %4s %s\n", \
			"aim of DESIGN section 9", "figure", "worst", "", "at"
	for (i = 1; i <= aims; i++) {
		a = order[i]
		printf "%-44s %7s %7s %4s %s\n", a, \
			as_shown(goal[a], share[a]), \
			as_shown(worst[a], share[a]), \
			sense[a] * (worst[a] - goal[a]) < 0 ? "MISS" : "", \
			place[a]
	}
}
