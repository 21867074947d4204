/*
 * A network fed row by row gives what it gives on the whole grid, bit by bit:
 * for any cut of the rows, any width and pool.
 */
#include "nn/convnet_stream.h"
#include "numbers.h"

struct net {
	struct params p;
	struct convnet c;
};

static void
open_net(struct net *t, struct rng *r, struct convnet_shape s)
{
	t->p = (struct params){ 0 };
	convnet_add(&t->c, &t->p, PARAM_NET, "net", s);
	params_build_weights(&t->p);
	fill(r, t->p.w, t->p.total, 0.5);
	convnet_pack(&t->c, &t->p);
}

static void
close_net(struct net *t)
{
	convnet_free(&t->c);
	params_free(&t->p);
}

/* On the grid as a whole. */
static float *
whole(const struct net *t, const float *x, size_t h, size_t w)
{
	struct grid g = { 1, h, w };
	float *y = mem_zfloats(h * w * t->c.shape.out + 1);
	struct convnet_work *work = convnet_work_open(&t->c, g);

	convnet_forward(&t->c, &t->p, NULL, x, work, y);
	convnet_work_close(work);
	return y;
}

/* What a sink got; it stops at row `stop`. */
struct taken {
	float *y;
	size_t line, rows, band, stop;
};

static int
take(void *arg, float *y, size_t rows, struct err *e)
{
	struct taken *t = arg;

	assert_in_range(rows, 1, t->band);
	if (t->rows + rows > t->stop)
		return err_set(e, "no more");
	memcpy(t->y + t->rows * t->line, y, rows * t->line * sizeof(*y));
	t->rows += rows;
	for (size_t i = 0; i < rows * t->line; i++)
		y[i] = NAN; /* it may */
	return 0;
}

/* A piece of `left` rows: often small, sometimes none or all. */
static size_t
piece(struct rng *r, size_t left)
{
	size_t most = rng_below(r, 3) == 0 ? left : left < 5 ? left : 5;

	return rng_below(r, most + 1);
}

static void
push_all(struct convnet_stream *s, const float *x, size_t h, size_t line,
	struct taken *t, struct rng *r)
{
	struct err e;

	for (size_t i = 0, n; i < h; i += n) {
		n = piece(r, h - i);
		assert_int_equal(
			convnet_stream_push(s, x + i * line, n, take, t, &e),
			0);
	}
	assert_int_equal(convnet_stream_end(s, take, t, &e), 0);
}

/* Two grids behind each other, of h rows and of less. */
static void
check(const struct net *t, size_t h, size_t w, struct pool *pool, struct rng *r)
{
	const struct convnet_shape *shape = &t->c.shape;
	struct convnet_stream *s = convnet_stream_open(&t->c, &t->p, w, pool);
	size_t line = w * convnet_written(shape);

	for (size_t i = 0; i < 2; i++, h = rng_below(r, h + 1)) {
		float *x = normals(r, h * w * shape->in + 1, 1);
		float *want = whole(t, x, h, w);
		float *y = mem_zfloats(h * w * shape->out + 1);
		struct taken got = { mem_floats(h * line + 1), line, 0,
			convnet_stream_band(s), h };

		push_all(s, x, h, w * shape->in, &got, r);
		assert_int_equal(got.rows, h);
		convnet_finish(&t->c, got.y, h * w, y);
		same_bits(y, want, h * w * shape->out);
		free(got.y);
		free(y);
		free(want);
		free(x);
	}
	convnet_stream_close(s);
}

static struct convnet_shape
any_shape(struct rng *r)
{
	static const size_t kernel[][2] = { { 7, 7 }, { 3, 3 }, { 7, 1 },
		{ 1, 1 }, { 5, 3 }, { 1, 7 } };
	const size_t *k = kernel[rng_below(r, 6)];

	return (struct convnet_shape){ between(r, 1, 20), between(r, 1, 20),
		rng_below(r, 4), between(r, 1, 20), k[0], k[1],
		rng_below(r, 2) == 0, rng_below(r, 2) == 0, 0 };
}

static void
rows_give_what_the_grid_gives(void **state)
{
	struct rng r = seeded("rows_give_what_the_grid_gives");
	struct pool *pool = pool_open(3);

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct net t;

		open_net(&t, &r, any_shape(&r));
		check(&t, rng_below(&r, 40), between(&r, 1, 40),
			i % 2 ? pool : NULL, &r);
		close_net(&t);
	}
	pool_close(pool);
}

/* Several bands in one push, and lines of more than a task. */
static void
long_and_wide_grids_too(void **state)
{
	struct rng r = seeded("long_and_wide_grids_too");
	struct pool *pool = pool_open(3);
	struct net t;

	(void)state;
	open_net(&t, &r,
		(struct convnet_shape){ 3, 5, 3, 4, 7, 1, false, false, 0 });
	check(&t, 5000, 1, pool, &r);
	check(&t, 3000, 2, NULL, &r);
	close_net(&t);
	open_net(&t, &r,
		(struct convnet_shape){ 2, 3, 5, 2, 7, 7, false, false, 0 });
	check(&t, 45, 300, pool, &r);
	check(&t, 2, 2000, NULL, &r);
	close_net(&t);
	pool_close(pool);
}

/* A row goes out as soon as what it sees is there. */
static void
rows_wait_no_longer_than_they_must(void **state)
{
	struct rng r = seeded("rows_wait_no_longer_than_they_must");
	struct net t;
	struct convnet_stream *s;
	struct taken got = { mem_floats(40 * 4), 4, 0, 8, 40 };
	struct err e;
	float x[6];

	(void)state;
	open_net(&t, &r,
		(struct convnet_shape){ 3, 5, 2, 2, 5, 5, false, false, 0 });
	s = convnet_stream_open(&t.c, &t.p, 2, NULL);
	got.band = convnet_stream_band(s);
	fill(&r, x, 6, 1);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(
			convnet_stream_push(s, x, 1, take, &got, &e), 0);
		assert_int_equal(got.rows, i < 4 ? 0 : i + 1 - 4);
	}
	assert_int_equal(convnet_reach(&t.c), 4);
	convnet_stream_close(s);
	close_net(&t);
	free(got.y);
}

static void
a_sink_can_stop_it(void **state)
{
	struct rng r = seeded("a_sink_can_stop_it");
	struct net t;
	struct convnet_stream *s;
	struct taken got = { mem_floats(40), 2, 0, 9999, 5 };
	float *x = normals(&r, 6 * 40, 1);
	struct err e;

	(void)state;
	open_net(&t, &r,
		(struct convnet_shape){ 3, 5, 2, 1, 5, 5, false, false, 0 });
	s = convnet_stream_open(&t.c, &t.p, 2, NULL);
	assert_int_equal(convnet_stream_push(s, x, 40, take, &got, &e), -1);
	assert_string_equal(e.msg, "no more");
	convnet_stream_close(s);
	convnet_stream_close(NULL);
	close_net(&t);
	free(got.y);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_give_what_the_grid_gives),
		cmocka_unit_test(long_and_wide_grids_too),
		cmocka_unit_test(rows_wait_no_longer_than_they_must),
		cmocka_unit_test(a_sink_can_stop_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
