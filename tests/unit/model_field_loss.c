/* The loss of decoded crops: its way to pixels and samples and back. */
#include "model/field_loss.h"
#include "model/frames.h"
#include "model/lapper.h"
#include "nn/pixel_loss.h"
#include "nn/sound_loss.h"
#include "nn/ssim_loss.h"
#include "numbers.h"

static struct transform
a_transform(struct rng *r, enum item_kind kind, size_t p, size_t c)
{
	struct transform t = {
		.kind = kind, .patch = p, .channels = c, .sample_rate = 1000
	};

	transform_init(&t);
	fill(r, t.mu, t.dim, 0.1);
	t.scale = 0.7F;
	return t;
}

static size_t
numbers(const struct transform *t, struct grid g)
{
	return grid_tokens(g) * t->dim;
}

static double
run(const struct transform *t, struct loss_weights w, struct pool *pool,
	const float *x, const float *y, struct grid g, float *dy)
{
	struct field_loss *f = field_loss_open(t, &w);
	struct grid other = { 2, g.h + 1, g.w };
	float *z = mem_zfloats(numbers(t, other));
	double v;

	/* crops of any shape, one behind the other */
	field_loss_run(f, NULL, z, z, other, NULL);
	v = field_loss_run(f, pool, x, y, g, dy);
	field_loss_close(f);
	free(z);
	return v;
}

/* Pixel (row, col, channel) of a crop. */
static size_t
place(const struct transform *t, size_t w, size_t row, size_t col, size_t c)
{
	size_t p = t->patch, token = row / p * w + col / p;

	return token * t->dim + (row % p * p + col % p) * t->channels + c;
}

static float *
pixels(const struct transform *t, const float *x, size_t h, size_t w)
{
	size_t across = w * t->patch, c = t->channels;
	float *out = mem_floats(h * w * t->dim);

	for (size_t i = 0; i < h * w * t->dim; i++) {
		size_t at = place(t, w, i / c / across, i / c % across, i % c);

		out[i] = x[at] * t->scale + t->mu[at % t->dim];
	}
	return out;
}

/* One crop's terms of pixels, and the gradient put back in its place. */
static double
by_pixels(const struct transform *t, const struct loss_weights *w,
	const float *x, const float *y, struct grid g, float *dy)
{
	size_t h = g.h * t->patch, wide = g.w * t->patch, c = t->channels;
	size_t n = h * wide * c;
	double per = sqrt((double)t->dim) / (double)t->scale, sum = 0;
	float *px = pixels(t, x, g.h, g.w), *py = pixels(t, y, g.h, g.w);
	float *d = mem_zfloats(n);
	float *work = mem_floats(pixel_loss_edges_work(h, wide, c));
	struct ssim_loss *s = ssim_loss_open(h, wide, c);

	sum += w->l1 * per * pixel_loss_l1(px, py, n, w->l1 * per, d);
	sum += w->grad * per *
		pixel_loss_edges(px, py, h, wide, c, w->grad * per, work, d);
	sum += w->ssim * ssim_loss_run(s, px, py, w->ssim, d);
	for (size_t i = 0; i < n; i++) {
		size_t at = place(t, g.w, i / c / wide, i / c % wide, i % c);

		dy[at] = d[i] * t->scale;
	}
	for (size_t i = 0; i < n; i++) {
		double e = (double)y[i] - (double)x[i];
		double tokens = (double)(g.h * g.w);

		sum += w->l2 * e * e / tokens;
		dy[i] += (float)(2 * w->l2 * e / tokens);
	}
	ssim_loss_close(s);
	free(work);
	free(px);
	free(py);
	free(d);
	return sum;
}

static void
images_are_judged_by_their_pixels(void **state)
{
	struct rng r = seeded("images_are_judged_by_their_pixels");
	const struct loss_weights weights[] = { { .l1 = 1 }, { .l2 = 0.5 },
		{ .grad = 2 }, { .ssim = 0.3 },
		{ .l1 = 0.1, .l2 = 1, .grad = 0.2, .ssim = 0.3 } };

	(void)state;
	for (size_t trial = 0; trial < 20; trial++) {
		struct transform t = a_transform(
			&r, ITEM_IMAGE, between(&r, 1, 8), between(&r, 1, 4));
		struct loss_weights w = weights[trial % 5];
		struct grid g = { between(&r, 1, 4), between(&r, 1, 5),
			between(&r, 1, 5) };
		size_t n = numbers(&t, g), one = n / g.count;
		float *x = normals(&r, n, 0.3), *y = normals(&r, n, 0.3);
		float *dy = unwritten(n), *want_dy = unwritten(n);
		double want = 0, got = run(&t, w, NULL, x, y, g, dy);

		for (size_t i = 0; i < n; i += one)
			want += by_pixels(&t, &w, x + i, y + i, g, want_dy + i);
		near(got, want / (double)g.count, 1e-6 * want);
		for (size_t i = 0; i < n; i++)
			near((double)dy[i] * (double)g.count,
				(double)want_dy[i], 1e-5);
		near(run(&t, w, NULL, x, y, g, NULL), got, 0);
		transform_free(&t);
		free(x);
		free(y);
		free(dy);
		free(want_dy);
	}
}

/* The frames of a sound as vectors [frames, hop], as training has them. */
static float *
vectors_of(const struct transform *t, const float *sound, size_t frames)
{
	size_t hop = t->patch;
	float *lapped = mem_floats((frames + 2) * hop);
	float *x = mem_floats(frames * hop);
	struct frames f;
	struct lapper l;
	size_t n;

	frames_init(&f, hop);
	lapper_init(&l, &f);
	n = lapper_push(&l, sound, 1, frames * hop, lapped, hop);
	n += lapper_flush(&l, lapped + n * hop, hop);
	assert_int_equal(n, frames);
	frames_transform(&f, lapped, frames, x);
	transform_normalize(t, x, frames);
	lapper_free(&l);
	frames_free(&f);
	free(lapped);
	return x;
}

static double
power(const struct transform *t)
{
	double sum = (double)t->scale * (double)t->scale;

	for (size_t i = 0; i < t->dim; i++)
		sum += (double)t->mu[i] * (double)t->mu[i];
	return sum / (double)t->dim;
}

/* Terms of the samples that a crop knows; d [n] += the gradient. */
static double
by_samples(const struct transform *t, const struct loss_weights *w,
	const float *x, const float *y, size_t n, float *d)
{
	double per = sqrt((double)t->dim) / (double)t->scale, sum;
	struct sound_loss *s = sound_loss_open((struct sound_loss_opts){
		n, t->sample_rate, power(t), true, true, true });

	per *= w->l1;
	sum = per * pixel_loss_l1(x, y, n, per, d) +
		w->stft * sound_loss_stft(s, x, y, w->stft, d) +
		w->mel * sound_loss_mel(s, x, y, w->mel, d) +
		w->logspec * sound_loss_logspec(s, x, y, w->logspec, d);
	sound_loss_close(s);
	return sum;
}

static void
sounds_are_judged_by_samples_that_crops_know(void **state)
{
	struct rng r = seeded("sounds_are_judged_by_samples_that_crops_know");

	(void)state;
	for (size_t trial = 0; trial < 12; trial++) {
		size_t hop = 2 * between(&r, 4, 12), all = 30;
		struct transform t = a_transform(&r, ITEM_AUDIO, hop, 0);
		struct loss_weights w = {
			.l1 = 0.5, .stft = 1, .mel = 1, .logspec = 0.5
		};
		struct grid g = { 1, between(&r, 2, 20), 1 };
		size_t first = between(&r, 1, all - g.h - 1);
		float *a = normals(&r, all * hop, 0.2);
		float *b = normals(&r, all * hop, 0.2);
		float *x = vectors_of(&t, a, all), *y = vectors_of(&t, b, all);
		size_t from = first * hop + hop / 2;
		double want = by_samples(
			&t, &w, a + from, b + from, (g.h - 1) * hop, NULL);

		near(run(&t, w, NULL, x + first * hop, y + first * hop, g,
			     NULL),
			want, 1e-4 * want);
		transform_free(&t);
		free(a);
		free(b);
		free(x);
		free(y);
	}
}

/* Vectors [frames, hop] decoded as a sound of their own; shifted: with mu. */
static float *
decoded(const struct transform *t, const float *x, size_t frames, bool shifted)
{
	size_t hop = t->patch, n = 0;
	float *v = mem_floats(frames * hop), *lapped = mem_floats(frames * hop);
	struct frames f;
	struct lapper l;

	for (size_t i = 0; i < frames * hop; i++)
		v[i] = x[i] * t->scale + (shifted ? t->mu[i % hop] : 0);
	frames_init(&f, hop);
	lapper_init(&l, &f);
	frames_transform(&f, v, frames, lapped);
	for (size_t i = 0; i < frames; i++)
		if (lapper_pull(&l, lapped + i * hop, v + n * hop, 1))
			n++;
	lapper_drain(&l, v + n * hop, 1);
	lapper_free(&l);
	frames_free(&f);
	free(lapped);
	return v;
}

/* The gradient by vectors, along v, is that by samples along v decoded. */
static void
gradient_goes_back(struct rng *r, const struct transform *t,
	struct loss_weights w, size_t frames)
{
	struct grid g = { 1, frames, 1 };
	size_t n = numbers(t, g), skip = frames > 1 ? t->patch / 2 : 0;
	float *x = normals(r, n, 0.3), *y = normals(r, n, 0.3);
	float *v = normals(r, n, 1), *d = mem_zfloats(n), *dy = unwritten(n);
	float *sx = decoded(t, x, frames, true);
	float *sy = decoded(t, y, frames, true);
	float *sv = decoded(t, v, frames, false);
	double want = 0, got = 0, size = 0;

	run(t, w, NULL, x, y, g, dy);
	by_samples(t, &w, sx + skip, sy + skip, n - 2 * skip, d + skip);
	for (size_t i = 0; i < n; i++) {
		double square = (double)y[i] - (double)x[i];

		want += (double)d[i] * (double)sv[i] +
			2 * w.l2 / (double)frames * square * (double)v[i];
		got += (double)dy[i] * (double)v[i];
		size += (double)dy[i] * (double)dy[i];
	}
	assert_true(size > 0);
	near(got, want, 1e-4 * sqrt(size));
	free(x);
	free(y);
	free(v);
	free(d);
	free(dy);
	free(sx);
	free(sy);
	free(sv);
}

static void
gradients_of_sounds_go_back_to_vectors(void **state)
{
	struct rng r = seeded("gradients_of_sounds_go_back_to_vectors");
	const struct loss_weights weights[] = { { .l1 = 1 }, { .l2 = 0.5 },
		{ .stft = 2 }, { .mel = 0.3 }, { .logspec = 1 } };

	(void)state;
	for (size_t trial = 0; trial < 20; trial++) {
		struct transform t =
			a_transform(&r, ITEM_AUDIO, between(&r, 7, 24), 0);

		gradient_goes_back(&r, &t, weights[trial % 5],
			trial < 5 ? 1 : between(&r, 2, 20));
		transform_free(&t);
	}
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");

	(void)state;
	for (int sound = 0; sound < 2; sound++) {
		struct transform t =
			a_transform(&r, sound ? ITEM_AUDIO : ITEM_IMAGE, 8, 3);
		struct loss_weights w = sound
			? (struct loss_weights){ 1, 1, 0, 0, 1, 1, 1 }
			: (struct loss_weights){ 1, 1, 1, 1, 0, 0, 0 };
		struct grid g = { 7, 5, sound ? 1 : 3 };
		size_t n = numbers(&t, g);
		float *x = normals(&r, n, 0.3), *y = normals(&r, n, 0.3);
		float *want = unwritten(n), *dy = unwritten(n);
		double first = run(&t, w, NULL, x, y, g, want);

		for (size_t threads = 1; threads <= 3; threads++) {
			struct pool *pool = pool_open(threads);

			near(run(&t, w, pool, x, y, g, dy), first, 0);
			same_bits(dy, want, n);
			pool_close(pool);
		}
		transform_free(&t);
		free(x);
		free(y);
		free(want);
		free(dy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_are_judged_by_their_pixels),
		cmocka_unit_test(sounds_are_judged_by_samples_that_crops_know),
		cmocka_unit_test(gradients_of_sounds_go_back_to_vectors),
		cmocka_unit_test(any_pool_gives_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
