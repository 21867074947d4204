/*
 * What the table of types promises of each row: that it trains from every
 * start, with and without maps, in stages and groups, unless it refuses by its
 * own words; that the model in the file codes as training saw it; that threads
 * change nothing.
 */
#include "model/judge.h"
#include "model/snapshot.h"
#include "model/train_settings.h"
#include "model_tiny.h"

/* As on the line. */
struct combination {
	const char *type, *start, *net, *stages, *groups;
	const char *more; /* one option, or NULL */
};

/* False where the type refuses; then its words name it, or the option. */
static bool
interpret(const struct combination *c, struct train_settings *s)
{
	char type[32], init[32], net[32];
	char *line[] = { "vq-train", type, init, net, "-k16", "-d5", "-s4",
		"-b100", (char *)(uintptr_t)c->stages,
		(char *)(uintptr_t)c->groups, (char *)(uintptr_t)c->more,
		NULL };
	struct opt opts[128] = { 0 };
	const struct opt_cmd cmd = { .name = "vq-train", .opts = opts };
	struct err e;
	int first;

	snprintf(type, sizeof(type), "--type=%s", c->type);
	snprintf(init, sizeof(init), "--init=%s", c->start);
	snprintf(net, sizeof(net), "--net=%s", c->net);
	train_settings_init(s);
	train_settings_rows(s, opts);
	assert_int_equal(
		opt_parse(&cmd, c->more ? 11 : 10, line, &first), OPT_RUN);
	/* The strings of the line are gone by then. */
	s->type = c->type;
	s->init = c->start;
	s->net = c->net;
	if (strcmp(c->net, "none") == 0)
		s->training.trainer.d = 8;
	if (train_settings_interpret(s, &e) == 0)
		return true;
	if (!strstr(e.msg, c->type) && !(c->more && strstr(e.msg, "--")))
		fail_msg("%s", e.msg);
	return false;
}

static void
same_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->count, b->count);
	assert_true(json_equal(a->meta.map, b->meta.map));
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->tensor[i].name, b->tensor[i].name);
		assert_int_equal(a->tensor[i].bytes, b->tensor[i].bytes);
		assert_memory_equal(a->tensor[i].data, b->tensor[i].data,
			a->tensor[i].bytes);
	}
}

static double
squares(const float *x, const float *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += pow((double)x[i] - (y ? (double)y[i] : 0), 2);
	return sum;
}

/* From a file: the codes of x, what they decode to, and its error. */
static void
check_file(const struct tiny *f)
{
	const float *x = f->s.held.x;
	size_t n = f->s.held.count, dim = f->t.dim;
	struct output *o = items_open("model");
	struct model m;
	struct judgement j;
	struct err e;
	uint32_t *codes, *judged;
	float *q, *back;
	size_t columns;

	assert_int_equal(record_write(&f->r.record, o, &e), 0);
	items_close(o);
	if (model_load(&m, items_path("model"), &e) != 0)
		fail_msg("%s", e.msg);
	columns = quantizer_columns(&m.quantizer);
	codes = tiny_codes(f, &m);
	judged = mem_alloc(n * columns, sizeof(*judged));
	judge_codes(&m, NULL, &(struct sample){ .x = x, .n = n }, &j, judged);
	assert_memory_equal(codes, judged, n * columns * sizeof(*codes));
	near(j.error, f->r.held.error, 0);
	assert_int_equal(j.used, f->r.held.used);
	q = mem_floats(n * m.quantizer.d);
	back = mem_floats(n * dim);
	quantizer_decode(
		&m.quantizer, codes, columns, n, m.quantizer.stages, q);
	net_decode(&m.net, q, n, back);
	near(squares(x, back, n * dim) / (double)n, f->r.held.error,
		1e-9 * f->r.held.error);
	free(codes);
	free(judged);
	free(q);
	free(back);
	model_free(&m);
}

static void
check_error(const struct combination *c, const struct tiny *f)
{
	size_t n = f->s.held.count;
	double mean = squares(f->s.held.x, NULL, n * f->t.dim) / (double)n;

	assert_true(isfinite(f->r.held.error) && f->r.held.error > 0);
	/* Four steps do not mend a random start. */
	if (strcmp(c->start, "random") != 0 && !(f->r.held.error < mean))
		fail_msg("-t %s -n %s --init %s %s %s %s: error %g, mean %g",
			c->type, c->net, c->start, c->stages, c->groups,
			c->more ? c->more : "", f->r.held.error, mean);
}

/* All that learns by gradient has moved: the tables of training and those of
 * the model of these weights give the same codes and the same sums of them. */
static void
check_snapshot(struct tiny *f, const struct trainer_opts *o)
{
	const struct reservoir *x = &f->s.train;
	struct rng r;
	struct trainee t;
	struct record rec = { 0 };
	struct model m;
	struct err e;
	float *z, *out[2], *work;
	uint32_t *codes[2];
	size_t n = x->count, columns;

	rng_seed(&r, 1, 0);
	trainee_init(&t, o, &f->t, NULL);
	assert_int_equal(
		trainee_start(&t, &(struct sample){ .x = x->x, .n = n }, &e),
		0);
	for (size_t i = 0; i < t.ps.total; i++)
		t.ps.w[i] *= 1 + 0.05f * (float)rng_normal(&r);
	trainee_refresh(&t);
	snapshot_record(&t, t.ps.w, &rec);
	assert_int_equal(model_from_record(&m, &rec, &e), 0);
	z = trainee_latents(&t, &(struct sample){ .x = x->x, .n = n });
	columns = trainee_columns(&t);
	for (size_t i = 0; i < 2; i++) {
		const struct quantizer *q = i ? &m.quantizer : &t.q;

		work = mem_floats(quantizer_work(q, n));
		codes[i] = mem_alloc(n * columns, sizeof(**codes));
		out[i] = mem_floats(n * o->d);
		quantizer_encode(q, z, n, o->stages, codes[i], out[i], work);
		free(work);
	}
	assert_memory_equal(codes[0], codes[1], n * columns * sizeof(**codes));
	assert_memory_equal(out[0], out[1], n * o->d * sizeof(**out));
	quantizer_decode(&m.quantizer, codes[1], columns, n, o->stages, out[1]);
	assert_memory_equal(out[0], out[1], n * o->d * sizeof(**out));
	for (size_t i = 0; i < 2; i++) {
		free(codes[i]);
		free(out[i]);
	}
	free(z);
	model_free(&m);
	record_free(&rec);
	trainee_free(&t);
}

/* 1 where it could be tried. */
static size_t
attempt(const struct combination *c)
{
	struct tiny f[2];
	struct pool *pool = pool_open(3);
	struct train_settings s;
	bool may = interpret(c, &s);

	for (size_t i = 0; may && i < 2; i++) {
		tiny_data(&f[i], ITEM_ROWS, 1, i ? pool : NULL);
		tiny_train(&f[i], &s.training.trainer, i ? pool : NULL);
	}
	if (may) {
		same_record(&f[0].r.record, &f[1].r.record);
		assert_string_equal(
			meta_get(&f[0].r.record.meta, "type"), c->type);
		check_file(&f[0]);
		check_error(c, &f[0]);
		check_snapshot(&f[0], &s.training.trainer);
		tiny_free(&f[0]);
		tiny_free(&f[1]);
	}
	pool_close(pool);
	return may;
}

/* All types in these stages and groups, from these starts; how many tried. */
static size_t
attempt_all(
	const char *const *start, size_t starts, bool apart, const char *more)
{
	static const char *const stages[] = { "-r1", "-r2" };
	static const char *const groups[] = { "-g1", "-g2" };
	static const char *const net[] = { "none", "linear" };
	size_t tried = 0;

	for (size_t i = 0; learner_types[i]; i++)
		for (size_t bits = 0; bits < 8 * starts; bits++) {
			struct combination c = {
				.type = learner_types[i]->name,
				.start = start[bits / 8],
				.net = net[bits & 1],
				.stages = stages[bits >> 1 & 1],
				.groups = groups[bits >> 2 & 1],
				.more = more,
			};

			if (apart || (bits >> 1 & 1) == (bits >> 2 & 1))
				tried += attempt(&c);
		}
	return tried;
}

static void
every_type_keeps_its_promises(void **state)
{
	static const char *const start[] = { "classical", "data", "random" };
	size_t types = 0, tried = attempt_all(start, 3, true, NULL);

	(void)state;
	while (learner_types[types])
		types++;
	print_message("# %zu of %zu combinations\n", tried, 24 * types);
	assert_true(tried > 18 * types);
}

static void
options_keep_them_too(void **state)
{
	static const char *const start[] = { "classical", "random" };
	static const char *const more[] = { "--basis=mlp", "--basis=bridge",
		"--basis=cond", "--no-bias", "--freeze-table",
		"--metric=cosine", "--lambda=0.01", "--shared",
		"--estimator=rotation", "--estimator=diveq",
		"--entropy-weight=0.1", "--no-settle" };

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		size_t tried = attempt_all(start, 2, false, more[i]);

		print_message("# %s: %zu combinations\n", more[i], tried);
		assert_true(tried > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_keeps_its_promises),
		cmocka_unit_test(options_keep_them_too),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
