#include <stdlib.h>

#include "kernel/product.h"
#include "model/frames.h"
#include "util/mem.h"

void
frames_init(struct frames *f, size_t hop)
{
	float *basis = mem_floats(hop * hop);

	f->hop = hop;
	lap_init(&f->lap, hop);
	lap_dct4(basis, hop);
	panel_init(&f->basis, basis, NULL, hop, hop);
	free(basis);
}

void
frames_free(struct frames *f)
{
	if (!f->hop)
		return;
	lap_free(&f->lap);
	panel_free(&f->basis);
	*f = (struct frames){ 0 };
}

void
frames_transform(const struct frames *f, const float *x, size_t n, float *y)
{
	product_rows(&f->basis, x, n, y);
}
