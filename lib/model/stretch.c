#include <stdlib.h>

#include "model/stretch.h"
#include "util/mem.h"

void
stretch_free(struct stretch *p)
{
	free(p->carry);
	free(p->x);
	*p = (struct stretch){ 0 };
}

/*
 * The next stretch of a sound, all channels: `rows` samples and half a hop of
 * each neighbour.  What was read beyond its end is carried to the next.
 */
static int
read_stretch(struct stretch *p, struct source *s, const struct stretch_cut *cut,
	struct err *e)
{
	size_t c = cut->channels, half = cut->hop / 2;
	size_t want = p->lead + cut->rows + half;
	float *x = mem_floats(want * c);
	size_t back;
	ptrdiff_t n;

	for (size_t i = 0; i < p->kept * c; i++)
		x[i] = p->carry[i];
	n = source_read(s, x + p->kept * c, want - p->kept, e);
	if (n < 0 || (p->kept + (size_t)n) <= p->lead) {
		free(x);
		return n < 0 ? -1 : 0;
	}
	p->x = x;
	p->length = p->kept + (size_t)n;
	p->left = p->lead;
	p->right = p->length > p->lead + cut->rows
		? p->length - p->lead - cut->rows
		: 0;
	/* The next one begins half a hop before this one's end. */
	back = p->right ? p->right + half : 0;
	p->carry = mem_grow(p->carry, back * c + 1, sizeof(*p->carry));
	for (size_t i = 0; i < back * c; i++)
		p->carry[i] = x[(p->length - back) * c + i];
	p->kept = back;
	p->lead = back ? half : 0;
	return 1;
}

int
stretch_channel(struct stretch *p, struct source *s,
	const struct stretch_cut *cut, struct segment *out, struct err *e)
{
	size_t c = cut->channels;
	int got;

	if (!p->x && (got = read_stretch(p, s, cut, e)) != 1)
		return got;
	*out = (struct segment){ .x = mem_floats(p->length),
		.rows = p->length,
		.cols = 1,
		.left = p->left,
		.right = p->right };
	for (size_t i = 0; i < p->length; i++)
		out->x[i] = p->x[i * c + p->channel];
	if (++p->channel == c) {
		p->channel = 0;
		free(p->x);
		p->x = NULL;
	}
	return 1;
}
