#include <math.h>
#include <stdlib.h>

#include "report/book_figures.h"
#include "report/figures.h"
#include "stats/spacing.h"
#include "stats/rank.h"
#include "util/mem.h"

/* The rank, and under `list` its shares; null where it is not known. */
static void
set_rank(json_t *o, const char *key, const char *list, const float *x, size_t n,
	size_t d, bool centred)
{
	size_t m = n < d ? n : d;
	double *share = mem_alloc(m, sizeof(*share));
	double rank = rank_effective(x, n, d, centred, share);
	json_t *shares = json_array();

	for (size_t i = 0; !isnan(rank) && i < m && i < BOOK_FIGURES_SPECTRUM;
		i++)
		json_array_append_new(shares, json_real(share[i]));
	figures_real(o, key, rank);
	json_object_set_new(o, list, shares);
	free(share);
}

static void
set_distances(json_t *o, const float *q, size_t k, size_t d, struct pool *pool)
{
	double spread = spacing_spread(q, k, d);
	struct spacing p = spacing_near(q, k, d, pool);

	if (!(spread > 0))
		spread = NAN; /* of equal codes there is no unit */
	figures_real(o, "nearest_distance", p.least / spread);
	figures_real(o, "median_distance", p.median / spread);
	figures_count(o, "distance_codes", p.asked);
}

void
book_figures_rank(json_t *o, const float *x, size_t n, size_t d)
{
	set_rank(o, "effective_rank", "spectrum", x, n, d, true);
}

void
book_figures_table(
	json_t *o, const float *q, size_t k, size_t d, struct pool *pool)
{
	figures_count(o, "codes", k);
	figures_count(o, "dim", d);
	book_figures_rank(o, q, k, d);
	set_distances(o, q, k, d, pool);
	figures_count(o, "duplicates", spacing_equal(q, NULL, k, d));
}

void
book_figures_map(
	json_t *o, const char *name, const float *w, size_t rows, size_t cols)
{
	char *rank = mem_printf("%s_rank", name);
	char *list = mem_printf("%s_spectrum", name);

	set_rank(o, rank, list, w, rows, cols, false);
	free(rank);
	free(list);
}

/* "8 x 5 x 5" */
static void
set_lattice(json_t *o, const struct codebook *b)
{
	static const char *const none[] = { "effective_rank",
		"nearest_distance", "median_distance" };
	char *text = NULL;

	for (size_t i = 0; i < b->lattice.dims; i++) {
		char *was = text;

		text = mem_printf("%s%s%u", was ? was : "", was ? "x" : "",
			(unsigned)b->lattice.levels[i]);
		free(was);
	}
	figures_count(o, "codes", b->k);
	figures_count(o, "dim", b->d);
	figures_text(o, "lattice", text);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		figures_real(o, none[i], NAN);
	figures_count(o, "duplicates", 0);
	figures_count(o, "unreachable", 0);
	free(text);
}

/* Codes that another one goes before wherever they might be chosen. */
static size_t
unreachable(const struct codebook *b, size_t variant)
{
	size_t w = front_width(&b->front, b->d) - b->front.padded;
	const float *bits = b->lambda > 0 ? b->bits : NULL;
	const float *from = b->given ? b->given : b->q;
	size_t n = 0;
	float *key = mem_floats(b->k * w);

	from += variant * b->k * w;
	for (size_t j = 0; j < b->k; j++)
		if (b->front.unit)
			front_unit(from + j * w, 1, w, key + j * w);
		else
			for (size_t i = 0; i < w; i++)
				key[j * w + i] = from[j * w + i];
	n = spacing_equal(key, bits ? bits + variant * b->k : NULL, b->k, w);
	free(key);
	return n;
}

void
book_figures_set(
	json_t *o, const struct codebook *b, size_t variant, struct pool *pool)
{
	if (b->lattice.dims) {
		set_lattice(o, b);
		return;
	}
	book_figures_table(o, b->q + variant * b->k * b->d, b->k, b->d, pool);
	figures_count(o, "unreachable", unreachable(b, variant));
}
