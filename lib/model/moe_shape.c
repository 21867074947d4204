#include <stdio.h>
#include <string.h>

#include "media/sniff.h"
#include "model/moe_shape.h"

static bool
is_float(enum dtype t)
{
	return t == DT_F64 || t == DT_F32 || t == DT_F16 || t == DT_BF16;
}

/* The product of n sizes; they are of a tensor that is in memory. */
static size_t
product(const size_t *shape, size_t n)
{
	size_t p = 1;

	while (n--)
		p *= *shape++;
	return p;
}

int
moe_shape_check_input(struct input *in, bool any, struct err *e)
{
	const unsigned char *p;
	enum media kind;
	ptrdiff_t n = input_peek(in, 1, &p, e);

	if (n == 0)
		return err_set(e, "empty input");
	if (n < 0)
		return -1;
	if (any)
		return 0;
	if (sniff_media(in, &kind, e) != 0)
		return -1;
	if (kind == MEDIA_TENSOR)
		return 0;
	return err_set(e, "%s: vq-encode --latents makes rows of it",
		kind == MEDIA_IMAGE ? "an image" : "a sound");
}

/* Leading axes that count rows. */
static size_t
lead(const struct tensor *x)
{
	return x->rank > 1 ? x->rank - 1 : 1;
}

static int
find_target(struct moe_shape_part *m, struct err *e)
{
	const struct tensor *x = m->x, *y = m->y;
	size_t axes = lead(x), per;

	if (y->rank == 0 || y->shape[0] != x->shape[0])
		return err_set(e, "%zu rows, but \"%s\" has %zu (first axes)",
			x->shape[0], y->name, y->rank ? y->shape[0] : 1);
	if (y->rank < axes ||
		memcmp(y->shape, x->shape, axes * sizeof(*x->shape)) != 0)
		axes = 1;
	m->repeat = product(x->shape + axes, lead(x) - axes);
	per = product(y->shape + axes, y->rank - axes);
	m->is.target = is_float(y->dtype) ? MOE_SHAPE_REAL : MOE_SHAPE_CLASS;
	if (per == 0)
		return err_set(e, "\"%s\" has no numbers", y->name);
	if (m->is.target == MOE_SHAPE_CLASS && per != 1)
		return err_set(e,
			"\"%s\" has %zu whole numbers a row: a class is one",
			y->name, per);
	m->is.outputs = m->is.target == MOE_SHAPE_REAL ? per : 0;
	return 0;
}

int
moe_shape_find(struct moe_shape_part *m, const struct part *p, bool named,
	const struct tensor *y, struct err *e)
{
	const struct tensor *x = p->main;

	*m = (struct moe_shape_part){ .x = x, .y = y, .repeat = 1 };
	if (!named &&
		(strcmp(x->name, "image") == 0 ||
			strcmp(x->name, "audio") == 0))
		return err_set(e,
			"holds %s: vq-encode --latents makes rows of it",
			x->name);
	if (x->rank == 0)
		return err_set(e, "a single number, not rows");
	m->is.tokens = !is_float(x->dtype);
	m->is.columns = x->rank > 1 ? x->shape[x->rank - 1] : 1;
	m->n = product(x->shape, lead(x));
	if (m->y == x)
		return err_set(e, "\"%s\" is both rows and target", x->name);
	return m->y ? find_target(m, e) : 0;
}

int
moe_shape_whole(uint32_t *to, const struct tensor *t, uint32_t most,
	size_t from, size_t rows, struct err *e)
{
	size_t n = tensor_elements(t), size = dtype_size(t->dtype), v = 0;
	struct err unused;
	float x;

	while (v < n &&
		dtype_to_u32(&to[v], t->data + v * size, 1, t->dtype,
			&unused) == 0 &&
		to[v] <= most)
		v++;
	if (v == n)
		return 0;
	dtype_to_f32(&x, t->data + v * size, 1, t->dtype);
	return err_set(e,
		"\"%s\", row %zu (counted from 0): %.9g, where 0 to %u is "
		"taken",
		t->name, from + v * rows / n, (double)x, most);
}

bool
moe_shape_same(const struct moe_shape *a, const struct moe_shape *b)
{
	return a->tokens == b->tokens && a->columns == b->columns &&
		a->target == b->target && a->outputs == b->outputs;
}

const char *
moe_shape_describe(const struct moe_shape *s, char *buf, size_t n)
{
	const char *what = s->tokens ? "tokens" : "floats";

	switch (s->target) {
	case MOE_SHAPE_BARE:
		snprintf(buf, n, "rows of %zu %s without a target", s->columns,
			what);
		break;
	case MOE_SHAPE_CLASS:
		snprintf(buf, n, "rows of %zu %s with classes", s->columns,
			what);
		break;
	case MOE_SHAPE_REAL:
		snprintf(buf, n, "rows of %zu %s with targets of %zu floats",
			s->columns, what, s->outputs);
	}
	return buf;
}
