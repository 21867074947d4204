#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/code_error.h"
#include "util/mem.h"

void
code_error_init(struct code_error *c, size_t k)
{
	*c = (struct code_error){ .k = k };
	c->count = mem_zalloc(k, sizeof(*c->count));
	c->sum = mem_zalloc(k, sizeof(*c->sum));
}

void
code_error_free(struct code_error *c)
{
	free(c->count);
	free(c->sum);
	*c = (struct code_error){ 0 };
}

void
code_error_add(struct code_error *c, uint32_t code, double error, double power)
{
	c->count[code]++;
	c->sum[code] += error;
	c->tokens++;
	c->error += error;
	c->power += power;
}

double
code_error_mean(const struct code_error *c)
{
	return c->tokens ? c->error / (double)c->tokens : NAN;
}

double
code_error_share(const struct code_error *c)
{
	return c->power > 0 ? c->error / c->power : NAN;
}

size_t
code_error_worst(const struct code_error *c, uint32_t *code, size_t n)
{
	size_t got = 0;

	for (size_t i = 0; i < c->k; i++) {
		size_t at = got;

		while (at > 0 && c->sum[i] > c->sum[code[at - 1]])
			at--;
		if (at == n || !(c->sum[i] > 0))
			continue;
		got += got < n;
		memmove(code + at + 1, code + at,
			(got - 1 - at) * sizeof(*code));
		code[at] = (uint32_t)i;
	}
	return got;
}
