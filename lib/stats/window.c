#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "stats/window.h"
#include "util/mem.h"

void
window_free(struct window *w)
{
	free(w->before);
	free(w->added);
	*w = (struct window){ 0 };
}

static void
reach(struct window *w, size_t n)
{
	w->before = mem_grow(w->before, n, sizeof(*w->before));
	w->added = mem_grow(w->added, n, sizeof(*w->added));
	memset(w->before + w->room, 0, (n - w->room) * sizeof(*w->before));
	w->room = n;
}

void
window_step(struct window *w, const uint64_t *now, size_t n)
{
	if (n > w->room)
		reach(w, n);
	w->total = 0;
	for (size_t i = 0; i < n; i++) {
		assert(now[i] >= w->before[i]);
		w->added[i] = now[i] - w->before[i];
		w->before[i] = now[i];
		w->total += w->added[i];
	}
}
