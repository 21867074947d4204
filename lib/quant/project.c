#include "kernel/product.h"
#include "quant/project.h"

void
project_table(const struct project *p, struct pool *pool, float *q)
{
	struct panel w;

	panel_init(&w, p->w, p->b, p->d, p->d_in);
	product_rows_all(&w, pool, p->c, p->k, q);
	panel_free(&w);
}
