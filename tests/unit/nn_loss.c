/* Losses and their gradients against plain double code. */
#include "nn/loss.h"
#include "nn_gradients.h"

struct plain {
	size_t n, c;
	double *x;
	const uint32_t *class; /* or NULL: squares */
	const float *target;
};

static double
plain_row(const struct plain *s, size_t v)
{
	const double *x = s->x + v * s->c;
	double sum = 0;

	for (size_t i = 0; i < s->c; i++) {
		double e =
			s->class ? 0 : x[i] - (double)s->target[v * s->c + i];

		sum += s->class ? exp(x[i]) : e * e;
	}
	return s->class ? log(sum) - x[s->class[v]] : sum;
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	double sum = 0;

	for (size_t v = 0; v < s->n; v++)
		sum += plain_row(s, v);
	return sum / (double)s->n;
}

struct batch {
	struct plain s;
	float *x, *target;
	uint32_t *class;
};

static struct batch
a_batch(struct rng *r)
{
	size_t n = between(r, 1, rng_below(r, 3) ? 10 : 200);
	size_t c = between(r, 2, rng_below(r, 3) ? 12 : 150);
	struct batch b = { .x = normals(r, n * c, 2) };

	b.target = normals(r, n * c, 1);
	b.class = mem_alloc(n, sizeof(*b.class));
	for (size_t v = 0; v < n; v++)
		b.class[v] = (uint32_t)rng_below(r, c);
	for (size_t v = 0; v < n; v += 2) /* about half of them right */
		b.x[v * c + b.class[v]] += 4;
	b.s = (struct plain){ n, c, doubles(b.x, n * c), NULL, b.target };
	return b;
}

static void
batch_free(struct batch *b)
{
	free(b->x);
	free(b->target);
	free(b->class);
	free(b->s.x);
}

static double
measure(const struct batch *b, struct pool *pool, const float *x, float *dx,
	size_t *right)
{
	if (b->s.class)
		return loss_classes(
			pool, x, b->class, b->s.n, b->s.c, dx, right);
	return loss_squares(pool, x, b->target, b->s.n, b->s.c, dx);
}

/* Rows whose own logit is above the others. */
static size_t
plain_right(const struct batch *b)
{
	size_t right = 0;

	for (size_t v = 0; v < b->s.n; v++) {
		const float *x = b->x + v * b->s.c;
		size_t above = 0;

		for (size_t i = 0; i < b->s.c; i++)
			above += x[b->class[v]] > x[i];
		right += above == b->s.c - 1;
	}
	return right;
}

static void
losses_and_gradients_meet_plain_ones(void **state)
{
	struct rng r = seeded("losses_and_gradients_meet_plain_ones");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct batch b = a_batch(&r);
		size_t all = b.s.n * b.s.c, right;
		float *dx = unwritten(all);
		double want, got;

		b.s.class = trial % 2 ? b.class : NULL;
		want = loss(&b.s);
		got = measure(&b, NULL, b.x, dx, &right);
		near(got, want, 1e-6 * want + 1e-9);
		if (b.s.class)
			assert_int_equal(right, plain_right(&b));
		near(measure(&b, NULL, b.x, NULL, NULL), got, 0);
		gradient_is(&r, dx, 0, b.s.x, all, loss, &b.s);
		/* in place */
		near(measure(&b, NULL, b.x, b.x, NULL), got, 0);
		same_bits(b.x, dx, all);
		free(dx);
		batch_free(&b);
	}
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct batch b = a_batch(&r);
		size_t all = b.s.n * b.s.c, right[4] = { 0 };
		float *want = unwritten(all), *got = unwritten(all);
		double first;

		b.s.class = trial % 2 ? b.class : NULL;
		first = measure(&b, NULL, b.x, want, &right[0]);
		for (size_t threads = 1; threads <= 3; threads++) {
			struct pool *pool = pool_open(threads);

			near(measure(&b, pool, b.x, got, &right[threads]),
				first, 0);
			assert_int_equal(right[threads], right[0]);
			same_bits(got, want, all);
			pool_close(pool);
		}
		free(want);
		free(got);
		batch_free(&b);
	}
}

static void
the_right_ones_are_counted_and_ties_go_to_the_lowest(void **state)
{
	const float x[] = { 1, 3, 2, /* row by row */
		5, 5, 5, 0, 7, 7, -1, -1, -2 };
	const uint32_t best[] = { 1, 0, 1, 0 }, other[] = { 1, 1, 2, 1 };
	size_t right = 99;

	(void)state;
	loss_classes(NULL, x, best, 4, 3, NULL, &right);
	assert_int_equal(right, 4);
	loss_classes(NULL, x, other, 4, 3, NULL, &right);
	assert_int_equal(right, 1);
}

/* e^x of such logits is not a number that a float holds. */
static void
large_logits_are_no_trouble(void **state)
{
	const float x[] = { 1000, 900, 1000, -1000, -1100, -1000 };
	const uint32_t class[] = { 0, 1 };
	float dx[6];

	(void)state;
	near(loss_classes(NULL, x, class, 2, 3, dx, NULL),
		(log(2) + log(2) + 100) / 2, 1e-5);
	near((double)dx[0], -0.25, 1e-6);
	near((double)dx[1], 0, 1e-6);
	near((double)dx[2], 0.25, 1e-6);
	near((double)dx[4], -0.5, 1e-6);
}

static void
nan_is_seen(void **state)
{
	const float x[] = { 1, NAN, 2, 1, 0, 2 };
	const float target[] = { 0, 0, 0, 0, 0, 0 };
	const uint32_t class[] = { 0, 1 };

	(void)state;
	assert_true(isnan(loss_classes(NULL, x, class, 2, 3, NULL, NULL)));
	assert_true(isnan(loss_squares(NULL, x, target, 2, 3, NULL)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_and_gradients_meet_plain_ones),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(
			the_right_ones_are_counted_and_ties_go_to_the_lowest),
		cmocka_unit_test(large_logits_are_no_trouble),
		cmocka_unit_test(nan_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
