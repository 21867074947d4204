#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/num.h"

static size_t
suffix_factor(char c, enum num_unit unit)
{
	size_t base = unit == NUM_BINARY ? 1024 : 1000;

	switch (c) {
	case 'k':
	case 'K': return base;
	case 'M': return base * base;
	case 'G': return base * base * base;
	default: return 0;
	}
}

int
num_size(const char *text, enum num_unit unit, size_t *out)
{
	const char *p = text;
	size_t v = 0, factor;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, (size_t)10, &v) ||
			__builtin_add_overflow(v, (size_t)(*p - '0'), &v))
			return -1;
	if (*p) {
		factor = suffix_factor(*p, unit);
		if (!factor || p[1] || __builtin_mul_overflow(v, factor, &v))
			return -1;
	}
	*out = v;
	return 0;
}

int
num_real(const char *text, double *out)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char *end;
	double v;

	/* strtod skips blanks and takes hex, "inf" and "nan": we do not. */
	if (!c)
		return -1;
	v = strtod_l(text, &end, c);
	freelocale(c);
	if (end == text || *end || !isfinite(v) ||
		text[strspn(text, "0123456789+-.eE")])
		return -1;
	*out = v;
	return 0;
}

int
num_duration(const char *text, double *seconds)
{
	static const struct {
		char unit;
		double seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t n = strlen(text);
	char number[64];
	double v;

	if (n < 2 || n > sizeof(number))
		return -1;
	memcpy(number, text, n - 1);
	number[n - 1] = '\0';
	if (num_real(number, &v) != 0 || !(v > 0))
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (text[n - 1] == units[i].unit) {
			v *= units[i].seconds;
			if (isfinite(v))
				*seconds = v;
			return isfinite(v) ? 0 : -1;
		}
	return -1;
}
