#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/patch.h"
#include "model/field_loss.h"
#include "model/frames.h"
#include "nn/pixel_loss.h"
#include "nn/sound_loss.h"
#include "nn/ssim_loss.h"
#include "util/mem.h"

/* What a thread works with; crops are [n] numbers. */
struct bench {
	float *token;     /* [n] */
	float *x, *y, *d; /* [n]: pixels or samples; gradient by y */
	float *edges;     /* pixel_loss_edges's, or NULL */
	struct ssim_loss *ssim;
	struct sound_loss *sound;
};

struct field_loss {
	const struct transform *t;
	struct loss_weights w;
	double deviation; /* of a pixel or sample */
	struct frames frames;
	size_t h, w_tokens; /* that the benches are for */
	struct bench *bench;
	size_t benches;
};

struct task {
	struct field_loss *f;
	struct grid g;
	const float *x, *y;
	float *dy;
	double *loss; /* [count] */
};

static bool
of_signal(const struct loss_weights *w)
{
	return w->l1 > 0 || w->grad > 0 || w->ssim > 0 || w->stft > 0 ||
		w->mel > 0 || w->logspec > 0;
}

struct field_loss *
field_loss_open(const struct transform *t, const struct loss_weights *w)
{
	struct field_loss *f = mem_zalloc(1, sizeof(*f));

	assert(t->kind != ITEM_ROWS || !of_signal(w));
	*f = (struct field_loss){ .t = t,
		.w = *w,
		.deviation = (double)t->scale / sqrt((double)t->dim) };
	if (loss_weights_plain(w))
		f->w = (struct loss_weights)LOSS_WEIGHTS_INIT;
	if (t->kind == ITEM_AUDIO)
		frames_init(&f->frames, t->patch);
	return f;
}

static void
bench_free(struct bench *b)
{
	free(b->token);
	free(b->x);
	free(b->y);
	free(b->d);
	free(b->edges);
	ssim_loss_close(b->ssim);
	sound_loss_close(b->sound);
}

static void
free_benches(struct field_loss *f)
{
	for (size_t i = 0; i < f->benches; i++)
		bench_free(&f->bench[i]);
	free(f->bench);
	f->bench = NULL;
	f->benches = 0;
}

void
field_loss_close(struct field_loss *f)
{
	if (!f)
		return;
	free_benches(f);
	frames_free(&f->frames);
	free(f);
}

/* Samples at both ends of a crop of h frames that are left out. */
static size_t
margin(const struct transform *t, size_t h)
{
	return h > 1 ? t->patch / 2 : 0;
}

/* E x^2 of the data's samples: frames are orthonormal. */
static double
power_of(const struct transform *t)
{
	double sum = (double)t->scale * (double)t->scale;

	for (size_t i = 0; i < t->dim; i++)
		sum += (double)t->mu[i] * (double)t->mu[i];
	return sum / (double)t->dim;
}

static void
bench_init(struct bench *b, const struct field_loss *f)
{
	const struct transform *t = f->t;
	size_t n = f->h * f->w_tokens * t->dim, p = t->patch;
	size_t h = f->h * p, w = f->w_tokens * p;

	*b = (struct bench){ .token = mem_floats(n),
		.x = mem_floats(n),
		.y = mem_floats(n),
		.d = mem_floats(n) };
	if (f->w.grad > 0)
		b->edges = mem_floats(pixel_loss_edges_work(h, w, t->channels));
	if (f->w.ssim > 0)
		b->ssim = ssim_loss_open(h, w, t->channels);
	if (t->kind == ITEM_AUDIO)
		b->sound = sound_loss_open((struct sound_loss_opts){
			.samples = n - 2 * margin(t, f->h),
			.rate = t->sample_rate,
			.power = power_of(t),
			.stft = f->w.stft > 0,
			.mel = f->w.mel > 0,
			.logspec = f->w.logspec > 0 });
}

/* One for each thread, for crops of this shape. */
static void
prepare(struct field_loss *f, struct grid g, size_t threads)
{
	if (f->h != g.h || f->w_tokens != g.w)
		free_benches(f);
	f->h = g.h;
	f->w_tokens = g.w;
	if (f->benches >= threads)
		return;
	f->bench = mem_grow(f->bench, threads, sizeof(*f->bench));
	while (f->benches < threads)
		bench_init(&f->bench[f->benches++], f);
}

/* Tokens [h, w, dim] to pixels [h p, w p, c]. */
static void
to_pixels(const struct field_loss *f, const float *x, float *token, float *out)
{
	const struct transform *t = f->t;
	size_t row = f->w_tokens * t->dim;

	memcpy(token, x, f->h * row * sizeof(*token));
	transform_restore(t, token, f->h * f->w_tokens);
	for (size_t r = 0; r < f->h; r++)
		patch_scatter(token + r * row, t->patch, f->w_tokens * t->patch,
			t->channels, t->patch, out + r * row);
}

/* Its transpose without the scale; d is kept. */
static void
from_pixels(const struct field_loss *f, const float *d, float *token)
{
	const struct transform *t = f->t;
	size_t row = f->w_tokens * t->dim;

	for (size_t r = 0; r < f->h; r++)
		patch_gather(d + r * row, t->patch, f->w_tokens * t->patch,
			t->channels, t->patch, token + r * row);
}

/* Tokens [h, hop] to samples [h hop]. */
static void
to_samples(const struct field_loss *f, const float *x, float *token, float *out)
{
	const struct transform *t = f->t;

	memcpy(token, x, f->h * t->dim * sizeof(*token));
	transform_restore(t, token, f->h);
	frames_transform(&f->frames, token, f->h, out);
	for (size_t r = 1; r < f->h; r++)
		lap_inverse(&f->frames.lap, out + (r - 1) * t->dim,
			out + r * t->dim);
}

/* Orthonormal: the transpose is the way there.  d is overwritten. */
static void
from_samples(const struct field_loss *f, float *d, float *token)
{
	size_t hop = f->t->dim;

	for (size_t r = 1; r < f->h; r++)
		lap_forward(&f->frames.lap, d + (r - 1) * hop, d + r * hop);
	frames_transform(&f->frames, d, f->h, token);
}

/* b->d += the gradient of what is returned. */
static double
pixel_terms(const struct field_loss *f, struct bench *b, float *d)
{
	size_t h = f->h * f->t->patch, w = f->w_tokens * f->t->patch;
	size_t c = f->t->channels;
	double by = 1 / f->deviation, sum = 0;

	if (f->w.l1 > 0)
		sum += f->w.l1 * by *
			pixel_loss_l1(b->x, b->y, h * w * c, f->w.l1 * by, d);
	if (f->w.grad > 0)
		sum += f->w.grad * by *
			pixel_loss_edges(b->x, b->y, h, w, c, f->w.grad * by,
				b->edges, d);
	if (f->w.ssim > 0)
		sum += f->w.ssim *
			ssim_loss_run(b->ssim, b->x, b->y, f->w.ssim, d);
	return sum;
}

static double
sample_terms(const struct field_loss *f, struct bench *b, float *d)
{
	size_t skip = margin(f->t, f->h), n = f->h * f->t->dim - 2 * skip;
	const float *x = b->x + skip, *y = b->y + skip;
	double by = 1 / f->deviation, sum = 0;

	if (d)
		d += skip;
	if (f->w.l1 > 0)
		sum += f->w.l1 * by * pixel_loss_l1(x, y, n, f->w.l1 * by, d);
	if (f->w.stft > 0)
		sum += f->w.stft *
			sound_loss_stft(b->sound, x, y, f->w.stft, d);
	if (f->w.mel > 0)
		sum += f->w.mel * sound_loss_mel(b->sound, x, y, f->w.mel, d);
	if (f->w.logspec > 0)
		sum += f->w.logspec *
			sound_loss_logspec(b->sound, x, y, f->w.logspec, d);
	return sum;
}

/* What goes by pixels or samples; token: the gradient by vectors, without the
 * scale. */
static double
signal_terms(const struct task *t, struct bench *b, size_t at)
{
	const struct field_loss *f = t->f;
	bool image = f->t->kind == ITEM_IMAGE;
	float *d = t->dy ? b->d : NULL;
	double sum;

	if (d)
		memset(d, 0, f->h * f->w_tokens * f->t->dim * sizeof(*d));
	if (image) {
		to_pixels(f, t->x + at, b->token, b->x);
		to_pixels(f, t->y + at, b->token, b->y);
		sum = pixel_terms(f, b, d);
		if (d)
			from_pixels(f, d, b->token);
		return sum;
	}
	to_samples(f, t->x + at, b->token, b->x);
	to_samples(f, t->y + at, b->token, b->y);
	sum = sample_terms(f, b, d);
	if (d)
		from_samples(f, d, b->token);
	return sum;
}

/* |y - x|^2, the mean over the crop's tokens; dy of the mean over all. */
static double
square_term(const struct task *t, size_t at, size_t n)
{
	double tokens = (double)(t->g.h * t->g.w), sum = 0;
	float by = (float)(2 * t->f->w.l2 / tokens / (double)t->g.count);

	for (size_t i = at; i < at + n; i++) {
		float e = t->y[i] - t->x[i];

		sum += (double)e * (double)e;
		if (t->dy)
			t->dy[i] = by * e;
	}
	return t->f->w.l2 * sum / tokens;
}

static void
crop(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct field_loss *f = t->f;
	struct bench *b = &f->bench[worker];
	size_t n = t->g.h * t->g.w * f->t->dim, at = chunk * n;
	float by = f->t->scale / (float)t->g.count;

	t->loss[chunk] = square_term(t, at, n);
	if (!of_signal(&f->w))
		return;
	t->loss[chunk] += signal_terms(t, b, at);
	for (size_t i = 0; t->dy && i < n; i++)
		t->dy[at + i] += by * b->token[i];
}

double
field_loss_run(struct field_loss *f, struct pool *pool, const float *x,
	const float *y, struct grid g, float *dy)
{
	struct task t = { .f = f, .g = g, .x = x, .y = y, .dy = dy };
	double sum = 0;

	assert(g.count && g.h && g.w);
	assert(f->t->kind != ITEM_AUDIO || g.w == 1);
	prepare(f, g, pool_threads(pool));
	t.loss = mem_alloc(g.count, sizeof(*t.loss));
	pool_run(pool, g.count, crop, &t);
	for (size_t i = 0; i < g.count; i++)
		sum += t.loss[i];
	free(t.loss);
	return sum / (double)g.count;
}
