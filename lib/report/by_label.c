#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/by_label.h"
#include "report/figures.h"
#include "stats/load.h"
#include "util/mem.h"

void
by_label_free(struct by_label *b)
{
	free(b->label);
	joint_free(&b->experts);
	*b = (struct by_label){ 0 };
}

struct by_label_sums *
by_label_at(struct by_label *b, uint32_t label)
{
	size_t room = b->room ? b->room : 16;

	while (room <= label)
		room *= 2;
	if (room > b->room) {
		b->label = mem_grow(b->label, room, sizeof(*b->label));
		memset(b->label + b->room, 0,
			(room - b->room) * sizeof(*b->label));
		b->room = room;
	}
	if (label >= b->seen)
		b->seen = (size_t)label + 1;
	return &b->label[label];
}

void
by_label_experts(
	struct by_label *b, uint32_t label, const uint16_t *expert, size_t cols)
{
	struct by_label_sums *s = by_label_at(b, label);

	b->experts.cols = 2;
	s->tokens++;
	for (size_t i = 0; i < cols; i++) {
		if (expert[i] == LOAD_DROPPED) {
			s->dropped++;
			continue;
		}
		s->assigned++;
		joint_add(&b->experts, (uint32_t[]){ label, expert[i] }, 1);
	}
}

/* The expert with most of a label's assignments. */
struct most {
	uint64_t n;
	uint32_t expert;
	size_t experts; /* different ones */
};

static struct most *
find_most(const struct by_label *b)
{
	struct most *most = mem_zalloc(b->seen, sizeof(*most));

	for (size_t i = 0; i < b->experts.used; i++) {
		struct most *m = &most[b->experts.key[2 * i]];
		uint32_t expert = b->experts.key[2 * i + 1];
		uint64_t n = b->experts.n[i];

		m->experts++;
		if (n > m->n || (n == m->n && expert < m->expert)) {
			m->n = n;
			m->expert = expert;
		}
	}
	return most;
}

static double
ratio(double a, uint64_t b)
{
	return b ? a / (double)b : NAN;
}

static json_t *
describe(const struct by_label_sums *s, const struct most *m, uint64_t tokens)
{
	json_t *o = json_object();

	figures_count(o, "tokens", s->tokens);
	figures_real(o, "share", ratio((double)s->tokens, tokens));
	figures_real(o, "drop_rate",
		ratio((double)s->dropped, s->assigned + s->dropped));
	if (m->experts)
		figures_count(o, "top_expert", m->expert);
	else
		json_object_set_new(o, "top_expert", json_null());
	figures_real(o, "purity", ratio((double)m->n, s->assigned));
	figures_count(o, "label_experts", m->experts);
	if (s->errors)
		figures_real(o, "error", ratio(s->error_sum, s->errors));
	if (s->losses)
		figures_real(o, "loss", ratio(s->loss_sum, s->losses));
	if (s->compared)
		figures_real(
			o, "flip_rate", ratio((double)s->flipped, s->compared));
	return o;
}

json_t *
by_label_table(const struct by_label *b)
{
	struct most *most = find_most(b);
	json_t *table = json_array();
	uint64_t tokens = 0;

	for (size_t i = 0; i < b->seen; i++)
		tokens += b->label[i].tokens;
	for (size_t i = 0; i < b->seen; i++) {
		json_t *o;

		if (!b->label[i].tokens)
			continue;
		o = json_object();
		figures_count(o, "label", i);
		json_object_update_new(
			o, describe(&b->label[i], &most[i], tokens));
		json_array_append_new(table, o);
	}
	free(most);
	return table;
}

double
by_label_purity(const struct by_label *b)
{
	struct most *most = find_most(b);
	uint64_t pure = 0, all = 0;

	for (size_t i = 0; i < b->seen; i++) {
		pure += most[i].n;
		all += b->label[i].assigned;
	}
	free(most);
	return all ? (double)pure / (double)all : NAN;
}
