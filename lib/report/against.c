#include "report/against.h"
#include "report/code_drift.h"
#include "report/figures.h"
#include "report/route_part.h"
#include "report/signal.h"
#include "util/input.h"

static int
read_codes(struct against *a, struct stream *s, struct part *p, struct err *e)
{
	a->kind = AGAINST_CODES;
	a->codes = code_old_open(s, p, e);
	a->compare = (struct code_compare){ .path = a->path, .old = a->codes };
	return a->codes ? 0 : -1;
}

static int
read_routes(struct against *a, const struct against_opts *o, struct stream *s,
	struct part *p, struct err *e)
{
	a->kind = AGAINST_ROUTES;
	a->routes = route_old_open(s, p, o->bare, o->experts, e);
	return a->routes ? 0 : -1;
}

/* What the first part is, they all are. */
static int
read_stream(struct against *a, const struct against_opts *o, struct input *in,
	struct err *e)
{
	struct stream *s =
		stream_open(in, (struct stream_opts){ .packed = o->packed });
	struct part p;
	int status = stream_next(s, &p, e);

	if (status == 0)
		status = err_set(e, "holds no records");
	else if (status < 0)
		status = -1;
	else if (p.failed)
		status = err_set(e, "%s: incomplete", p.item);
	else if (o->bare || route_part_is(&p))
		status = read_routes(a, o, s, &p, e);
	else if (signal_is(&p))
		status = err_set(e,
			"%s: no codes and no routes (-R holds decoded items "
			"against their originals)",
			p.item);
	else
		status = read_codes(a, s, &p, e);
	stream_close(s);
	return status;
}

int
against_open(struct against *a, const struct against_opts *o, struct err *e)
{
	struct input *in;
	int status;

	*a = (struct against){ .path = o->path };
	if (!o->path)
		return 0;
	in = input_open(o->path, e);
	status = in ? read_stream(a, o, in, e) : -1;
	input_close(in);
	if (status == 0)
		return 0;
	err_wrap(e, "%s", input_label(o->path));
	return err_wrap(e, "--against");
}

void
against_close(struct against *a)
{
	route_old_close(a->routes);
	code_old_close(a->codes);
	code_compare_free(&a->compare);
	*a = (struct against){ .kind = AGAINST_NOTHING };
}

int
against_codes(struct against *a, const struct part *p, struct err *e)
{
	if (a->kind != AGAINST_CODES ||
		code_compare_part(&a->compare, p, e) == 0)
		return 0;
	return err_wrap(e, "against %s", a->path);
}

const char *
against_idle(const struct against *a, bool codes, bool routes)
{
	switch (a->kind) {
	case AGAINST_CODES:
		return codes ? NULL
			     : "--against: these are codes, and none came to "
			       "be held against them";
	case AGAINST_ROUTES:
		return routes ? NULL
			      : "--against: these are routes, and none came to "
				"be held against them";
	default: return NULL;
	}
}

json_t *
against_report(
	const struct against *a, const struct census *now, json_t *warnings)
{
	const struct census *old;
	struct code_drift_side was, is = { census_tally(now), census_k(now) };
	json_t *o, *stages;

	if (a->kind != AGAINST_CODES)
		return NULL;
	old = code_old_census(a->codes);
	was = (struct code_drift_side){ census_tally(old), census_k(old) };
	o = json_object();
	figures_text(o, "old", a->path);
	figures_text(o, "kind", "codes");
	code_compare_total(o, &a->compare);
	stages = code_drift_stages(o, &was, &is, warnings);
	for (size_t i = 0; i < json_array_size(stages); i++)
		code_compare_stage(json_array_get(stages, i), &a->compare, i);
	code_compare_warn(&a->compare, warnings);
	json_object_set_new(o, "stages", stages);
	return o;
}
