#include <string.h>

#include "report/route_part.h"
#include "stats/load.h"

bool
route_part_is(const struct part *p)
{
	return record_find(&p->rec, "experts") != NULL;
}

static bool
is_integer(const struct tensor *t)
{
	return t->dtype >= DT_I64;
}

static size_t
width(const struct tensor *t)
{
	return t->rank > 1 ? tensor_row_elements(t) : 1;
}

/* A companion of so many columns (0: any number) that has a row for each. */
static int
find(const struct tensor **t, const struct part *p, const char *name,
	size_t cols, bool integer, struct err *e)
{
	const struct tensor *got = record_find(&p->rec, name);

	*t = NULL;
	if (!got || !got->data)
		return 0;
	if (got->rank == 0 || got->shape[0] != p->rows)
		return err_set(
			e, "tensor \"%s\" has not a row for each token", name);
	if (cols && width(got) != cols)
		return err_set(e, "tensor \"%s\" has %zu columns, not %zu",
			name, width(got), cols);
	if (integer != is_integer(got))
		return err_set(
			e, "tensor \"%s\" is %s", name, dtype_name(got->dtype));
	*t = got;
	return 0;
}

/* y may be a real target, or several: then it is no label. */
static void
find_label(struct route_part *r, const struct part *p)
{
	const struct tensor *y = record_find(&p->rec, "y");

	if (y && y->data && y->rank > 0 && y->shape[0] == p->rows &&
		is_integer(y) && width(y) == 1)
		r->label = y;
}

static int
read_meta(struct route_part *r, const struct meta *m, struct err *e)
{
	static const char *const key[] = { "experts", "shadow.experts",
		"discrete", "shadow.discrete", "step", "codes" };
	size_t *to[] = { &r->experts, &r->shadow_experts, &r->discrete,
		&r->shadow_discrete, &r->step, &r->codes };

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		int got = meta_size(m, key[i], to[i]);

		if (got < 0 && strcmp(key[i], "codes") != 0)
			return err_set(
				e, "metadata key \"%s\": not a number", key[i]);
		if (strcmp(key[i], "step") == 0)
			r->has_step = got == 1;
	}
	r->layer = meta_get(m, "layer");
	r->router = meta_get(m, "router");
	r->model = meta_get(m, "model");
	r->noise_db = meta_get(m, "noise_db");
	return 0;
}

static int
check(const struct route_part *r, struct err *e)
{
	if (!is_integer(r->expert))
		return err_set(e, "tensor \"%s\" is %s: experts are integers",
			r->expert->name, dtype_name(r->expert->dtype));
	if (r->expert->rank > 2)
		return err_set(e,
			"tensor \"%s\" has rank %zu: routes are [n, t], and "
			"of several layers an array a layer",
			r->expert->name, r->expert->rank);
	if (r->cols == 0 || r->cols > ROUTE_PART_COLUMNS_MAX)
		return err_set(e, "%zu columns of experts: 1 to %zu", r->cols,
			ROUTE_PART_COLUMNS_MAX);
	if (r->discrete > r->cols)
		return err_set(e,
			"metadata key \"discrete\" is %zu, but there are %zu "
			"columns",
			r->discrete, r->cols);
	if (r->experts > LOAD_EXPERTS_MAX ||
		r->shadow_experts > LOAD_EXPERTS_MAX)
		return err_set(e, "more than %zu experts", LOAD_EXPERTS_MAX);
	return 0;
}

static int
find_companions(struct route_part *r, const struct part *p, struct err *e)
{
	if (find(&r->gate, p, "gates", r->cols, false, e) != 0 ||
		find(&r->shadow, p, "shadow.experts", 0, true, e) != 0 ||
		find(&r->margin, p, "margin", 1, false, e) != 0 ||
		find(&r->error, p, "error", 1, false, e) != 0 ||
		find(&r->loss, p, "loss", 1, false, e) != 0 ||
		find(&r->kept, p, "kept", 1, true, e) != 0 ||
		find(&r->code, p, "codes", 1, true, e) != 0)
		return -1;
	find_label(r, p);
	if (!r->shadow)
		return 0;
	r->shadow_cols = width(r->shadow);
	if (r->shadow_cols == 0 || r->shadow_cols > ROUTE_PART_COLUMNS_MAX ||
		r->shadow_discrete > r->shadow_cols)
		return err_set(e,
			"%zu columns of a second router's experts (%zu "
			"discrete)",
			r->shadow_cols, r->shadow_discrete);
	return find(
		&r->shadow_gate, p, "shadow.gates", r->shadow_cols, false, e);
}

int
route_part_open(struct route_part *r, const struct part *p, bool bare,
	size_t experts, struct err *e)
{
	*r = (struct route_part){ .p = p, .n = p->rows };
	r->expert = bare ? p->main : record_find(&p->rec, "experts");
	if (r->expert->rank == 0 || !r->expert->data ||
		r->expert->shape[0] != p->rows)
		return err_set(e, "tensor \"%s\" has not a row for each token",
			r->expert->name);
	r->cols = width(r->expert);
	if (!bare && read_meta(r, &p->rec.meta, e) != 0)
		return -1;
	if (!r->experts) {
		r->experts = experts;
		r->experts_asked = experts > 0;
	}
	if (check(r, e) != 0)
		return -1;
	return bare ? 0 : find_companions(r, p, e);
}
