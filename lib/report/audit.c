#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/audit.h"
#include "report/figures.h"
#include "stats/load.h"
#include "util/mem.h"

void
audit_free(struct audit *a)
{
	free(a->code);
	joint_free(&a->experts);
	*a = (struct audit){ 0 };
}

static void
reach(struct audit *a, uint32_t code)
{
	size_t room = a->room ? a->room : 256;

	while (room <= code)
		room *= 2;
	if (room > a->room) {
		a->code = mem_grow(a->code, room, sizeof(*a->code));
		memset(a->code + a->room, 0,
			(room - a->room) * sizeof(*a->code));
		a->room = room;
	}
	for (; a->seen <= code; a->seen++)
		a->code[a->seen].least = NAN;
}

static void
add_margin(struct audit_code *c, float margin)
{
	if (isnan(c->least) || margin < c->least)
		c->least = margin;
	if (isfinite(margin)) {
		c->margins++;
		c->margin_sum += margin;
	}
}

void
audit_add(struct audit *a, uint32_t code, uint16_t expert, float margin)
{
	const uint32_t pair[2] = { code, expert };
	struct audit_code *c;

	a->full = a->full || code >= AUDIT_CODES_MAX;
	if (a->full)
		return;
	if (code >= a->seen)
		reach(a, code);
	c = &a->code[code];
	c->count++;
	a->tokens++;
	add_margin(c, margin);
	a->experts.cols = 2;
	if (expert == LOAD_DROPPED)
		c->dropped++;
	else
		joint_add(&a->experts, pair, 1);
}

size_t
audit_used(const struct audit *a)
{
	size_t used = 0;

	for (size_t i = 0; i < a->seen; i++)
		used += a->code[i].count != 0;
	return used;
}

double
audit_entropy_bits(const struct audit *a)
{
	double h = 0;

	if (!a->tokens)
		return NAN;
	for (size_t i = 0; i < a->seen; i++) {
		double p = (double)a->code[i].count / (double)a->tokens;

		h -= p > 0 ? p * log2(p) : 0;
	}
	return h;
}

/* A line of the table. */
struct line {
	uint32_t code, expert;
	uint64_t most;  /* tokens of that expert */
	size_t experts; /* different ones */
	const struct audit_code *of;
};

static int
by_count(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->of->count != y->of->count)
		return x->of->count < y->of->count ? 1 : -1;
	return x->code < y->code ? -1 : 1;
}

/* A line for each code, by code; unused ones have count 0. */
static struct line *
gather(const struct audit *a)
{
	struct line *line = mem_zalloc(a->seen, sizeof(*line));

	for (size_t i = 0; i < a->seen; i++) {
		line[i].code = (uint32_t)i;
		line[i].of = &a->code[i];
	}
	for (size_t i = 0; i < a->experts.used; i++) {
		struct line *l = &line[a->experts.key[2 * i]];
		uint32_t expert = a->experts.key[2 * i + 1];
		uint64_t n = a->experts.n[i];

		l->experts++;
		if (n > l->most || (n == l->most && expert < l->expert)) {
			l->most = n;
			l->expert = expert;
		}
	}
	return line;
}

static double
ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : NAN;
}

/* Infinite: no other expert is near any of its tokens. */
static double
mean_margin(const struct audit_code *c)
{
	if (c->margins)
		return c->margin_sum / (double)c->margins;
	return c->least;
}

static json_t *
describe(const struct line *l, uint64_t tokens)
{
	const struct audit_code *c = l->of;
	json_t *o = json_object();

	figures_count(o, "code", l->code);
	figures_count(o, "count", c->count);
	figures_real(o, "share", ratio(c->count, tokens));
	if (l->experts)
		figures_count(o, "expert", l->expert);
	else
		json_object_set_new(o, "expert", json_null());
	figures_real(o, "expert_share", ratio(l->most, c->count - c->dropped));
	figures_count(o, "experts", l->experts);
	figures_count(o, "code_dropped", c->dropped);
	figures_real(o, "mean_margin", mean_margin(c));
	figures_real(o, "least_margin", c->least);
	return o;
}

json_t *
audit_table(const struct audit *a)
{
	struct line *line = gather(a);
	json_t *table = json_array();

	qsort(line, a->seen, sizeof(*line), by_count);
	for (size_t i = 0; i < a->seen && line[i].of->count; i++)
		json_array_append_new(table, describe(&line[i], a->tokens));
	free(line);
	return table;
}
