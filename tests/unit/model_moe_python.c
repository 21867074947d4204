/*
 * Models of experts against NumPy and PyTorch (moe_cases.py): routes, outputs,
 * losses and gradients, from the model's file and a batch alone.
 */
#include <glob.h>
#include <sys/wait.h>

#include "model/moe_file.h"
#include "moe_shapes.h"
#include "util/output.h"

#define PYTHON "/usr/bin/python3"
#define ROWS ((size_t)203)
#define STEPS 6

static char folder[] = "/tmp/moe_python_XXXXXX";

static void
put_floats(struct record *r, const char *name, const float *x, size_t n,
	size_t columns)
{
	struct tensor *t = record_add(r, name, DT_F32, columns ? 2 : 1,
		(size_t[]){ n, columns }, NULL);

	dtype_from_f32(t->data, x, n * (columns ? columns : 1), DT_F32);
}

static void
put_numbers(struct record *r, const char *name, const uint32_t *x, size_t n,
	size_t columns)
{
	struct tensor *t = record_add(r, name, DT_U32, columns ? 2 : 1,
		(size_t[]){ n, columns }, NULL);

	dtype_from_u32(t->data, x, n * (columns ? columns : 1), DT_U32);
}

static void
put_batch(struct record *r, const struct tiny *t)
{
	const struct moe_opts *o = &t->m.o;

	if (o->input == MOE_EMBEDDING)
		put_numbers(
			r, "token", t->token, t->b.n, o->context * o->columns);
	else
		put_floats(r, "x", t->x, t->b.n, o->columns);
	if (o->head == MOE_CLASSES)
		put_numbers(r, "class", t->class, t->b.n, 0);
	else
		put_floats(r, "real", t->real, t->b.n, moe_outputs(&t->m));
}

static void
put_layer(struct record *r, const struct tiny *t, size_t l)
{
	const struct moe_layer_work *w = &t->w.layer[l];
	size_t n = t->b.n, s = moe_layer_columns(&t->m.layer[l]);
	char name[32];
	struct tensor *e;

	snprintf(name, sizeof(name), "%zu.experts", l);
	e = record_add(r, name, DT_U16, 2, (size_t[]){ n, s }, NULL);
	memcpy(e->data, w->experts, n * s * sizeof(*w->experts));
	snprintf(name, sizeof(name), "%zu.gates", l);
	put_floats(r, name, w->gate, n, s);
	if (!t->m.layer[l].booked)
		return;
	snprintf(name, sizeof(name), "%zu.codes", l);
	put_numbers(r, name, w->codes, n, 0);
}

/* Real targets in their own units. */
static void
put_out(struct record *r, const struct tiny *t)
{
	size_t n = t->b.n, o = moe_outputs(&t->m);
	float *out = mem_floats(n * o);

	for (size_t i = 0; i < n * o; i++) {
		out[i] = t->w.out[i];
		if (t->m.o.head == MOE_REAL)
			out[i] = out[i] * t->m.target_scale +
				t->m.target_mean[i % o];
	}
	put_floats(r, "out", out, n, o);
	free(out);
}

static void
put_gradients(struct record *r, const struct moe *m)
{
	for (size_t i = 0; i < m->ps.count; i++) {
		char name[96];

		snprintf(name, sizeof(name), "grad.%s", m->ps.row[i].name);
		put_floats(r, name, params_in(&m->ps, m->ps.g, i),
			m->ps.row[i].rows, m->ps.row[i].cols);
	}
}

static void
put_losses(struct record *r, const struct tiny *t, const struct moe_figures *f)
{
	const struct moe_opts *o = &t->m.o;
	const struct {
		const char *name;
		double value;
	} all[] = { { "loss", f->loss }, { "task", f->task }, { "vq", f->vq },
		{ "usage", f->usage }, { "code_entropy", o->code_entropy },
		{ "balance", f->balance }, { "z", f->z },
		{ "vq_weight", o->vq_weight }, { "beta", o->beta },
		{ "z_loss", o->z_loss }, { "balance_weight", o->balance } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		meta_setf(&r->meta, all[i].name, "%.17g", all[i].value);
}

static void
write_record(const struct record *r, size_t number, const char *end)
{
	char path[96];
	struct output *o;
	struct err e;

	snprintf(path, sizeof(path), "%s/%02zu.%s", folder, number, end);
	o = output_open(path, (struct output_opts){ .nosync = true }, &e);
	if (!o || record_write(r, o, &e) != 0 || output_commit(o, &e) != 0)
		fail_msg("%s", e.msg);
}

/* Experts 1 and 3 of each layer have equal scores. */
static void
make_equal(struct moe *m)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		float *w =
			params_in(&m->ps, m->ps.w, m->layer[l].router.weight);

		memcpy(w + 3 * m->o.width, w + m->o.width,
			m->o.width * sizeof(*w));
	}
	moe_pack(m);
}

/* Some steps of training, then the gradients of the batch. */
static struct moe_figures
train(struct tiny *t, int steps)
{
	struct moe_figures f;

	for (int i = 0; i < steps; i++)
		assert_true(moe_step_run(&t->m, &t->b, &t->w, &f));
	memset(t->m.ps.g, 0, t->m.ps.total * sizeof(*t->m.ps.g));
	assert_true(moe_step_gradient(&t->m, &t->b, &t->w, &f));
	return f;
}

static void
write_case(const struct shape *s, size_t number, bool equal)
{
	struct moe_opts o = shape_opts(s);
	struct record model = { 0 }, r = { 0 };
	struct moe_figures f;
	struct tiny t;
	struct rng rng;

	rng_seed(&rng, 11 + number, 0);
	o.rate = 1e-2;
	o.code_entropy = number % 2 ? 0.03 : 0;
	tiny_open(&t, &o, s->built, ROWS, NULL, &rng);
	if (o.head == MOE_BARE)
		moe_scale(&t.m, NULL, 1, NULL, 1);
	if (equal)
		make_equal(&t.m);
	f = train(&t, equal ? 0 : STEPS);
	moe_file_record(&t.m, &model);
	write_record(&model, number, "moe");
	meta_setf(&r.meta, "item",
		"%s, %s, %s, %zu layers, top %zu, %s, %sbuilt, contrib %g, "
		"capacity %g, %s",
		moe_opts_kind_name(s->kind), moe_opts_input_name(s->input),
		moe_opts_head_name(s->head), s->layers, s->top,
		act_name(s->act), s->built ? "" : "not ", s->contrib,
		s->capacity, o.type->name);
	if (equal)
		meta_set(&r.meta, "equal", "1");
	put_batch(&r, &t);
	for (size_t l = 0; l < o.layers; l++)
		put_layer(&r, &t, l);
	put_out(&r, &t);
	put_gradients(&r, &t.m);
	put_losses(&r, &t, &f);
	write_record(&r, number, "case");
	record_free(&model);
	record_free(&r);
	tiny_close(&t);
}

static int
write_cases(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < SHAPES; i++)
		write_case(&shapes[i], i, false);
	write_case(&shapes[1], SHAPES, true);
	write_case(&shapes[2], SHAPES + 1, true);
	return 0;
}

static int
remove_cases(void **state)
{
	char pattern[64];
	glob_t g;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++)
			unlink(g.gl_pathv[i]);
	globfree(&g);
	return rmdir(folder);
}

/* The exit status of moe_cases.py; its lines are on stdout. */
static int
says(const char *what)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(PYTHON, PYTHON, "tests/unit/moe_cases.py", what, folder,
			(char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
can_import(const char *module)
{
	char line[96];

	snprintf(line, sizeof(line), PYTHON " -c 'import %s' 2>/dev/null",
		module);
	return system(line) == 0;
}

static void
need_torch(void)
{
	if (can_import("torch"))
		return;
	print_message("# skipped: " PYTHON " has no torch\n");
	skip();
}

static void
routes_outputs_and_losses_are_numpys(void **state)
{
	(void)state;
	assert_int_equal(says("numpy"), 0);
}

static void
softmax_routes_are_torch_topk(void **state)
{
	(void)state;
	need_torch();
	assert_int_equal(says("torch"), 0);
}

static void
gradients_are_those_of_autograd(void **state)
{
	(void)state;
	need_torch();
	assert_int_equal(says("gradient"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_outputs_and_losses_are_numpys),
		cmocka_unit_test(softmax_routes_are_torch_topk),
		cmocka_unit_test(gradients_are_those_of_autograd),
	};

	if (!can_import("numpy")) {
		printf("1..0 # SKIP " PYTHON " has no numpy\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, write_cases, remove_cases);
}
