#include <stdlib.h>

#include "stats/usage.h"
#include "util/mem.h"
#include "vq/fail.h"
#include "vq/vq.h"

struct vq_use {
	size_t columns;
	size_t *k;             /* [columns] */
	struct counts *counts; /* [columns] */
};

int
vq_use_open(const size_t *k, size_t columns, struct vq_use **to)
{
	struct vq_use *u;

	if (to)
		*to = NULL;
	if (!k || !to)
		return fail_null(__func__);
	fail_begin();
	if (columns == 0 || columns > COUNTS_CODES_MAX)
		return fail_set(VQ_EINVAL, "%zu columns", columns);
	for (size_t c = 0; c < columns; c++)
		if (k[c] == 0 || k[c] > COUNTS_CODES_MAX)
			return fail_set(
				VQ_EINVAL, "column %zu: %zu codes", c, k[c]);
	u = mem_zalloc(1, sizeof(*u));
	u->columns = columns;
	u->k = mem_alloc(columns, sizeof(*k));
	u->counts = mem_zalloc(columns, sizeof(*u->counts));
	for (size_t c = 0; c < columns; c++)
		u->k[c] = k[c];
	*to = u;
	return VQ_OK;
}

void
vq_use_close(struct vq_use *u)
{
	if (!u)
		return;
	for (size_t c = 0; c < u->columns; c++)
		counts_free(&u->counts[c]);
	free(u->counts);
	free(u->k);
	free(u);
}

int
vq_use_add(struct vq_use *u, const uint32_t *codes, size_t n)
{
	int status;

	if (!u)
		return fail_null(__func__);
	if (n == 0)
		return VQ_OK;
	if (!codes)
		return fail_null(__func__);
	if ((status = fail_size(n, u->columns, 1, sizeof(*codes))) != VQ_OK)
		return status;
	for (size_t i = 0; i < n * u->columns; i++)
		if (codes[i] >= u->k[i % u->columns])
			return fail_set(VQ_ECODE,
				"token %zu, column %zu: code %u of %zu",
				i / u->columns, i % u->columns, codes[i],
				u->k[i % u->columns]);
	for (size_t c = 0; c < u->columns; c++)
		counts_add(&u->counts[c], codes + c, n, u->columns);
	return VQ_OK;
}

static struct usage
total(const struct vq_use *u)
{
	struct usage *col = mem_alloc(u->columns, sizeof(*col)), all;

	for (size_t c = 0; c < u->columns; c++)
		col[c] = usage_column(&u->counts[c], u->k[c]);
	all = usage_total(col, u->columns);
	free(col);
	return all;
}

int
vq_use_get(const struct vq_use *u, size_t column, struct vq_usage *to)
{
	struct usage s;

	if (!u || !to)
		return fail_null(__func__);
	if (column != VQ_ALL && column >= u->columns)
		return fail_set(
			VQ_EINVAL, "column %zu of %zu", column, u->columns);
	s = column == VQ_ALL ? total(u)
			     : usage_column(&u->counts[column], u->k[column]);
	*to = (struct vq_usage){ .tokens = s.tokens,
		.codes = s.codes,
		.used = s.used,
		.dead = s.dead,
		.utilization = s.utilization,
		.expected_utilization = s.expected,
		.entropy_bits = s.entropy_bits,
		.perplexity = s.perplexity,
		.bits_per_token = s.bits_per_token };
	return VQ_OK;
}
