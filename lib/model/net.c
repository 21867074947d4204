#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/net.h"
#include "util/mem.h"

#define GROUP ((size_t)4096) /* tokens of crops at once */

static const char *const names[] = { "none", "linear", "conv" };

const char *
net_name(enum net_type t)
{
	return names[t];
}

int
net_find(const char *name)
{
	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static float *
copy_floats(const float *x, size_t n)
{
	float *y = mem_floats(n);

	memcpy(y, x, n * sizeof(*y));
	return y;
}

void
net_init(struct net *n, enum net_type type, size_t dim, size_t d,
	const float *a, const float *b)
{
	*n = (struct net){ .type = type, .dim = dim, .d = d };
	if (type == NET_NONE)
		return;
	n->a = copy_floats(a, d * dim);
	n->b = copy_floats(b, dim * d);
	panel_init(&n->encoder, n->a, NULL, d, dim);
	panel_init(&n->decoder, n->b, NULL, dim, d);
}

void
net_free(struct net *n)
{
	free(n->a);
	free(n->b);
	if (n->conv)
		net_conv_free(n->conv);
	free(n->conv);
	panel_free(&n->encoder);
	panel_free(&n->decoder);
	*n = (struct net){ 0 };
}

void
net_encode(const struct net *n, const float *x, size_t rows, float *z)
{
	assert(n->type != NET_CONV);
	if (n->type == NET_NONE)
		memcpy(z, x, rows * n->d * sizeof(*z));
	else
		product_rows(&n->encoder, x, rows, z);
}

void
net_decode(const struct net *n, const float *z, size_t rows, float *x)
{
	assert(n->type != NET_CONV);
	if (n->type == NET_NONE)
		memcpy(x, z, rows * n->d * sizeof(*x));
	else
		product_rows(&n->decoder, z, rows, x);
}

/* Some crops at a time: what their layers hold is large. */
static void
add_conv(const struct convnet *c, const struct params *p, struct pool *pool,
	const float *x, struct grid g, float *y)
{
	size_t tokens = g.h * g.w, some = GROUP / tokens ? GROUP / tokens : 1;
	struct grid part = { g.count < some ? g.count : some, g.h, g.w };
	struct convnet_work *w = NULL;

	for (size_t i = 0; i < g.count; i += part.count) {
		if (part.count > g.count - i || !w) {
			convnet_work_close(w);
			if (part.count > g.count - i)
				part.count = g.count - i;
			w = convnet_work_open(c, part);
		}
		convnet_forward(c, p, pool, x + i * tokens * c->shape.in, w,
			y + i * tokens * c->shape.out);
	}
	convnet_work_close(w);
}

void
net_map_grid(const struct panel *map, const struct convnet *c,
	const struct params *p, struct pool *pool, const float *x,
	struct grid g, float *y)
{
	product_rows_all(map, pool, x, grid_tokens(g), y);
	if (c && g.count)
		add_conv(c, p, pool, x, g, y);
}

void
net_encode_grid(const struct net *n, struct pool *pool, const float *x,
	struct grid g, float *z)
{
	const struct net_conv *c = n->conv;

	if (n->type == NET_NONE)
		memcpy(z, x, grid_tokens(g) * n->d * sizeof(*z));
	else
		net_map_grid(&n->encoder, c ? &c->encoder : NULL,
			c ? &c->ps : NULL, pool, x, g, z);
}

void
net_decode_grid(const struct net *n, struct pool *pool, const float *z,
	struct grid g, float *x)
{
	const struct net_conv *c = n->conv;

	if (n->type == NET_NONE)
		memcpy(x, z, grid_tokens(g) * n->d * sizeof(*x));
	else
		net_map_grid(&n->decoder, c ? &c->decoder : NULL,
			c ? &c->ps : NULL, pool, z, g, x);
}
