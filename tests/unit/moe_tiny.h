/*
 * moe_tiny.h - small models of routed experts with weights that are nowhere
 * special, and batches for them.  No size is a multiple of a block.
 */
#ifndef MOE_TINY_H
#define MOE_TINY_H

#include "model/moe_book.h"
#include "model/moe_step.h"
#include "numbers.h"
#include "util/rng.h"

enum {
	TINY_WIDTH = 6,
	TINY_EXPERTS = 5,
	TINY_HIDDEN = 7,
	TINY_CODES = 11,
	TINY_COLUMNS = 3,
	TINY_VOCAB = 5,
	TINY_CONTEXT = 3,
	TINY_OUTPUTS = 4,
	TINY_ROWS = 37,
	TINY_SAMPLE = 300
};

/* What a model is; built: codebook, map or frozen router are there. */
struct shape {
	enum moe_kind kind;
	enum moe_input input;
	enum moe_head head;
	size_t layers, top;
	enum act act;
	bool built;
	double contrib, capacity;
	const struct learner_type *type; /* NULL: simvq */
};

struct tiny {
	struct moe m;
	struct moe_batch b;
	struct moe_work w;
	float *x, *real;
	uint32_t *token, *class;
};

HELP void
shape_print(const struct shape *s)
{
	print_message("# %s, input %s, head %s, %zu layers, top %zu, %s%s, "
		      "contrib %g, capacity %g, %s\n",
		moe_opts_kind_name(s->kind), moe_opts_input_name(s->input),
		moe_opts_head_name(s->head), s->layers, s->top,
		act_name(s->act), s->built ? ", built" : "", s->contrib,
		s->capacity, s->type ? s->type->name : "simvq");
}

HELP struct moe_opts
shape_opts(const struct shape *s)
{
	struct moe_opts o;
	bool token = s->input == MOE_EMBEDDING;

	moe_opts_init(&o);
	o.input = s->input;
	o.columns = token ? 2 : TINY_COLUMNS;
	o.vocab = token ? TINY_VOCAB : 0;
	o.context = token ? TINY_CONTEXT : 1;
	o.head = s->head;
	o.width = TINY_WIDTH;
	o.outputs = TINY_OUTPUTS;
	if (s->input == MOE_NONE)
		o.columns = o.outputs = o.width;
	o.kind = s->kind;
	o.layers = s->layers;
	o.experts = TINY_EXPERTS;
	o.hidden = TINY_HIDDEN;
	o.top = s->top;
	o.codes = TINY_CODES;
	o.act = s->act;
	o.type = s->type ? s->type : &learner_simvq;
	o.contrib = s->contrib;
	o.capacity = s->capacity;
	o.steps = 100;
	o.batch = TINY_ROWS;
	return o;
}

/* n random rows for m; some tokens are before the beginning. */
HELP void
tiny_rows(struct tiny *t, struct rng *r, size_t n)
{
	const struct moe_opts *o = &t->m.o;
	size_t columns = o->columns, all = columns * o->context;
	size_t outputs = moe_outputs(&t->m);

	t->x = normals(r, n * columns, 2);
	t->real = normals(r, n * outputs, 2);
	t->token = mem_alloc(n * all, sizeof(*t->token));
	t->class = mem_alloc(n, sizeof(*t->class));
	for (size_t v = 0; v < n; v++) {
		t->class[v] = (uint32_t)rng_below(r, outputs);
		for (size_t i = 0; i < all; i++)
			t->token[v * all + i] = i >= columns && v % 7 == 0
				? EMBED_NONE
				: (uint32_t)rng_below(r, TINY_VOCAB);
	}
	t->b = (struct moe_batch){ n, t->x, t->token, t->class, t->real };
}

HELP void
tiny_rows_free(struct tiny *t)
{
	free(t->x);
	free(t->real);
	free(t->token);
	free(t->class);
}

/* Gains off 1, biases off 0, tables off what they started from. */
HELP void
tiny_shake(struct moe *m, struct rng *r)
{
	for (size_t i = 0; i < m->ps.count; i++) {
		float *w = params_in(&m->ps, m->ps.w, i);

		if (strstr(m->ps.row[i].name, "temperature"))
			w[0] += 0.05f;
		else
			for (size_t k = 0; k < m->ps.row[i].size; k++)
				w[k] += (float)(0.15 * rng_normal(r));
	}
	for (size_t l = 0; l < m->o.layers; l++)
		for (size_t j = 0; m->layer[l].choice && j < m->o.experts; j++)
			m->layer[l].choice[j] = (float)(0.1 * rng_normal(r));
}

/* Codes 0-4 go by the book, the others by the gate. */
HELP void
tiny_rules(char path[32])
{
	static const char text[] = "0-2 1\n3 4\n4 0\n* gate\n";
	int fd;

	strcpy(path, "/tmp/moe_tiny_XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(
		write(fd, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
	close(fd);
}

/* What training does once, of rows of its own. */
HELP void
tiny_build(struct moe *m, struct rng *r)
{
	struct tiny sample = { .m = *m };
	char path[32];
	double agreement;
	struct err e;

	if (m->o.kind == MOE_RANDOM) {
		moe_book_freeze_random(m);
		return;
	}
	tiny_rows(&sample, r, TINY_SAMPLE);
	tiny_rules(path);
	m->o.rules = path;
	if (moe_book_build(m, &sample.b, &agreement, &e) != 0)
		fail_msg("%s", e.msg);
	m->o.rules = NULL;
	unlink(path);
	tiny_rows_free(&sample);
}

/* A model, o its options, with what is built if wanted; no batch yet. */
HELP void
tiny_model(struct tiny *t, const struct moe_opts *o, bool built,
	struct pool *pool, struct rng *r)
{
	const float mean[TINY_WIDTH] = { 0.5f, -1, 0.25f, 2, 0, 1 };
	struct err e;

	*t = (struct tiny){ 0 };
	if (moe_init(&t->m, o, pool, &e) != 0)
		fail_msg("%s", e.msg);
	if (o->columns <= TINY_WIDTH && o->outputs <= TINY_WIDTH)
		moe_scale(&t->m, mean, 1.5f, mean, 2.5f);
	moe_pack(&t->m);
	if (built)
		tiny_build(&t->m, r);
}

HELP void
tiny_open(struct tiny *t, const struct moe_opts *o, bool built, size_t n,
	struct pool *pool, struct rng *r)
{
	tiny_model(t, o, built, pool, r);
	tiny_shake(&t->m, r);
	moe_pack(&t->m);
	tiny_rows(t, r, n);
	moe_work_init(&t->w, &t->m, n, true, false);
}

HELP void
tiny_close(struct tiny *t)
{
	moe_work_free(&t->w, &t->m);
	moe_free(&t->m);
	tiny_rows_free(t);
	*t = (struct tiny){ 0 };
}

#endif
