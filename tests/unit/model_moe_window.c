/* Sums between two lines of a log, and the steps of a trace. */
#include "model/moe_book.h"
#include "model/moe_trace.h"
#include "model/moe_window.h"
#include "model/router.h"
#include "numbers.h"

enum { ROWS = 96, COLUMNS = 5, LAYERS = 2, EXPERTS = 6, CODES = 12 };

/* A little model of both paths with its codebooks made, and rows for it. */
struct fixture {
	struct moe m;
	struct moe_batch b;
	struct moe_work w;
	float *x;
	uint32_t *class;
};

static void
fixture_open(struct fixture *f, struct rng *r)
{
	struct moe_opts o;
	double agreement;
	struct err e;

	moe_opts_init(&o);
	o.kind = MOE_VQMOE;
	o.columns = COLUMNS;
	o.outputs = 3;
	o.layers = LAYERS;
	o.width = 8;
	o.hidden = 7;
	o.experts = EXPERTS;
	o.codes = CODES;
	o.top = 2;
	o.capacity = 0.75;
	o.batch = ROWS;
	*f = (struct fixture){ .x = normals(r, ROWS * COLUMNS, 1) };
	f->class = mem_alloc(ROWS, sizeof(*f->class));
	for (size_t v = 0; v < ROWS; v++)
		f->class[v] = (uint32_t)rng_below(r, 3);
	f->b = (struct moe_batch){ .n = ROWS, .x = f->x, .class = f->class };
	assert_int_equal(moe_init(&f->m, &o, NULL, &e), 0);
	moe_pack(&f->m);
	assert_int_equal(moe_book_build(&f->m, &f->b, &agreement, &e), 0);
	moe_work_init(&f->w, &f->m, ROWS, true, false);
}

static void
fixture_close(struct fixture *f)
{
	moe_work_free(&f->w, &f->m);
	moe_free(&f->m);
	free(f->x);
	free(f->class);
}

/* What a layer's figures should be, by plain counting over the steps. */
struct plain {
	double load[EXPERTS], gate, used[CODES], rows;
};

static void
count(struct plain *p, const struct fixture *f, size_t l)
{
	const struct moe_layer_work *w = &f->w.layer[l];
	size_t s = moe_layer_columns(&f->m.layer[l]);

	for (size_t v = 0; v < ROWS; v++) {
		for (size_t c = 0; c < s; c++)
			if (w->experts[v * s + c] != ROUTER_DROPPED)
				p->load[w->experts[v * s + c]]++;
		p->used[w->codes[v]] = 1;
		p->gate += (double)w->paths[2 * v + 1];
		p->rows++;
	}
}

static void
check_layer(const struct moe_window *w, size_t l, const struct plain *p)
{
	struct moe_window_layer got = moe_window_layer(w, l);
	double mean = 0, most = 0, var = 0, used = 0;
	size_t dead = 0;

	for (size_t j = 0; j < EXPERTS; j++) {
		mean += p->load[j] / EXPERTS;
		most = fmax(most, p->load[j]);
		dead += !(p->load[j] > 0);
	}
	for (size_t j = 0; j < EXPERTS; j++)
		var += pow(p->load[j] - mean, 2) / EXPERTS;
	for (size_t k = 0; k < CODES; k++)
		used += p->used[k];
	near(got.load_cv, sqrt(var) / mean, 1e-12);
	near(got.max_violation, most / mean - 1, 1e-12);
	near(got.gate_discrete, p->gate / p->rows, 1e-12);
	assert_int_equal(got.dead_experts, dead);
	near((double)got.used_codes, used, 0);
}

static void
figures_are_those_of_plain_counting(void **state)
{
	struct rng r = seeded("figures_are_those_of_plain_counting");
	struct plain p[LAYERS] = { 0 };
	double sum[MOE_WINDOW_SUMS] = { 0 }, right = 0;
	struct moe_window w;
	struct moe_figures g;
	struct fixture f;

	(void)state;
	fixture_open(&f, &r);
	moe_window_init(&w, &f.m.o);
	assert_true(isnan(moe_window_mean(&w, MOE_WINDOW_LOSS)));
	assert_true(isnan(moe_window_accuracy(&w)));
	assert_true(isnan(moe_window_layer(&w, 0).load_cv));
	for (int step = 0; step < 3; step++) {
		assert_true(moe_step_run(&f.m, &f.b, &f.w, &g));
		moe_window_add(&w, &f.m, &f.w, ROWS, &g);
		sum[MOE_WINDOW_LOSS] += g.loss / 3;
		sum[MOE_WINDOW_TASK] += g.task / 3;
		sum[MOE_WINDOW_VQ] += g.vq / 3;
		sum[MOE_WINDOW_USAGE] += g.usage / 3;
		sum[MOE_WINDOW_BALANCE] += g.balance / 3;
		sum[MOE_WINDOW_Z] += g.z / 3;
		right += (double)g.right / (3. * ROWS);
		for (size_t l = 0; l < LAYERS; l++)
			count(&p[l], &f, l);
	}
	for (int i = 0; i < MOE_WINDOW_SUMS; i++)
		near(moe_window_mean(&w, (enum moe_window_sum)i), sum[i],
			1e-12);
	near(moe_window_accuracy(&w), right, 1e-12);
	for (size_t l = 0; l < LAYERS; l++)
		check_layer(&w, l, &p[l]);
	w.load[3] = 0;
	p[0].load[3] = 0;
	check_layer(&w, 0, &p[0]);
	moe_window_reset(&w);
	assert_int_equal(w.rows, 0);
	assert_int_equal(moe_window_layer(&w, 1).used_codes, 0);
	assert_true(isnan(moe_window_layer(&w, 1).gate_discrete));
	moe_window_free(&w);
	fixture_close(&f);
}

static void
same_window(const struct moe_window *a, const struct moe_window *b)
{
	assert_int_equal(a->steps, b->steps);
	assert_int_equal(a->rows, b->rows);
	assert_int_equal(a->right, b->right);
	assert_memory_equal(a->sum, b->sum, sizeof(a->sum));
	assert_memory_equal(a->load, b->load, LAYERS * EXPERTS * 8);
	assert_memory_equal(a->used, b->used, LAYERS * CODES * 8);
	assert_memory_equal(a->discrete, b->discrete, LAYERS * 8);
	assert_memory_equal(a->gated, b->gated, LAYERS * 8);
}

static void
a_window_comes_back_from_a_record(void **state)
{
	struct rng r = seeded("a_window_comes_back_from_a_record");
	struct moe_window w, back;
	struct record record = { 0 };
	struct moe_figures g;
	struct fixture f;
	struct err e;

	(void)state;
	fixture_open(&f, &r);
	moe_window_init(&w, &f.m.o);
	moe_window_init(&back, &f.m.o);
	assert_true(moe_step_run(&f.m, &f.b, &f.w, &g));
	moe_window_add(&w, &f.m, &f.w, ROWS, &g);
	moe_window_save(&w, &record);
	assert_int_equal(moe_window_load(&back, &record, &e), 0);
	same_window(&w, &back);
	/* Of other sizes, or with something missing. */
	back.codes--;
	assert_int_equal(moe_window_load(&back, &record, &e), -1);
	back.codes++;
	back.layers--;
	assert_int_equal(moe_window_load(&back, &record, &e), -1);
	for (size_t i = 0; i < record.count; i++) {
		record.tensor[i].name[0] ^= 1;
		assert_int_equal(moe_window_load(&back, &record, &e), -1);
		record.tensor[i].name[0] ^= 1;
	}
	record_free(&record);
	moe_window_free(&w);
	moe_window_free(&back);
	fixture_close(&f);
}

static void
the_steps_of_a_trace_grow_by_a_ratio(void **state)
{
	static const size_t want[] = { 0, 1, 2, 3, 4, 6, 8, 11, 14, 18, 23, 29,
		37, 47, 60 };

	(void)state;
	for (size_t i = 0, from = 0; i < sizeof(want) / sizeof(*want); i++)
		for (; from <= want[i]; from++)
			assert_int_equal(moe_trace_next(1.26, from), want[i]);
	for (size_t from = 0; from < 20; from++)
		assert_int_equal(moe_trace_next(1, from), from);
	assert_int_equal(moe_trace_next(10, 2), 10);
	assert_int_equal(moe_trace_next(10, 11), 100);
	assert_int_equal(moe_trace_next(1e12, 2), 1000000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_plain_counting),
		cmocka_unit_test(a_window_comes_back_from_a_record),
		cmocka_unit_test(the_steps_of_a_trace_grow_by_a_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
