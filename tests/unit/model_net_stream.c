/*
 * Net conv on items: codes, latents and samples are those of the net on whole
 * grids, bit by bit, however items come and whatever the pool.
 */
#include "model/decode_batch.h"
#include "model/encode_batch.h"
#include "model_help.h"

#define D 5
#define CODES 40
#define STAGES 2

static void
fill_floats(struct rng *r, float *x, size_t n, float scale)
{
	for (size_t i = 0; i < n; i++)
		x[i] = scale * (float)rng_normal(r);
}

static void
random_conv(struct net *n, struct rng *r, enum item_kind kind, size_t patch,
	struct net_conv_shape s)
{
	struct net_conv *c = mem_zalloc(1, sizeof(*c));

	net_conv_add(c, s, &c->ps, PARAM_FIXED, kind, patch, n->dim, n->d);
	params_build_weights(&c->ps);
	fill_floats(r, c->ps.w, c->ps.total, 0.3f);
	net_conv_pack(c, &c->ps);
	n->conv = c;
}

static void
random_model(struct model *m, struct rng *r, struct transform t)
{
	bool sound = t.kind == ITEM_AUDIO;
	struct net_conv_shape s = { 1 + rng_below(r, 9), rng_below(r, 3),
		rng_below(r, 4), 1 + 2 * rng_below(r, 4),
		sound && rng_below(r, 2), sound && rng_below(r, 2),
		!sound && rng_below(r, 2) };
	float *map, *back, *table = mem_floats(CODES * D);
	size_t dim;

	*m = (struct model){ .transform = t };
	transform_init(&m->transform);
	m->transform.scale = 0.7f;
	dim = m->transform.dim;
	fill_floats(r, m->transform.mu, dim, 1);
	map = mem_floats(dim * D);
	back = mem_floats(dim * D);
	fill_floats(r, map, dim * D, 0.5f);
	fill_floats(r, back, dim * D, 0.1f);
	net_init(&m->net, NET_CONV, dim, D, map, back);
	random_conv(&m->net, r, t.kind, t.patch, s);
	quantizer_init(&m->quantizer, STAGES, 1, D);
	for (size_t i = 0; i < STAGES; i++) {
		fill_floats(r, table, CODES * D, i ? 0.2f : 1);
		quantizer_set(&m->quantizer, i, table, CODES);
	}
	free(map);
	free(back);
	free(table);
}

struct item {
	struct model m;
	struct frames frames; /* of sounds */
	struct grid g;
	size_t n, room; /* tokens; rows of a batch */
	struct pool *pool;
};

/* The definition of a chunk, on all vectors: x is overwritten. */
static void
centre_all(const struct item *i, float *x)
{
	size_t dim = i->m.transform.dim;
	float *from = mem_floats(i->n * dim);

	memcpy(from, x, i->n * dim * sizeof(*x));
	if (i->m.transform.kind == ITEM_AUDIO)
		frames_transform(&i->frames, from, i->n, x);
	transform_normalize(&i->m.transform, x, i->n);
	free(from);
}

static void
restore_all(const struct item *i, float *x)
{
	size_t dim = i->m.transform.dim;
	float *from = mem_floats(i->n * dim);

	transform_restore(&i->m.transform, x, i->n);
	memcpy(from, x, i->n * dim * sizeof(*x));
	if (i->m.transform.kind == ITEM_AUDIO)
		frames_transform(&i->frames, from, i->n, x);
	free(from);
}

static size_t
piece(const struct item *i, size_t left, struct rng *r)
{
	size_t k = help_piece(r, left);

	return k < i->room ? k : i->room;
}

/* The same encoder has left another item before. */
static struct rows
encode(const struct item *i, bool latents, const float *x, struct rng *r)
{
	struct encoder_opts o = {
		.latents = latents, .pool = i->pool, .frames = &i->frames
	};
	struct encode_batch *b = encode_batch_open(&i->m, o);
	size_t line = i->g.w * i->m.transform.dim, size = i->n * line / i->g.w;
	float *v = mem_floats(size);
	struct rows out = { .row_bytes = 4 * encode_batch_columns(b) * i->g.w };
	struct err e;

	memcpy(v, x, size * sizeof(*v));
	encode_batch_begin(b, i->g.w, i->room, rows_take, &out);
	assert_int_equal(encode_batch_rows(b, v, 1, &e), 0);
	free(out.p);
	out = (struct rows){ .row_bytes = out.row_bytes };
	memcpy(v, x, size * sizeof(*v));
	encode_batch_begin(b, i->g.w, i->room, rows_take, &out);
	for (size_t at = 0, k; at < i->g.h; at += k) {
		k = piece(i, i->g.h - at, r);
		assert_int_equal(encode_batch_rows(b, v + at * line, k, &e), 0);
	}
	assert_int_equal(encode_batch_end(b, &e), 0);
	encode_batch_close(b);
	free(v);
	assert_int_equal(out.rows, i->g.h);
	return out;
}

static int
take_vectors(void *arg, const float *x, size_t rows, struct err *e)
{
	return rows_take(arg, x, rows, e);
}

static struct rows
decode(const struct item *i, const uint32_t *codes, struct rng *r)
{
	struct decode_batch *b = decode_batch_open(&i->m,
		(struct decoder_opts){ .pool = i->pool, .frames = &i->frames });
	size_t line = i->g.w * STAGES;
	struct rows out = { .row_bytes = 4 * i->g.w * i->m.transform.dim };
	struct decode_batch_item item = { i->g.w, STAGES, STAGES, i->room,
		take_vectors, &out };
	struct err e;

	decode_batch_begin(b, item);
	assert_int_equal(decode_batch_rows(b, codes, 1, &e), 0);
	free(out.p);
	out = (struct rows){ .row_bytes = out.row_bytes };
	decode_batch_begin(b, item);
	for (size_t at = 0, k; at < i->g.h; at += k) {
		k = piece(i, i->g.h - at, r);
		assert_int_equal(
			decode_batch_rows(b, codes + at * line, k, &e), 0);
	}
	assert_int_equal(decode_batch_end(b, &e), 0);
	decode_batch_close(b);
	assert_int_equal(out.rows, i->g.h);
	return out;
}

static void
check(const struct item *i, struct rng *r)
{
	size_t dim = i->m.transform.dim, n = i->n;
	const struct quantizer *q = &i->m.quantizer;
	float *x = mem_floats(n * dim), *z = mem_floats(n * D);
	float *work = mem_floats(quantizer_work(q, n));
	uint32_t *want = mem_alloc(n * STAGES, sizeof(*want));
	struct rows latents, codes, back;

	fill_floats(r, x, n * dim, 1);
	latents = encode(i, true, x, r);
	codes = encode(i, false, x, r);
	centre_all(i, x);
	net_encode_grid(&i->m.net, NULL, x, i->g, z);
	quantizer_encode(q, z, n, STAGES, want, NULL, work);
	assert_memory_equal(latents.p, z, n * D * sizeof(*z));
	assert_memory_equal(codes.p, want, n * STAGES * sizeof(*want));

	back = decode(i, want, r);
	quantizer_decode(q, want, STAGES, n, STAGES, z);
	net_decode_grid(&i->m.net, NULL, z, i->g, x);
	restore_all(i, x);
	assert_memory_equal(back.p, x, n * dim * sizeof(*x));
	free(x);
	free(z);
	free(work);
	free(want);
	free(latents.p);
	free(codes.p);
	free(back.p);
}

static void
check_grid(struct transform t, size_t h, size_t w, struct pool *pool,
	struct rng *r)
{
	struct item i = { .g = { 1, h, w },
		.n = h * w,
		.room = 1 + rng_below(r, 12),
		.pool = pool };

	random_model(&i.m, r, t);
	if (t.kind == ITEM_AUDIO)
		frames_init(&i.frames, t.patch);
	check(&i, r);
	if (t.kind == ITEM_AUDIO)
		frames_free(&i.frames);
	model_free(&i.m);
}

static void
items_are_coded_as_whole_grids(void **state)
{
	struct rng r = help_rng("items_are_coded_as_whole_grids");
	struct transform image = {
		.kind = ITEM_IMAGE, .patch = 2, .channels = 3
	};
	struct transform sound = {
		.kind = ITEM_AUDIO, .patch = 10, .sample_rate = 100
	};
	struct pool *pool = pool_open(3);

	(void)state;
	check_grid(image, 1, 1, NULL, &r);
	check_grid(sound, 1, 1, NULL, &r);
	for (size_t k = 0; k < 12; k++) {
		check_grid(image, 1 + rng_below(&r, 40), 1 + rng_below(&r, 40),
			k % 2 ? pool : NULL, &r);
		check_grid(sound, 1 + rng_below(&r, 400), 1 + rng_below(&r, 2),
			k % 2 ? pool : NULL, &r);
	}
	check_grid(image, 30, 300, pool, &r);
	check_grid(sound, 5000, 1, pool, &r);
	pool_close(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_coded_as_whole_grids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
