#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/beside.h"
#include "report/figures.h"
#include "util/mem.h"

#define TOLERATED 0.1 /* bias, of the entropy that it corrects */
#define EACH 5        /* pairs that are enough for a different one */

static void
set_way(json_t *o, const char *way, const struct pairs *p, size_t cols)
{
	char key[64], bias[64];
	double bits = 0, bias_bits = 0;
	uint64_t count = 0;
	bool full = false;

	snprintf(key, sizeof(key), "entropy_given_%s_bits", way);
	snprintf(bias, sizeof(bias), "entropy_given_%s_bias_bits", way);
	for (size_t i = 0; i < cols; i++) {
		json_t *stage = json_array_get(json_object_get(o, "stages"), i);
		struct pairs_entropy h = pairs_entropy(&p[i]);

		count += p[i].count;
		full |= p[i].full;
		bits += h.bits;
		bias_bits += h.bias_bits;
		if (p[i].count) {
			figures_real(stage, key, h.bits);
			figures_real(stage, bias, h.bias_bits);
		}
	}
	if (count) {
		figures_real(o, key, bits);
		figures_real(o, bias, bias_bits);
	}
	if (full)
		json_object_set_new(o, "joint_limited", json_true());
}

void
beside_set(json_t *o, const struct neighbours *b)
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

/* The stage and the way with the largest excess: of the bias over what is
 * tolerated, of different pairs over what there should be. */
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
		double entropy = h.bits + h.bias_bits;
		double excess = EACH * (double)h.used / (double)p[i].count;

		if (entropy > 0)
			excess =
				fmax(excess, h.bias_bits / entropy / TOLERATED);
		if (h.used > 1 && excess > w->excess)
			*w = (struct worst){ excess, h, way, i, p[i].count };
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
beside_warn(json_t *warnings, const struct neighbours *b, const struct tally *t)
{
	struct worst w = { .excess = 1 };
	char *text;

	warn_full(warnings, "left", b->left, b->cols);
	warn_full(warnings, "upper", b->upper, b->cols);
	find_worst(&w, "left", b->left, b->cols);
	find_worst(&w, "upper", b->upper, b->cols);
	if (!w.pairs)
		return;
	text = mem_printf("%llu pairs of neighbours are too few: the entropy "
			  "of stage %zu given the %s one, %.2f bits, is too "
			  "low, by %.2f or more; %.0f would do",
		(unsigned long long)w.pairs, w.stage, w.way, w.h.bits,
		w.h.bias_bits, rounded_up(enough(&w.h, t->col[w.stage].used)));
	json_array_append_new(warnings, json_string(text));
	free(text);
}
