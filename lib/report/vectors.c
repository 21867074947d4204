#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/vectors.h"
#include "util/mem.h"

void
vectors_free(struct vectors *v)
{
	moments_free(&v->total);
	moments_free(&v->item);
	free(v->first_item);
	*v = (struct vectors){ 0 };
}

static int
begin_item(struct vectors *v, const struct part *p, size_t d, struct err *e)
{
	if (!v->first_item) {
		v->total.d = d;
		v->first_item = mem_strdup(p->item);
	}
	if (v->total.d != d)
		return err_set(e, "vectors of %zu numbers, but %s has %zu", d,
			v->first_item, v->total.d);
	moments_free(&v->item);
	v->item.d = d;
	v->item_dropped = 0;
	return 0;
}

/* Close the gaps of rows that are not finite; their number in *dropped. */
static size_t
keep_finite(float *x, size_t n, size_t d)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (dtype_find_nonfinite(x + i * d, d) != d)
			continue;
		memmove(x + kept++ * d, x + i * d, d * sizeof(*x));
	}
	return kept;
}

static int
add_rows(struct vectors *v, const struct part *p, float *x, size_t n, size_t d,
	struct err *e)
{
	size_t bad = dtype_find_nonfinite(x, n * d), kept = n;
	size_t per_row = p->rows ? n / p->rows : 1;

	if (bad < n * d && !v->drop)
		return err_set(e,
			"row %zu: %s (--nan=drop leaves such rows out)",
			p->row0 + bad / d / per_row,
			dtype_nonfinite_words(
				p->main->data, bad, p->main->dtype));
	if (bad < n * d)
		kept = keep_finite(x, n, d);
	v->dropped += n - kept;
	v->item_dropped += n - kept;
	moments_add(&v->total, x, kept);
	if (v->by_item)
		moments_add(&v->item, x, kept);
	return 0;
}

static void
set(json_t *o, const struct moments *m, uint64_t dropped)
{
	figures_count(o, "vectors", m->n);
	figures_count(o, "dim", m->d);
	figures_real(o, "mean_square", moments_mean_square(m));
	figures_real(o, "variance", moments_variance(m));
	figures_count(o, "dropped", dropped);
}

int
vectors_part(
	struct vectors *v, const struct part *p, json_t **item, struct err *e)
{
	const struct tensor *t = p->main;
	size_t d = t->rank > 1 ? t->shape[t->rank - 1] : 1;
	float *x;
	int status;

	*item = NULL;
	if (t->rank == 0 || d == 0)
		return err_set(
			e, "tensor \"%s\" holds no rows of numbers", t->name);
	if (p->first && begin_item(v, p, d, e) != 0)
		return -1;
	if (d != v->total.d)
		return err_set(
			e, "vectors of %zu numbers after %zu", d, v->total.d);
	x = tensor_floats(t);
	status = add_rows(v, p, x, tensor_elements(t) / d, d, e);
	free(x);
	if (status == 0 && p->last && v->by_item) {
		*item = json_object();
		figures_text(*item, "item", p->item);
		set(*item, &v->item, v->item_dropped);
	}
	return status;
}

void
vectors_report(json_t *o, const struct vectors *v)
{
	set(o, &v->total, v->dropped);
}
