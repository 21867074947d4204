#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/plot_make.h"

const char *
plot_count(uint64_t v, char to[PLOT_COUNT_MAX])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v);
	char *p = to;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return to;
}

uint64_t
plot_count_of(const json_t *o, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(o, key));

	return v > 0 ? (uint64_t)v : 0;
}
