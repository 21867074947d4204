#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/route_layer.h"
#include "util/mem.h"

static char *
copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

void
route_layer_init(struct route_layer *l, const struct route_part *p,
	size_t boundary_limit)
{
	*l = (struct route_layer){ .experts = p->experts,
		.cols = p->cols,
		.discrete = p->discrete,
		.codes = p->codes };
	l->name = copy(p->layer);
	l->router = copy(p->router);
	l->model = copy(p->model);
	l->from = mem_strdup(p->p->item);
	l->noise_db = copy(p->noise_db);
	l->shadow_experts = p->shadow_experts;
	l->shadow_router = copy(meta_get(&p->p->rec.meta, "shadow.router"));
	l->shadow_model = copy(meta_get(&p->p->rec.meta, "shadow.model"));
	l->seed = copy(meta_get(&p->p->rec.meta, "model.seed"));
	l->shadow_seed = copy(meta_get(&p->p->rec.meta, "shadow.seed"));
	l->paths = route_paths(l->cols, l->discrete, l->path);
	l->shadow_cols = p->shadow_cols;
	l->shadow_discrete = p->shadow_discrete;
	if (l->shadow_cols)
		l->shadow_paths = route_paths(
			l->shadow_cols, l->shadow_discrete, l->shadow_path);
	for (size_t i = 0; i < l->paths; i++)
		l->pairs[i].cols = 2;
	l->boundary.limit = boundary_limit;
}

void
route_layer_free(struct route_layer *l)
{
	free(l->name);
	free(l->router);
	free(l->model);
	free(l->from);
	for (size_t i = 0; i < l->paths; i++) {
		load_free(&l->load[i]);
		joint_free(&l->pairs[i]);
	}
	load_free(&l->item);
	free(l->noise_db);
	free(l->shadow_router);
	free(l->shadow_model);
	free(l->seed);
	free(l->shadow_seed);
	versus_free(&l->versus);
	versus_free(&l->shadow);
	for (size_t i = 0; i < l->shadow_paths; i++)
		load_free(&l->shadow_load[i]);
	audit_free(&l->audit);
	boundary_free(&l->boundary);
	by_label_free(&l->by_label);
	*l = (struct route_layer){ .cols = 0 };
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool
route_layer_is(const struct route_layer *l, const struct route_part *p)
{
	return same(l->name, p->layer);
}

int
route_layer_agrees(
	const struct route_layer *l, const struct route_part *p, struct err *e)
{
	if (p->cols != l->cols || p->discrete != l->discrete)
		return err_set(e,
			"%zu columns of experts (%zu discrete), but %s has "
			"%zu (%zu)",
			p->cols, p->discrete, l->from, l->cols, l->discrete);
	if (p->experts != l->experts)
		return err_set(e, "a router of %zu experts, but %s has %zu",
			p->experts, l->from, l->experts);
	if (!same(p->noise_db, l->noise_db))
		return err_set(e, "noise of %s dB, but %s has %s",
			p->noise_db ? p->noise_db : "no", l->from,
			l->noise_db ? l->noise_db : "none");
	if (p->shadow_experts != l->shadow_experts ||
		p->shadow_cols != l->shadow_cols ||
		p->shadow_discrete != l->shadow_discrete)
		return err_set(e,
			"a second router of %zu experts and %zu columns, but "
			"%s has %zu and %zu",
			p->shadow_experts, p->shadow_cols, l->from,
			l->shadow_experts, l->shadow_cols);
	if (!same(p->router, l->router) || !same(p->model, l->model))
		return err_set(e,
			"routes of another router than those of %s: the "
			"metadata say \"%s\" %s, there \"%s\" %s",
			l->from, p->router ? p->router : "",
			p->model ? p->model : "", l->router ? l->router : "",
			l->model ? l->model : "");
	return 0;
}

/* Every pair of different experts of a token, neighbours in rank or not. */
static void
add_pairs(struct joint *pairs, const uint16_t *e, size_t cols)
{
	for (size_t i = 0; i < cols; i++)
		for (size_t j = 0; j < i; j++) {
			uint32_t a = e[i], b = e[j];

			if (a == LOAD_DROPPED || b == LOAD_DROPPED || a == b)
				continue;
			joint_add(pairs,
				(uint32_t[]){ a < b ? a : b, a < b ? b : a },
				1);
		}
}

static void
add_loads(struct route_layer *l, const struct route_rows *x)
{
	for (size_t i = 0; i < l->paths; i++) {
		const struct route_path *p = &l->path[i];

		load_add(&l->load[i], x->expert + p->col,
			x->gate ? x->gate + p->col : NULL, x->n, p->cols,
			x->cols);
		for (size_t k = 0; p->cols > 1 && k < x->n; k++)
			add_pairs(&l->pairs[i],
				x->expert + k * x->cols + p->col, p->cols);
	}
}

/* The expert of the code: in the first column that is discrete, or the only
 * one there is. */
static void
add_codes(struct route_layer *l, const struct route_rows *x, const char *item)
{
	size_t col = l->discrete ? l->cols - l->discrete : 0;

	for (size_t i = 0; x->code && i < x->n; i++) {
		uint16_t expert = x->expert[i * x->cols + col];
		float margin = x->margin ? x->margin[i] : NAN;

		audit_add(&l->audit, x->code[i], expert, margin);
		boundary_add(&l->boundary,
			(struct boundary_token){ .margin = margin,
				.row = route_rows_number(x, i),
				.code = x->code[i],
				.expert = expert },
			item);
	}
	l->coded = l->coded || x->code;
}

static void
add_labels(struct route_layer *l, const struct route_rows *x)
{
	for (size_t i = 0; x->label && i < x->n; i++) {
		struct by_label_sums *s;

		if (x->label[i] == ROUTE_ROWS_NO_LABEL) {
			l->by_label.unlabelled++;
			continue;
		}
		by_label_experts(&l->by_label, x->label[i],
			x->expert + i * x->cols, x->cols);
		s = by_label_at(&l->by_label, x->label[i]);
		if (x->error) {
			s->errors++;
			s->error_sum += x->error[i];
		}
		if (x->loss) {
			s->losses++;
			s->loss_sum += x->loss[i];
		}
	}
	l->labelled = l->labelled || x->label;
}

void
route_layer_rows(struct route_layer *l, const struct route_rows *x,
	const char *item, struct route_layer_opts o)
{
	l->tokens += x->n;
	add_loads(l, x);
	add_codes(l, x, item);
	if (o.by_label)
		add_labels(l, x);
	if (o.by_item)
		load_add(&l->item, x->expert, x->gate, x->n, x->cols, x->cols);
}

size_t
route_layer_experts(const struct route_layer *l)
{
	size_t seen = 1;

	for (size_t i = 0; i < l->paths; i++)
		if (l->load[i].seen > seen)
			seen = l->load[i].seen;
	return l->experts ? l->experts : seen;
}
