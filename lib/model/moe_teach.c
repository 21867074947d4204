#include <string.h>

#include "model/capacity.h"
#include "model/moe_teach.h"
#include "util/mem.h"

void
moe_teach_targets(const struct moe *m, struct moe_rows *r)
{
	size_t d = m->o.width;
	struct moe_work w;

	if (!r->n || r->real)
		return;
	r->real = mem_floats(r->n * d);
	moe_work_init(&w, m, CAPACITY_WINDOW, false, false);
	for (size_t v = 0, n; v < r->n; v += n) {
		struct moe_batch b = { .x = r->x + v * d };

		b.n = n = r->n - v < w.room ? r->n - v : w.room;
		moe_forward(m, &b, &w, 1);
		memcpy(r->real + v * d, w.out, n * d * sizeof(*w.out));
	}
	moe_work_free(&w, m);
}
