# The table of tests/demo/run as a person reads it, and its promises.
#
#   awk -F '\t' -v strict= -f table.awk table.tsv
#
# Columns: medium, method, bits/pixel, bits/s, k (of all codebooks), used, N,
# expected utilization, perplexity; two distortions each on the training items,
# on the judge and on the unseen item, the latter two followed by the mean
# squared error; seconds.

function head() {
	if ($1 == "images")
		rate = sprintf("%.4f bit/pixel; PSNR dB and SSIM", $3)
	else
		rate = sprintf("%.2f kbit/s; SNR and log-spectral distance, dB",
			$4 / 1000)
	printf "\n%s at %s; N %d, even use %.1f %%\n", $1, rate, $7, 100 * $8
	printf "%-16s %8s %5s %6s %11s %11s %11s %4s\n", "method", "used",
		"%", "perpl.", "trained on", "judge", "unseen", "s"
}

$1 != medium { head() }

{
	medium = $1
	pair = medium == "images" ? "%.2f %.3f" : "%.2f %5.2f"
	printf "%-16s %8s %5.1f %6.1f %11s %11s %11s %4.1f\n", $2, $6 "/" $5,
		100 * $6 / $5, $9, sprintf(pair, $10, $11),
		sprintf(pair, $12, $13), sprintf(pair, $15, $16), $18
	used[medium, $2] = $6
	judge[medium, $2] = $14
	unseen[medium, $2] = $15
}

function verdict(holds, text) {
	printf "%s: %s\n", holds ? "holds" : "DOES NOT HOLD", text
	failed = failed || !holds
}

END {
	a = used["images", "simvq-random"]
	b = used["images", "vq-random"]
	printf "\n"
	verdict(b && a >= 2 * b, sprintf( \
		"images, random start: simvq uses %d codes, vq %d: " \
		"%.1f times (promised: 2)", a, b, b ? a / b : 0))
	a = judge["images", "simvq-classical"]
	b = judge["images", "kmeans"]
	verdict(a > 0 && a <= b, sprintf( \
		"images, classical start, judge: mse %.6f of simvq, %.6f of " \
		"kmeans\n       (promised: not above)", a, b))
	printf "       unseen: %.2f dB of simvq, %.2f of kmeans (nothing " \
		"is promised)\n",
		unseen["images", "simvq-classical"], unseen["images", "kmeans"]
	exit failed && strict == ""
}
