#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/trace.h"
#include "stats/load.h"
#include "tensor/stream.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/num.h"

static void
free_layer(struct trace_layer *l)
{
	for (size_t i = 0; i < l->checkpoints; i++) {
		free(l->checkpoint[i].expert);
		free(l->checkpoint[i].code);
	}
	free(l->checkpoint);
	strlist_free(&l->item);
	free(l->rows);
	free(l->name);
	free(l->router);
}

void
trace_free(struct trace *t)
{
	for (size_t i = 0; i < t->layers; i++)
		free_layer(&t->layer[i]);
	free(t->layer);
	route_rows_free(&t->read);
	*t = (struct trace){ 0 };
}

static char *
copy(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static struct trace_layer *
find_layer(struct trace *t, const struct route_part *p)
{
	struct trace_layer *l;

	for (size_t i = 0; i < t->layers; i++) {
		l = &t->layer[i];
		if (l->name && p->layer ? strcmp(l->name, p->layer) == 0
					: l->name == p->layer)
			return l;
	}
	t->layer = mem_grow(t->layer, t->layers + 1, sizeof(*t->layer));
	l = &t->layer[t->layers++];
	*l = (struct trace_layer){ .name = copy(p->layer),
		.router = copy(p->router),
		.experts = p->experts };
	return l;
}

static double
figure(const struct meta *m, const char *key)
{
	const char *text = meta_get(m, key);
	double v;

	return text && num_real(text, &v) == 0 ? v : NAN;
}

/* The items of the checkpoint before must all have come. */
static int
check_whole(const struct trace_layer *l, struct err *e)
{
	const struct trace_checkpoint *c = l->checkpoint;

	if (l->checkpoints == 0 || c[l->checkpoints - 1].items == l->item.count)
		return 0;
	return err_set(e, "step %zu lacks item %s that step %zu has",
		c[l->checkpoints - 1].step,
		l->item.item[c[l->checkpoints - 1].items], c[0].step);
}

static int
next_checkpoint(
	struct trace_layer *l, const struct route_part *p, struct err *e)
{
	const struct meta *m = &p->p->rec.meta;
	size_t n = l->checkpoints, frozen = 0;

	if (meta_size(m, "frozen", &frozen) < 0)
		return err_set(e, "metadata key \"frozen\": not a number");
	if (n && p->step < l->checkpoint[n - 1].step)
		return err_set(e, "step %zu after step %zu", p->step,
			l->checkpoint[n - 1].step);
	if (n && p->step == l->checkpoint[n - 1].step)
		return 0;
	if (check_whole(l, e) != 0)
		return -1;
	l->checkpoint = mem_grow(l->checkpoint, n + 1, sizeof(*l->checkpoint));
	l->checkpoint[l->checkpoints++] = (struct trace_checkpoint){
		.step = p->step,
		.cols = p->cols,
		.discrete = p->discrete,
		.frozen = frozen,
		.figures = { figure(m, "valid_loss"),
			figure(m, "expert_similarity"),
			figure(m, "expert_rank"), figure(m, "code_rank") }
	};
	return 0;
}

/* The next item of a checkpoint: at the first one it may be any. */
static int
begin_item(struct trace_layer *l, struct trace_checkpoint *c, const char *name,
	struct err *e)
{
	size_t i = c->items++;

	if (c == l->checkpoint) {
		strlist_add(&l->item, name);
		l->rows = mem_grow(l->rows, l->item.count, sizeof(*l->rows));
		l->rows[i] = 0;
		return 0;
	}
	if (i < l->item.count && strcmp(l->item.item[i], name) == 0)
		return 0;
	return err_set(e, "step %zu has this item where step %zu has %s",
		c->step, l->checkpoint[0].step,
		i < l->item.count ? l->item.item[i] : "none");
}

static int
agrees(const struct trace_layer *l, const struct trace_checkpoint *c,
	const struct route_part *p, struct err *e)
{
	if (p->experts != l->experts)
		return err_set(
			e, "%zu experts after %zu", p->experts, l->experts);
	if (p->cols == c->cols && p->discrete == c->discrete &&
		(c->n == 0 || (p->code != NULL) == (c->code != NULL)))
		return 0;
	return err_set(
		e, "other columns than those before in step %zu", c->step);
}

static void
keep_rows(struct trace_layer *l, struct trace_checkpoint *c,
	const struct route_rows *x)
{
	size_t n = c->n + x->n;
	uint16_t *to;

	c->expert = mem_grow(c->expert, n * c->cols, sizeof(*c->expert));
	to = c->expert + c->n * c->cols;
	memcpy(to, x->expert, x->n * c->cols * sizeof(*to));
	for (size_t i = 0; i < x->n * c->cols; i++)
		if (to[i] != LOAD_DROPPED && to[i] >= l->seen)
			l->seen = (size_t)to[i] + 1;
	if (x->code) {
		c->code = mem_grow(c->code, n, sizeof(*c->code));
		memcpy(c->code + c->n, x->code, x->n * sizeof(*c->code));
	}
	c->n = n;
}

/* The rows of the item at hand, of which one more part is there. */
static int
count_rows(struct trace_layer *l, const struct trace_checkpoint *c,
	const struct route_part *p, struct err *e)
{
	size_t have = p->p->row0 + p->n, item = c->items - 1;

	if (c == l->checkpoint)
		l->rows[item] = have;
	else if (have > l->rows[item] || (p->p->last && have < l->rows[item]))
		return err_set(e,
			"%zu tokens%s in step %zu, but %zu in step "
			"%zu",
			have, p->p->last ? "" : " and more", c->step,
			l->rows[item], l->checkpoint[0].step);
	return 0;
}

/* All parts of an item belong to the checkpoint of the first. */
static int
check_place(struct trace *t, const struct trace_layer *l,
	const struct route_part *p, struct err *e)
{
	if (p->p->first)
		t->at = (size_t)(l - t->layer);
	if (l == &t->layer[t->at] &&
		(p->p->first ||
			p->step == l->checkpoint[l->checkpoints - 1].step))
		return 0;
	return err_set(e, "its parts are of different steps or layers");
}

static int
take_part(
	struct trace *t, const struct part *part, size_t experts, struct err *e)
{
	struct trace_checkpoint *c;
	struct trace_layer *l;
	struct route_part p;
	size_t n;

	if (part->failed)
		return err_set(e, "incomplete");
	if (!route_part_is(part))
		return err_set(e, "no routes");
	if (route_part_open(&p, part, false, experts, e) != 0)
		return -1;
	if (!p.has_step)
		return err_set(e, "no trace: there is no key \"step\"");
	l = find_layer(t, &p);
	if (check_place(t, l, &p, e) != 0 || next_checkpoint(l, &p, e) != 0)
		return -1;
	c = &l->checkpoint[l->checkpoints - 1];
	if (agrees(l, c, &p, e) != 0 ||
		(part->first && begin_item(l, c, part->item, e) != 0) ||
		count_rows(l, c, &p, e) != 0)
		return -1;
	for (size_t i = 0; i < p.n; i += n) {
		n = p.n - i < ROUTE_ROWS_MAX ? p.n - i : ROUTE_ROWS_MAX;
		if (route_rows_read(&t->read, &p, i, n, e) != 0)
			return -1;
		keep_rows(l, c, &t->read);
	}
	return 0;
}

static int
read_all(struct trace *t, struct input *in, size_t experts, struct err *e)
{
	struct stream *s = stream_open(in, (struct stream_opts){ 0 });
	struct part p;
	int got;

	while ((got = stream_next(s, &p, e)) == 1)
		if (take_part(t, &p, experts, e) != 0) {
			got = err_wrap(e, "%s", p.item);
			break;
		}
	stream_close(s);
	for (size_t i = 0; got == 0 && i < t->layers; i++)
		got = check_whole(&t->layer[i], e);
	return got;
}

int
trace_read_input(
	struct trace *t, struct input *in, size_t experts, struct err *e)
{
	*t = (struct trace){ 0 };
	if (read_all(t, in, experts, e) == 0)
		return 0;
	trace_free(t);
	return -1;
}

int
trace_read(struct trace *t, const char *path, size_t experts, struct err *e)
{
	struct input *in = input_open(path, e);
	int status;

	*t = (struct trace){ 0 };
	status = in ? trace_read_input(t, in, experts, e) : -1;
	if (in)
		input_close(in);
	return status == 0 ? 0 : err_wrap(e, "%s", input_label(path));
}
