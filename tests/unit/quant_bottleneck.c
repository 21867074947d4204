/*
 * Types that look for codes in few numbers: gradients against central
 * differences of their formulas in double, with what is stopped held fixed;
 * what is searched and decoded; starts on data where the answer is known.
 */
#include "nn_gradients.h"
#include "quant/levels.h"
#include "quant/learner.h"
#include "quant_help.h"

#define ROWS 300 /* two chunks */
#define D 6

static const struct learner_type *const types[] = { &learner_fc, &learner_fsq,
	&learner_lfq };
static const size_t codes_of[] = { 24, 20, 16 };

struct pulled {
	struct trial t;
	struct codebook book;
	float *r, *g, *dr;
	uint32_t idx[ROWS];
	size_t width;
	struct learner_pull p;
	double *w, *w0;  /* all weights; those that are stopped */
	double *x, *x0;  /* r, the same */
	double returned; /* by pull */
};

static void
run_pull(struct pulled *s, struct pool *pool)
{
	s->p = (struct learner_pull){ .r = s->r,
		.g = s->g,
		.idx = s->idx,
		.n = ROWS,
		.scale = 0.013,
		.beta = 0.4,
		.dr = s->dr };
	all_ones(s->t.ps.g, s->t.ps.total);
	s->returned = s->t.l.type->pull(&s->t.l, pool, &s->p);
}

static void
find_codes(struct pulled *s)
{
	float *work;

	learner_book(&s->t.l, s->t.ps.w, NULL, &s->book);
	codebook_prepare(&s->book, NULL);
	work = mem_floats(codebook_work(&s->book));
	codebook_find(&s->book, s->r, ROWS, NULL, 1, s->idx, work);
	free(work);
}

static void
pulled_open(struct pulled *s, struct rng *r, size_t type)
{
	*s = (struct pulled){ 0 };
	trial_open(&s->t, types[type], codes_of[type], D, false);
	s->t.l.o.code_dim = 4;
	s->t.l.o.entropy_weight = 0.3;
	s->t.l.type->random(&s->t.l, r);
	s->r = normals(r, ROWS * D, 1);
	s->g = normals(r, ROWS * D, 0.01);
	s->dr = unwritten(ROWS * D);
	s->width = s->t.l.neck.width;
	find_codes(s);
	s->w = doubles(s->t.ps.w, s->t.ps.total);
	s->w0 = doubles(s->t.ps.w, s->t.ps.total);
	s->x = doubles(s->r, ROWS * D);
	s->x0 = doubles(s->r, ROWS * D);
}

static void
pulled_close(struct pulled *s)
{
	codebook_free(&s->book);
	free(s->r);
	free(s->g);
	free(s->dr);
	free(s->w);
	free(s->w0);
	free(s->x);
	free(s->x0);
	trial_close(&s->t);
}

static const double *
part(const struct pulled *s, const double *w, size_t row)
{
	return w + s->t.ps.row[row].at;
}

static void
inner(const struct pulled *s, const double *w, const double *x, double *y)
{
	const struct learner_neck *b = &s->t.l.neck;

	for (size_t i = 0; i < s->width; i++) {
		y[i] = part(s, w, b->in_bias)[i];
		for (size_t j = 0; j < D; j++)
			y[i] += part(s, w, b->in)[i * D + j] * x[j];
	}
}

static void
to_unit(const double *x, size_t n, double *to)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	for (size_t i = 0; i < n; i++)
		to[i] = x[i] / sqrt(sum);
}

static const uint32_t five_four[] = { 5, 4 };

/* Before rounding: what the straight-through gradient sees. */
static void
soft(const struct pulled *s, const double *w, const double *x, double *u)
{
	double y[D];

	inner(s, w, x, y);
	if (s->t.l.type == &learner_fc)
		to_unit(y, s->width, u);
	for (size_t i = 0; i < s->width; i++) {
		double levels = five_four[i % 2];
		double half = (levels - 1) * 1.001 / 2;
		double o = i % 2 ? 0.5 : 0;

		if (s->t.l.type == &learner_lfq)
			u[i] = y[i];
		if (s->t.l.type == &learner_fsq)
			u[i] = (half * tanh(y[i] + atanh(o / half)) - o) / 2;
	}
}

/* The point that was chosen. */
static void
chosen(const struct pulled *s, const double *w, const double *x, uint32_t idx,
	double *u)
{
	soft(s, w, x, u);
	if (s->t.l.type == &learner_fc)
		to_unit(part(s, w, s->t.l.table) + idx * s->width, s->width, u);
	for (size_t i = 0; i < s->width; i++) {
		if (s->t.l.type == &learner_fsq)
			u[i] = rint(2 * u[i]) / 2;
		if (s->t.l.type == &learner_lfq)
			u[i] = u[i] > 0 ? 1 : -1;
	}
}

/* <g, U (u0 + s(w) - s(w0)) + u0>: straight through. */
static double
decoded(const struct pulled *s, size_t v)
{
	const struct learner_neck *b = &s->t.l.neck;
	double now[D], then[D], u[D], sum = 0;

	soft(s, s->w, s->x + v * D, now);
	soft(s, s->w0, s->x0 + v * D, then);
	chosen(s, s->w0, s->x0 + v * D, s->idx[v], u);
	for (size_t j = 0; j < D; j++) {
		double q = part(s, s->w, b->out_bias)[j];

		for (size_t i = 0; i < s->width; i++)
			q += part(s, s->w, b->out)[j * s->width + i] *
				(u[i] + now[i] - then[i]);
		sum += (double)s->g[v * D + j] * q;
	}
	return sum;
}

/* scale / (1 - |mean v|^2) (|e - sg v|^2 + beta |sg e - v|^2) */
static double
fc_loss(const struct pulled *s)
{
	double mean[D] = { 0 }, variance = 1, sum = 0;

	for (size_t v = 0; v < ROWS; v++) {
		double then[D], now[D], e[D], e0[D];

		soft(s, s->w0, s->x0 + v * D, then);
		soft(s, s->w, s->x + v * D, now);
		chosen(s, s->w, s->x + v * D, s->idx[v], e);
		chosen(s, s->w0, s->x0 + v * D, s->idx[v], e0);
		for (size_t i = 0; i < s->width; i++) {
			mean[i] += then[i] / ROWS;
			sum += (e[i] - then[i]) * (e[i] - then[i]) +
				s->p.beta * (e0[i] - now[i]) * (e0[i] - now[i]);
		}
	}
	for (size_t i = 0; i < s->width; i++)
		variance -= mean[i] * mean[i];
	return s->p.scale / variance * sum;
}

static double
entropy(double p)
{
	return -(p > 1e-12 ? p * log(p) : 0) -
		(p < 1 - 1e-12 ? (1 - p) * log(1 - p) : 0);
}

static double
lfq_loss(const struct pulled *s)
{
	double sum = 0, sharp = 0, even = 0;

	for (size_t i = 0; i < s->width; i++) {
		double mean = 0;

		for (size_t v = 0; v < ROWS; v++) {
			double y[D], u[D], p;

			inner(s, s->w, s->x + v * D, y);
			chosen(s, s->w0, s->x0 + v * D, s->idx[v], u);
			p = 1 / (1 + exp(-4 * y[i] / 0.01));
			sum += (u[i] - y[i]) * (u[i] - y[i]);
			sharp += entropy(p) / ROWS;
			mean += p / ROWS;
		}
		even += entropy(mean);
	}
	return s->p.scale * s->p.beta * sum / (double)s->width +
		0.3 * (sharp - even) / log((double)s->t.l.k);
}

static double
own_loss(const struct pulled *s)
{
	if (s->t.l.type == &learner_fc)
		return fc_loss(s);
	return s->t.l.type == &learner_lfq ? lfq_loss(s) : 0;
}

static double
loss(const void *arg)
{
	const struct pulled *s = arg;
	double sum = own_loss(s);

	for (size_t v = 0; v < ROWS; v++)
		sum += decoded(s, v);
	return sum;
}

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");

	(void)state;
	for (size_t type = 0; type < 3; type++) {
		struct pulled s;
		double want;

		pulled_open(&s, &r, type);
		run_pull(&s, NULL);
		want = own_loss(&s);
		near(s.returned, want, 1e-5 * fabs(want));
		for (size_t row = 0; row < s.t.ps.count; row++) {
			const struct param *p = &s.t.ps.row[row];

			gradient_is(&r, s.t.ps.g + p->at, 1, s.w + p->at,
				p->size, loss, &s);
		}
		gradient_is(&r, s.dr, 0, s.x, ROWS * D, loss, &s);
		pulled_close(&s);
	}
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");

	(void)state;
	for (size_t type = 0; type < 3; type++) {
		struct pool *pool = pool_open(3);
		struct pulled s;
		double returned;
		float *g, *dr;

		pulled_open(&s, &r, type);
		run_pull(&s, NULL);
		g = mem_floats(s.t.ps.total);
		memcpy(g, s.t.ps.g, s.t.ps.total * sizeof(*g));
		dr = mem_floats(ROWS * D);
		memcpy(dr, s.dr, ROWS * D * sizeof(*dr));
		returned = s.returned;
		run_pull(&s, pool);
		assert_true(returned == s.returned);
		same_bits(g, s.t.ps.g, s.t.ps.total);
		same_bits(dr, s.dr, ROWS * D);
		free(g);
		free(dr);
		pulled_close(&s);
		pool_close(pool);
	}
}

/* By the formulas, but for vectors at a border; and U u + u0. */
static void
codes_are_those_of_the_formulas(void **state)
{
	struct rng r = seeded("codes_are_those_of_the_formulas");

	(void)state;
	for (size_t type = 0; type < 3; type++) {
		size_t wrong = 0;
		struct pulled s;

		pulled_open(&s, &r, type);
		for (size_t v = 0; v < ROWS; v++) {
			const struct learner_neck *b = &s.t.l.neck;
			double u[D];

			chosen(&s, s.w, s.x + v * D, s.idx[v], u);
			for (size_t j = 0; j < D; j++) {
				double q = part(&s, s.w, b->out_bias)[j], off;

				for (size_t i = 0; i < s.width; i++)
					q += part(&s, s.w,
						     b->out)[j * s.width + i] *
						u[i];
				off = q - (double)s.book.q[s.idx[v] * D + j];
				if (fabs(off) > 1e-5) {
					wrong++;
					break;
				}
			}
		}
		assert_in_range(wrong, 0, 1);
		pulled_close(&s);
	}
}

/* Mean squared error of x by the codebook as it is. */
static double
error_of(struct trial *t, const float *x, size_t n, size_t *used)
{
	struct codebook b = { 0 };
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	char *won = mem_zalloc(t->l.k, 1);
	size_t d = t->l.d;
	double sum = 0;
	float *work;

	learner_book(&t->l, t->ps.w, NULL, &b);
	codebook_prepare(&b, NULL);
	work = mem_floats(codebook_work(&b));
	codebook_find(&b, x, n, NULL, 1, idx, work);
	*used = 0;
	for (size_t v = 0; v < n; v++) {
		assert_true(idx[v] < t->l.k);
		*used += !won[idx[v]];
		won[idx[v]] = 1;
		for (size_t i = 0; i < d; i++) {
			double off = (double)x[v * d + i] -
				(double)b.q[idx[v] * d + i];

			sum += off * off / (double)n;
		}
	}
	free(work);
	free(won);
	free(idx);
	codebook_free(&b);
	return sum;
}

/* Points of a lattice in the first w of D numbers, each equally often; two of
 * the other axes are mixed in. */
static float *
lattice_rows(const uint32_t *levels, size_t w, size_t n)
{
	float *x = mem_zfloats(n * D);

	for (size_t v = 0; v < n; v++) {
		size_t code = v;

		for (size_t i = 0; i < w; i++) {
			float at = (float)(code % levels[i]) -
				(float)(levels[i] - 1) / 2;

			code /= levels[i];
			at *= 3.0f / (float)(i + 1);
			x[v * D + i] = 0.8f * at + 1;
			x[v * D + (i + w) % D] += 0.6f * at;
		}
	}
	return x;
}

static void
points_of_a_lattice_are_found(void **state)
{
	struct rng r = seeded("points_of_a_lattice_are_found");
	const uint32_t two[] = { 2, 2, 2 };

	(void)state;
	for (int lfq = 0; lfq < 2; lfq++) {
		size_t k = lfq ? 8 : 20, n = 40 * k, used;
		float *x = lattice_rows(lfq ? two : five_four, lfq ? 3 : 2, n);
		struct trial t;
		struct err e;

		trial_open(&t, lfq ? &learner_lfq : &learner_fsq, k, D, false);
		assert_int_equal(
			t.l.type->start_on(&t.l, x, n, &r, NULL, &e), 0);
		near(error_of(&t, x, n, &used), 0, 1e-6);
		assert_int_equal(used, k);
		free(x);
		trial_close(&t);
	}
}

static void
directions_are_found(void **state)
{
	struct rng r = seeded("directions_are_found");
	enum { K = 12, MANY = 20 * K };
	float x[MANY * D] = { 0 };
	struct trial t;
	size_t used;
	struct err e;

	(void)state;
	for (size_t v = 0; v < MANY; v++) {
		double angle = 2 * 3.14159265358979 * (double)(v % K) / K;

		x[v * D + 1] = (float)cos(angle);
		x[v * D + 4] = (float)sin(angle) + 3;
	}
	trial_open(&t, &learner_fc, K, D, false);
	assert_int_equal(t.l.type->start_on(&t.l, x, MANY, &r, NULL, &e), 0);
	near(error_of(&t, x, MANY, &used), 0, 1e-6);
	assert_int_equal(used, K);
	trial_close(&t);
}

static void
levels_are_the_papers_or_nearest_to_k(void **state)
{
	static const struct {
		size_t k, dims, product;
	} known[] = { { 256, 3, 240 }, { 1024, 4, 1000 }, { 4096, 5, 4375 },
		{ 16384, 5, 15360 }, { 65536, 6, 64000 }, { 1, 1, 2 },
		{ 2, 1, 2 }, { 7, 1, 7 }, { 16, 2, 16 }, { 20, 2, 20 },
		{ 512, 3, 512 }, { 513, 3, 512 }, { 1 << 24, 8, 1 << 24 } };
	uint32_t level[LEVELS_MOST], again[LEVELS_MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		assert_int_equal(
			levels_choose(known[i].k, level), known[i].dims);
		assert_int_equal(levels_codes(known[i].k), known[i].product);
	}
	for (size_t k = 1; k < 3000; k++) {
		size_t dims = levels_choose(k, level), product = 1;

		for (size_t i = 0; i < dims; i++) {
			assert_in_range(level[i], 2, 8);
			assert_true(i == 0 || level[i] <= level[i - 1]);
			product *= level[i];
		}
		assert_int_equal(levels_codes(k), product);
		assert_int_equal(levels_choose(product, again), dims);
		assert_memory_equal(again, level, dims * sizeof(*level));
		assert_true(
			k < 2 || fabs((double)product / (double)k - 1) < 0.12);
	}
}

static void
bits_are_a_power_of_two(void **state)
{
	const size_t known[][2] = { { 1, 2 }, { 2, 2 }, { 3, 4 }, { 5, 4 },
		{ 6, 8 }, { 1000, 1024 }, { 1500, 1024 }, { 1600, 2048 },
		{ 1 << 24, 1 << 24 } };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_int_equal(learner_type_codes(&learner_lfq, known[i][0]),
			known[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(codes_are_those_of_the_formulas),
		cmocka_unit_test(points_of_a_lattice_are_found),
		cmocka_unit_test(directions_are_found),
		cmocka_unit_test(levels_are_the_papers_or_nearest_to_k),
		cmocka_unit_test(bits_are_a_power_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
