#include <assert.h>
#include <stdlib.h>

#include "stats/tally.h"
#include "util/mem.h"

void
tally_init(struct tally *t, size_t cols)
{
	*t = (struct tally){ .cols = cols, .joint.cols = cols };
	t->col = mem_zalloc(cols, sizeof(*t->col));
}

void
tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->cols; i++)
		counts_free(&t->col[i]);
	free(t->col);
	joint_free(&t->joint);
	*t = (struct tally){ 0 };
}

void
tally_reset(struct tally *t)
{
	for (size_t i = 0; i < t->cols; i++)
		counts_reset(&t->col[i]);
	joint_reset(&t->joint);
	t->tokens = 0;
}

static uint32_t
largest(const uint32_t *code, size_t n, size_t step)
{
	uint32_t max = 0;

	for (size_t i = 0; i < n; i++)
		if (code[i * step] > max)
			max = code[i * step];
	return max;
}

bool
tally_fits(const struct tally *t, const uint32_t *row, size_t n)
{
	size_t room = 0;

	for (size_t i = 0; i < t->cols; i++)
		room += counts_room(&t->col[i], largest(row + i, n, t->cols));
	return room <= TALLY_COUNTERS_MAX;
}

void
tally_add(struct tally *t, const uint32_t *row, size_t n)
{
	for (size_t i = 0; i < t->cols; i++)
		counts_add(&t->col[i], row + i, n, t->cols);
	if (t->cols > 1)
		joint_add(&t->joint, row, n);
	t->tokens += n;
}

void
tally_add_lanes(struct tally *t, const struct lanes *l)
{
	assert(t->cols == 1);
	lanes_count(l, &t->col[0]);
	t->tokens += l->tokens;
}
