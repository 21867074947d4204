#include <stdio.h>
#include <string.h>

#include "report/band.h"
#include "util/num.h"

int
band_parse(const char *text, double *low, double *high)
{
	const char *dash = strchr(text, '-');
	char first[32];
	size_t lo = 0, hi;
	int n;

	if (dash) {
		n = snprintf(
			first, sizeof(first), "%.*s", (int)(dash - text), text);
		if (n >= (int)sizeof(first) ||
			num_size(first, NUM_DECIMAL, &lo) != 0)
			return -1;
	}
	if (num_size(dash ? dash + 1 : text, NUM_DECIMAL, &hi) != 0 || lo >= hi)
		return -1;
	*low = (double)lo;
	*high = (double)hi;
	return 0;
}
