#include <stdlib.h>
#include <string.h>

#include "report/audit_file.h"
#include "report/figures.h"
#include "report/route_compare.h"
#include "report/route_warnings.h"
#include "report/routes.h"
#include "util/mem.h"

/* A stream of more layers than this is no model of routes. */
#define LAYERS_MAX 4096

struct routes {
	struct routes_opts o;
	struct route_layer *layer;
	size_t layers, at; /* the layer of the item at hand */
	struct route_rows rows;
	struct audit_file audit;
	struct route_compare compare;
	struct route_side side;
	char *coded_layer; /* whose codes are counted by the census */
	bool coded;
	uint64_t item_tokens;
};

struct routes *
routes_open(const struct routes_opts *o, struct err *e)
{
	struct routes *r = mem_zalloc(1, sizeof(*r));

	r->o = *o;
	route_compare_open(&r->compare, o->against, o->old);
	if (route_side_open(&r->side, &o->side, e) != 0)
		goto fail;
	if (o->audit && audit_file_open(&r->audit, o->audit, o->force, e) != 0)
		goto fail;
	return r;
fail:
	routes_close(r);
	return NULL;
}

void
routes_close(struct routes *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->layers; i++)
		route_layer_free(&r->layer[i]);
	free(r->layer);
	route_rows_free(&r->rows);
	audit_file_close(&r->audit);
	route_compare_close(&r->compare);
	route_side_close(&r->side);
	free(r->coded_layer);
	free(r);
}

/* The layer that p belongs to, which the first item of it founds. */
static struct route_layer *
find_layer(struct routes *r, const struct route_part *p, struct err *e)
{
	struct route_layer *l;

	for (size_t i = 0; i < r->layers; i++)
		if (route_layer_is(&r->layer[i], p))
			return &r->layer[i];
	if (r->layers == LAYERS_MAX) {
		err_set(e, "more than %d layers", LAYERS_MAX);
		return NULL;
	}
	r->layer = mem_grow(r->layer, r->layers + 1, sizeof(*r->layer));
	l = &r->layer[r->layers++];
	route_layer_init(l, p, r->o.boundary);
	return l;
}

static int
begin_item(struct routes *r, struct route_layer *l, const struct route_part *p,
	struct err *e)
{
	load_reset(&l->item);
	r->item_tokens = 0;
	if (r->o.audit)
		audit_file_item(&r->audit, p->p->item);
	return route_compare_begin(&r->compare, l, p, e);
}

static json_t *
end_item(const struct routes *r, const struct route_layer *l,
	const struct part *p)
{
	json_t *o;

	if (!r->o.by_item)
		return NULL;
	o = json_object();
	figures_text(o, "item", p->item);
	route_figures_layer(o, l->name);
	figures_count(o, "tokens", r->item_tokens);
	route_figures_load(o, &l->item, route_layer_experts(l));
	return o;
}

static int
take_rows(struct routes *r, struct route_layer *l, const struct route_part *p,
	struct err *e)
{
	const struct route_layer_opts how = { r->o.by_item, r->o.by_label };
	size_t n;

	for (size_t i = 0; i < p->n; i += n) {
		n = p->n - i < ROUTE_ROWS_MAX ? p->n - i : ROUTE_ROWS_MAX;
		if (route_rows_read(&r->rows, p, i, n, e) != 0)
			return -1;
		if (!route_part_is(p->p) &&
			route_side_fill(&r->side, &r->rows, e) != 0)
			return -1;
		route_layer_rows(l, &r->rows, p->p->item, how);
		if (route_compare_rows(&r->compare, l, &r->rows, e) != 0)
			return -1;
	}
	r->item_tokens += p->n;
	return 0;
}

static int
take_part(struct routes *r, const struct part *p, json_t **item, struct err *e)
{
	struct route_layer *l;
	struct route_part part;

	if (route_part_open(&part, p, !route_part_is(p), r->o.experts, e) != 0)
		return -1;
	if (!part.experts)
		part.experts = route_side_experts(&r->side, part.cols);
	if (part.has_step)
		return err_set(e,
			"of step %zu of a training, behind routes of none",
			part.step);
	l = find_layer(r, &part, e);
	if (!l || route_layer_agrees(l, &part, e) != 0)
		return -1;
	if (p->first)
		r->at = (size_t)(l - r->layer);
	if (l != &r->layer[r->at])
		return err_set(e, "its parts are of different layers");
	if (p->first && begin_item(r, l, &part, e) != 0)
		return -1;
	if (take_rows(r, l, &part, e) != 0)
		return -1;
	if (!p->last)
		return 0;
	if (route_compare_end(&r->compare, r->item_tokens, e) != 0)
		return -1;
	*item = end_item(r, l, p);
	return 0;
}

int
routes_part(
	struct routes *r, const struct part *p, json_t **item, struct err *e)
{
	*item = NULL;
	if (take_part(r, p, item, e) == 0)
		return 0;
	r->side.lost = true;
	return -1;
}

int
routes_end(struct routes *r, struct err *e)
{
	return route_side_end(&r->side, e);
}

bool
routes_any(const struct routes *r)
{
	return r->layers > 0;
}

const struct route_layer *
routes_layer(const struct routes *r, size_t i)
{
	return i < r->layers ? &r->layer[i] : NULL;
}

bool
routes_counts_codes(struct routes *r, const struct part *p)
{
	const char *layer = meta_get(&p->rec.meta, "layer");

	if (!r->coded) {
		r->coded = true;
		r->coded_layer = layer ? mem_strdup(layer) : NULL;
	}
	return layer && r->coded_layer ? strcmp(layer, r->coded_layer) == 0
				       : layer == r->coded_layer;
}

/* What was asked for, and is in no layer. */
static void
warn_missing(const struct routes *r, json_t *warnings)
{
	bool coded = false, labelled = false;

	for (size_t i = 0; i < r->layers; i++) {
		coded = coded || r->layer[i].coded;
		labelled = labelled || r->layer[i].labelled;
	}
	if (r->o.by_label && r->layers && !labelled)
		json_array_append_new(warnings,
			json_string("--by label: no routes with a tensor y of "
				    "whole numbers"));
	if ((r->o.boundary || r->o.audit) && !coded)
		json_array_append_new(warnings,
			json_string("--boundary, --audit: no routes with "
				    "codes"));
}

json_t *
routes_report(struct routes *r, json_t *warnings)
{
	json_t *routes = json_array();

	for (size_t i = 0; i < r->layers; i++) {
		json_array_append_new(
			routes, route_figures(&r->layer[i], &r->o.limits));
		route_warnings(&r->layer[i], warnings);
	}
	warn_missing(r, warnings);
	route_compare_warn(&r->compare, warnings);
	return routes;
}

int
routes_finish(struct routes *r, struct err *e)
{
	if (!r->o.audit)
		return 0;
	for (size_t i = 0; i < r->layers; i++)
		if (audit_file_layer(&r->audit, &r->layer[i], e) != 0)
			return -1;
	return audit_file_commit(&r->audit, e);
}
