#include "kernel/cpu.h"
#include "kernel/product.h"

#define CHUNK ((size_t)192)

void
product_rows(const struct panel *w, const float *x, size_t n, float *y)
{
	cpu_panel_ops()->scores(w, x, n, y, w->rows);
}

void
product_columns(const struct panel *w, const float *x, size_t n, float *y)
{
	cpu_panel_ops()->columns(w, x, n, y, w->rows);
}

struct task {
	const struct panel *w;
	const float *x;
	size_t n;
	float *y;
};

static void
rows_chunk(void *arg, size_t chunk, size_t worker)
{
	struct task *t = arg;
	size_t v = chunk * CHUNK;

	(void)worker;
	product_rows(t->w, t->x + v * t->w->d,
		t->n - v < CHUNK ? t->n - v : CHUNK, t->y + v * t->w->rows);
}

void
product_rows_all(const struct panel *w, struct pool *pool, const float *x,
	size_t n, float *y)
{
	struct task t = { w, x, n, y };

	pool_run(pool, (n + CHUNK - 1) / CHUNK, rows_chunk, &t);
}
