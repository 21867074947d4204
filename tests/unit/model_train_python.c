/*
 * Whole steps of training against NumPy (train_steps.py), from the model's
 * files and the batches alone.
 */
#include <sys/wait.h>

#include "model_tiny.h"

#define PYTHON "/usr/bin/python3"
#define STEPS 3

static void
write_record(const struct record *r, const char *name)
{
	struct output *o = items_open(name);
	struct err e;

	assert_int_equal(record_write(r, o, &e), 0);
	items_close(o);
}

/* A training of so many steps, whose last is kept. */
static void
train(struct trainer_opts o, size_t steps, const char *name)
{
	struct tiny f;

	o.steps = steps;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	tiny_train(&f, &o, NULL);
	write_record(&f.r.record, name);
	tiny_free(&f);
}

static void
put(struct record *r, const char *name, const float *x, size_t n, size_t d)
{
	struct tensor *t =
		record_add(r, name, DT_F32, 2, (size_t[]){ n, d }, NULL);

	dtype_from_f32(t->data, x, n * d, DT_F32);
}

/* The batches of the steps, and the sample that a start looks at. */
static void
write_data(const struct trainer_opts *o)
{
	struct record r = { 0 };
	struct tiny f;
	float *x;

	tiny_data(&f, ITEM_ROWS, 1, NULL);
	x = mem_floats(o->batch * f.t.dim);
	put(&r, "sample", f.s.train.x, f.s.train.count, f.t.dim);
	for (size_t i = 0; i < STEPS; i++) {
		char name[16];

		dataset_batch(&f.s, o->batch, x);
		snprintf(name, sizeof(name), "x%zu", i);
		put(&r, name, x, o->batch, f.t.dim);
	}
	meta_setf(&r.meta, "rate", "%.17g", o->net_rate);
	meta_setf(&r.meta, "beta", "%.17g", o->beta);
	meta_setf(&r.meta, "vq_weight", "%.17g", o->vq_weight);
	meta_setf(&r.meta, "random", "%d", o->start == START_RANDOM);
	write_record(&r, "data");
	record_free(&r);
	tiny_free(&f);
	free(x);
}

/* The exit status of train_steps.py; its lines are on stdout. */
static int
judged(void)
{
	char start[100], end[100], data[100];
	int status;
	pid_t pid;

	snprintf(start, sizeof(start), "%s", items_path("start"));
	snprintf(end, sizeof(end), "%s", items_path("end"));
	snprintf(data, sizeof(data), "%s", items_path("data"));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(PYTHON, PYTHON, "tests/unit/train_steps.py", start, end,
			data, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
compare(const char *type, enum start start, size_t stages)
{
	struct trainer_opts o = tiny_opts(type);

	o.start = start;
	o.stages = stages;
	o.batch = 120;
	o.net_rate = o.quant_rate = 0.1;
	o.beta = start == START_RANDOM ? 0.25 : 1;
	o.vq_weight = 0.7;
	o.stage_dropout = 0;
	o.no_settle = o.keep_last = true;
	train(o, 0, "start");
	train(o, STEPS, "end");
	write_data(&o);
	assert_int_equal(judged(), 0);
}

static void
steps_are_those_of_numpy(void **state)
{
	static const char *const type[] = { "vq", "simvq", "ema" };

	(void)state;
	if (system(PYTHON " -c 'import numpy' 2>/dev/null") != 0) {
		print_message("# skipped: " PYTHON " has no numpy\n");
		skip();
	}
	for (size_t i = 0; i < 3; i++) {
		compare(type[i], START_KMEANS, 1);
		compare(type[i], START_KMEANS, 2);
		compare(type[i], START_RANDOM, 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_those_of_numpy),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
