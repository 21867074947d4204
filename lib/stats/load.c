#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/load.h"
#include "util/mem.h"

void
load_free(struct load *l)
{
	free(l->n);
	*l = (struct load){ 0 };
}

void
load_reset(struct load *l)
{
	const struct load kept = { .n = l->n, .room = l->room };

	if (l->seen)
		memset(l->n, 0, l->seen * sizeof(*l->n));
	*l = kept;
}

static void
reach(struct load *l, size_t e)
{
	size_t room = l->room ? l->room : 64;

	while (room <= e)
		room *= 2;
	if (room > l->room) {
		l->n = mem_grow(l->n, room, sizeof(*l->n));
		memset(l->n + l->room, 0, (room - l->room) * sizeof(*l->n));
		l->room = room;
	}
	l->seen = e + 1;
}

static void
add_one(struct load *l, uint16_t e, const float *gate)
{
	if (e == LOAD_DROPPED) {
		l->dropped++;
		return;
	}
	if (e >= l->seen)
		reach(l, e);
	l->n[e]++;
	l->assigned++;
	if (gate) {
		l->gated++;
		l->gates += *gate;
	}
}

void
load_add(struct load *l, const uint16_t *expert, const float *gate, size_t n,
	size_t cols, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < cols; j++) {
			size_t at = i * stride + j;

			add_one(l, expert[at], gate ? gate + at : NULL);
		}
	l->tokens += n;
}

uint64_t
load_of(const struct load *l, size_t e)
{
	return e < l->seen ? l->n[e] : 0;
}

/* What depends on how the assignments are spread. */
static void
describe_spread(const struct load *l, size_t experts, struct load_figures *f)
{
	double mean = (double)l->assigned / (double)experts;
	double squares = 0, most = 0, h = 0;

	for (size_t e = 0; e < experts; e++) {
		double n = (double)load_of(l, e);

		squares += (n - mean) * (n - mean);
		if (n > most)
			most = n;
		if (n > 0)
			h -= n / (double)l->assigned *
				log(n / (double)l->assigned);
		f->dead += n == 0;
	}
	if (!l->assigned)
		return;
	f->cv = sqrt(squares / (double)experts) / mean;
	f->max_violation = (most - mean) / mean;
	if (experts > 1)
		f->entropy = h / log((double)experts);
}

struct load_figures
load_describe(const struct load *l, size_t experts)
{
	struct load_figures f = { NAN, NAN, NAN, NAN, NAN, 0 };
	uint64_t all = l->assigned + l->dropped;

	assert(experts >= l->seen);
	describe_spread(l, experts, &f);
	if (all)
		f.drop_rate = (double)l->dropped / (double)all;
	if (l->gated)
		f.mean_gate = l->gates / (double)l->gated;
	return f;
}
