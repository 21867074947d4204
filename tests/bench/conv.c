/*
 * A step of the network of --net conv, forward and backward without losses and
 * Adam, counted in the multiply-adds of its dense and depthwise products:
 * forward once, backward twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "nn/convnet.h"
#include "util/mem.h"

#define IN 192 /* numbers of a token, and of its latent */
#define OUT 32

struct run {
	struct convnet c;
	struct params ps;
	struct pool *pool;
	struct convnet_work *work;
	float *x, *y, *dy;
};

static void
step(void *arg)
{
	struct run *t = arg;

	convnet_pack(&t->c, &t->ps);
	convnet_forward(&t->c, &t->ps, t->pool, t->x, t->work, t->y);
	convnet_backward(&t->c, &t->ps, t->pool, t->x, t->work, t->dy, NULL);
}

static double
multiplies(const struct convnet_shape *s, size_t n)
{
	size_t block = (8 * s->width + s->kh * s->kw) * s->width;

	return (double)n *
		(double)((s->in + s->out) * s->width + s->depth * block);
}

static void
measure(struct convnet_shape s, struct grid g, const char *what,
	struct pool *pool, struct rng *r)
{
	struct run t = { .pool = pool };
	size_t n = grid_tokens(g);
	double seconds, rate, sgemm;
	char note[64];

	convnet_add(&t.c, &t.ps, PARAM_NET, "net", s);
	params_build(&t.ps);
	convnet_start(&t.c, &t.ps, r);
	t.x = bench_noise(r, n * s.in);
	t.dy = bench_noise(r, n * s.out);
	t.y = mem_zfloats(n * s.out);
	t.work = convnet_work_open(&t.c, g);
	seconds = bench_seconds(step, &t);
	sgemm = peak_sgemm(pool, r);
	rate = 6e-9 * multiplies(&s, n) / seconds;
	snprintf(note, sizeof(note), "%.0f %% of sgemm, %.1f ktoken/s",
		100 * rate / sgemm, 1e-3 * (double)n / seconds);
	bench_row(&(struct bench_row){ .section = "conv",
		.what = what,
		.note = note,
		.d = s.width,
		.k = s.depth,
		.threads = pool_threads(pool),
		.value = 1e3 * seconds,
		.unit = "ms" });
	convnet_work_close(t.work);
	convnet_free(&t.c);
	params_free(&t.ps);
	free(t.x);
	free(t.dy);
	free(t.y);
}

/* WIDTH DEPTH */
int
conv_main(int argc, char *argv[])
{
	struct pool *pool;
	struct convnet_shape s = { .in = IN, .out = OUT, .kh = 7, .kw = 7 };
	struct rng r;

	if (argc != 2)
		return 2;
	pool = pool_open(0);
	rng_seed(&r, 1, 0);
	s.width = strtoul(argv[0], NULL, 10);
	s.depth = strtoul(argv[1], NULL, 10);
	measure(s, (struct grid){ 16, 16, 16 }, "16 crops of 16 x 16", pool,
		&r);
	s.kw = 1;
	measure(s, (struct grid){ 32, 128, 1 }, "32 sounds of 128", pool, &r);
	pool_close(pool);
	return 0;
}
