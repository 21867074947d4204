#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/net.h"
#include "util/mem.h"

static const char *const names[] = { "none", "linear" };

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
	panel_free(&n->encoder);
	panel_free(&n->decoder);
	*n = (struct net){ 0 };
}

void
net_encode(const struct net *n, const float *x, size_t rows, float *z)
{
	switch (n->type) {
	case NET_NONE: memcpy(z, x, rows * n->d * sizeof(*z)); break;
	case NET_LINEAR: product_rows(&n->encoder, x, rows, z); break;
	}
}

void
net_decode(const struct net *n, const float *z, size_t rows, float *x)
{
	switch (n->type) {
	case NET_NONE: memcpy(x, z, rows * n->d * sizeof(*x)); break;
	case NET_LINEAR: product_rows(&n->decoder, z, rows, x); break;
	}
}
