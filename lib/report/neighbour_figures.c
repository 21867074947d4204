#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/neighbour_figures.h"
#include "report/figures.h"
#include "util/mem.h"

#define TOLERATED 0.1 /* bias, of the entropy that it corrects */
#define EACH 5        /* pairs that are enough for a different one */

enum neighbours_grid
neighbour_figures_grid(const struct part *p)
{
	const char *media = meta_get(&p->rec.meta, "media");

	if (p->main->rank != 3)
		return NEIGHBOURS_NONE;
	if (!media || strcmp(media, "image") == 0)
		return NEIGHBOURS_IMAGE;
	return strcmp(media, "audio") == 0 ? NEIGHBOURS_SOUND : NEIGHBOURS_NONE;
}

/* Above 1 there are too few pairs: of the bias over what is tolerated, of
 * different pairs over what there should be. */
static double
excess(const struct pairs *p, const struct pairs_entropy *h)
{
	double entropy = h->bits + h->bias_bits;
	double each = EACH * (double)h->used / (double)p->count;

	/* One pair that came again and again is all there is. */
	if (h->used < 2)
		return 0;
	return entropy > 0 ? fmax(each, h->bias_bits / entropy / TOLERATED)
			   : each;
}

static void
set_enough(json_t *o, bool enough)
{
	bool so_far = !json_is_false(json_object_get(o, "enough_neighbours"));

	json_object_set_new(
		o, "enough_neighbours", json_boolean(enough && so_far));
}

static void
set_stage(json_t *o, json_t *stage, const char *way, const struct pairs *p)
{
	struct pairs_entropy h = pairs_entropy(p);
	char *key = mem_printf("entropy_given_%s_bits", way);
	char *bias = mem_printf("entropy_given_%s_bias_bits", way);
	bool enough = !p->full && excess(p, &h) <= 1;

	figures_real(stage, key, h.bits);
	figures_real(stage, bias, h.bias_bits);
	set_enough(stage, enough);
	figures_real(o, key, figures_get(o, key) + h.bits);
	figures_real(o, bias, figures_get(o, bias) + h.bias_bits);
	set_enough(o, enough);
	if (p->full)
		json_object_set_new(o, "joint_limited", json_true());
	free(key);
	free(bias);
}

static void
begin(json_t *o, const char *way)
{
	char *key = mem_printf("entropy_given_%s_bits", way);
	char *bias = mem_printf("entropy_given_%s_bias_bits", way);

	figures_real(o, key, 0);
	figures_real(o, bias, 0);
	free(key);
	free(bias);
}

/* All columns have as many pairs. */
static void
set_way(json_t *o, const char *way, const struct pairs *p, size_t cols)
{
	json_t *stages = json_object_get(o, "stages");

	if (!cols || !p[0].count)
		return;
	begin(o, way);
	for (size_t i = 0; i < cols; i++)
		set_stage(o, json_array_get(stages, i), way, &p[i]);
}

void
neighbour_figures_set(json_t *o, const struct neighbours *b)
{
	set_way(o, "left", b->left, b->cols);
	set_way(o, "upper", b->upper, b->cols);
}

static void
warn_full(json_t *warnings, const char *way, const struct pairs *p, size_t cols)
{
	size_t full = 0;
	char *text;

	for (size_t i = 0; i < cols; i++)
		full += p[i].full;
	if (!full)
		return;
	text = mem_printf("no entropy given the %s neighbour of %zu of %zu "
			  "stages: more than %zu different pairs "
			  "(--joint-limit)",
		way, full, cols, p->limit);
	json_array_append_new(warnings, json_string(text));
	free(text);
}

/* The stage and the way with the largest excess. */
struct worst {
	double excess;
	struct pairs_entropy h;
	const char *way;
	size_t stage;
	uint64_t pairs;
};

static void
find_worst(struct worst *w, const char *way, const struct pairs *p, size_t cols)
{
	for (size_t i = 0; i < cols; i++) {
		struct pairs_entropy h = pairs_entropy(&p[i]);

		if (!p[i].full && excess(&p[i], &h) > w->excess)
			*w = (struct worst){ excess(&p[i], &h), h, way, i,
				p[i].count };
	}
}

/* Pairs that are enough even if all pairs of the codes in use are there. */
static double
enough(const struct pairs_entropy *h, size_t used)
{
	double all = (double)used * (double)used;
	double entropy = h->bits + h->bias_bits, n = EACH * all;

	if (entropy > 0)
		n = fmax(n,
			(all - (double)used) /
				(2 * log(2) * TOLERATED * entropy));
	return n;
}

/* Two digits and zeros. */
static double
rounded_up(double v)
{
	double unit = pow(10, floor(log10(v)) - 1);

	return unit > 1 ? ceil(v / unit) * unit : ceil(v);
}

void
neighbour_figures_warn(json_t *warnings, const struct neighbours *b)
{
	warn_full(warnings, "left", b->left, b->cols);
	warn_full(warnings, "upper", b->upper, b->cols);
}

void
neighbour_figures_note(
	json_t *notes, const struct neighbours *b, const struct tally *t)
{
	struct worst w = { .excess = 1 };
	char *text;

	find_worst(&w, "left", b->left, b->cols);
	find_worst(&w, "upper", b->upper, b->cols);
	if (!w.pairs)
		return;
	text = mem_printf("%llu pairs of neighbours are too few: the entropy "
			  "of stage %zu given the %s one, %.2f bits, is too "
			  "low, by %.2f or more; %.0f would do",
		(unsigned long long)w.pairs, w.stage, w.way, w.h.bits,
		w.h.bias_bits, rounded_up(enough(&w.h, t->col[w.stage].used)));
	json_array_append_new(notes, json_string(text));
	free(text);
}
