/*
 * model_help.h - what the tests of sources, encoders and decoders share: a
 * model whose codes hold every number to 1/levels, and random cuts.
 */
#ifndef MODEL_HELP_H
#define MODEL_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/model.h"
#include "util/mem.h"
#include "util/output.h"
#include "util/rng.h"

#define HELP __attribute__((unused)) static

/*
 * A model without a net: each number of a vector is a group of its own with
 * `levels` codes from lo to hi, so that code = the nearest level.
 */
HELP void
help_model(
	struct model *m, struct transform t, size_t levels, float lo, float hi)
{
	float *table = mem_floats(levels);

	*m = (struct model){ 0 };
	m->transform = t;
	transform_init(&m->transform);
	net_init(&m->net, NET_NONE, m->transform.dim, m->transform.dim, NULL,
		NULL);
	quantizer_init(&m->quantizer, 1, m->net.d, m->net.d);
	for (size_t i = 0; i < levels; i++)
		table[i] = lo + (hi - lo) * (float)i / (float)(levels - 1);
	for (size_t c = 0; c < m->net.d; c++)
		quantizer_set(&m->quantizer, c, table, levels);
	strcpy(m->fingerprint, "0123456789abcdef");
	free(table);
}

/* Each test's numbers, with the seed on stdout. */
HELP struct rng
help_rng(const char *test)
{
	uint64_t seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	const char *given = getenv("SEED");
	struct rng r;

	if (given)
		seed = strtoull(given, NULL, 10);
	print_message("# %s: SEED=%llu\n", test, (unsigned long long)seed);
	rng_seed(&r, seed, 0);
	return r;
}

/* The size of the next piece of `left`: often small, sometimes all. */
HELP size_t
help_piece(struct rng *r, size_t left)
{
	size_t most = rng_below(r, 3) == 0 ? left : left < 7 ? left : 7;

	return 1 + rng_below(r, most);
}

/* Rows collected from a sink: whatever their type. */
struct rows {
	unsigned char *p;
	size_t bytes, rows, row_bytes;
};

HELP int
rows_take(void *arg, const void *rows, size_t n, struct err *e)
{
	struct rows *r = arg;

	(void)e;
	r->p = mem_grow(r->p, r->bytes + n * r->row_bytes, 1);
	memcpy(r->p + r->bytes, rows, n * r->row_bytes);
	r->bytes += n * r->row_bytes;
	r->rows += n;
	return 0;
}

#endif
