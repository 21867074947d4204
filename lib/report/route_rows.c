#include <math.h>
#include <stdlib.h>

#include "report/route_rows.h"
#include "stats/load.h"
#include "util/mem.h"

void
route_rows_free(struct route_rows *x)
{
	free(x->expert);
	free(x->gate);
	free(x->shadow);
	free(x->shadow_gate);
	free(x->code);
	free(x->margin);
	free(x->label);
	free(x->error);
	free(x->loss);
	free(x->kept);
	free(x->wide);
	*x = (struct route_rows){ 0 };
}

/* What is read at the moment. */
struct at {
	const struct route_part *r;
	const struct tensor *t;
	size_t from, n, cols;
};

/* Say which one it is before what the message has. */
static int
place(const struct at *a, size_t i, struct err *e)
{
	size_t row = a->r->p->row0 + a->from + i / a->cols;

	return a->cols == 1
		? err_wrap(e, "row %zu", row)
		: err_wrap(e, "row %zu, column %zu", row, i % a->cols);
}

static int
refuse(const struct at *a, size_t i, const char *why, double v, struct err *e)
{
	err_set(e, "%s %.9g %s", a->t->name, v, why);
	return place(a, i, e);
}

/* experts: E, of the router or of -E; 0: nobody says it. */
static int
refuse_expert(
	const struct at *a, size_t i, size_t experts, double v, struct err *e)
{
	const char *shadow = a->t == a->r->expert ? "" : "shadow ";

	if (!experts)
		err_set(e, "%sexpert %.9g is more than there can be", shadow,
			v);
	else
		err_set(e, "%sexpert %.9g is not below E = %zu%s", shadow, v,
			experts,
			!*shadow && a->r->experts_asked ? " (-E)" : "");
	return place(a, i, e);
}

static const unsigned char *
bytes(const struct at *a)
{
	return a->t->data + a->from * a->cols * dtype_size(a->t->dtype);
}

/* All numbers that matter here are below 2^24: exact as floats. */
static float *
widen(struct route_rows *x, const struct at *a)
{
	x->wide = mem_grow(x->wide, ROUTE_ROWS_MAX * a->cols, sizeof(*x->wide));
	dtype_to_f32(x->wide, bytes(a), a->n * a->cols, a->t->dtype);
	return x->wide;
}

static int
read_experts(struct route_rows *x, uint16_t **to, const struct at *a,
	size_t experts, struct err *e)
{
	const float *v = widen(x, a);
	float most = (float)(experts ? experts : LOAD_EXPERTS_MAX);
	uint16_t *out;

	*to = out = mem_grow(*to, ROUTE_ROWS_MAX * a->cols, sizeof(**to));
	for (size_t i = 0; i < a->n * a->cols; i++) {
		if (v[i] < 0 || v[i] == LOAD_DROPPED) {
			out[i] = LOAD_DROPPED;
			continue;
		}
		if (v[i] >= most)
			return refuse_expert(a, i, experts, v[i], e);
		out[i] = (uint16_t)v[i];
	}
	return 0;
}

static int
read_floats(float **to, const struct at *a, bool finite, struct err *e)
{
	*to = mem_grow(*to, ROUTE_ROWS_MAX * a->cols, sizeof(**to));
	dtype_to_f32(*to, bytes(a), a->n * a->cols, a->t->dtype);
	for (size_t i = 0; i < a->n * a->cols; i++)
		if (finite ? !isfinite((*to)[i]) : isnan((*to)[i]))
			return refuse(a, i, "is no figure", (*to)[i], e);
	return 0;
}

static int
read_labels(struct route_rows *x, const struct at *a, struct err *e)
{
	const float *v;

	free(x->label);
	x->label = NULL;
	if (!a->t)
		return 0;
	v = widen(x, a);
	x->label = mem_grow(x->label, ROUTE_ROWS_MAX, sizeof(*x->label));
	for (size_t i = 0; i < a->n; i++) {
		if (v[i] >= (float)ROUTE_ROWS_LABELS_MAX)
			return refuse(a, i, "is too large a label", v[i], e);
		x->label[i] = v[i] < 0 ? ROUTE_ROWS_NO_LABEL : (uint32_t)v[i];
	}
	return 0;
}

static int
read_numbers(uint32_t **to, const struct at *a, struct err *e)
{
	*to = mem_grow(*to, ROUTE_ROWS_MAX, sizeof(**to));
	if (dtype_to_u32(*to, bytes(a), a->n, a->t->dtype, e) == 0)
		return 0;
	return err_wrap(
		e, "rows from %zu, %s", a->r->p->row0 + a->from, a->t->name);
}

/* What is not there is NULL, whatever was there before. */
static int
floats_or_none(float **to, const struct at *a, bool finite, struct err *e)
{
	if (a->t)
		return read_floats(to, a, finite, e);
	free(*to);
	*to = NULL;
	return 0;
}

static int
read_shadow(struct route_rows *x, struct at a, struct err *e)
{
	if (!a.t) {
		free(x->shadow);
		x->shadow = NULL;
	} else if (read_experts(x, &x->shadow, &a, a.r->shadow_experts, e) !=
		0) {
		return -1;
	}
	a.t = a.r->shadow_gate;
	return floats_or_none(&x->shadow_gate, &a, true, e);
}

static int
numbers_or_none(uint32_t **to, const struct at *a, struct err *e)
{
	if (a->t)
		return read_numbers(to, a, e);
	free(*to);
	*to = NULL;
	return 0;
}

static int
read_beside(struct route_rows *x, struct at a, struct err *e)
{
	const struct route_part *r = a.r;

	a.t = r->gate;
	if (floats_or_none(&x->gate, &a, true, e) != 0)
		return -1;
	a.cols = 1;
	a.t = r->margin;
	if (floats_or_none(&x->margin, &a, false, e) != 0)
		return -1;
	a.t = r->error;
	if (floats_or_none(&x->error, &a, true, e) != 0)
		return -1;
	a.t = r->loss;
	if (floats_or_none(&x->loss, &a, true, e) != 0)
		return -1;
	a.t = r->code;
	if (numbers_or_none(&x->code, &a, e) != 0)
		return -1;
	a.t = r->kept;
	return numbers_or_none(&x->kept, &a, e);
}

static void
quiet_gates(float *gate, const uint16_t *expert, size_t count)
{
	for (size_t i = 0; gate && i < count; i++)
		if (expert[i] == LOAD_DROPPED)
			gate[i] = 0;
}

int
route_rows_read(struct route_rows *x, const struct route_part *r, size_t from,
	size_t n, struct err *e)
{
	struct at a = { r, r->expert, from, n, r->cols };

	x->n = n;
	x->cols = r->cols;
	x->shadow_cols = r->shadow_cols;
	x->row0 = r->p->row0 + from;
	if (read_experts(x, &x->expert, &a, r->experts, e) != 0 ||
		read_beside(x, a, e) != 0)
		return -1;
	a.t = r->shadow;
	a.cols = r->shadow_cols;
	if (read_shadow(x, a, e) != 0)
		return -1;
	a.t = r->label;
	a.cols = 1;
	if (read_labels(x, &a, e) != 0)
		return -1;
	quiet_gates(x->gate, x->expert, n * x->cols);
	quiet_gates(x->shadow_gate, x->shadow, n * x->shadow_cols);
	return 0;
}

uint64_t
route_rows_number(const struct route_rows *x, size_t i)
{
	return x->kept ? x->kept[i] : x->row0 + i;
}
