#include <math.h>
#include <stdlib.h>

#include "media/convert.h"
#include "report/compare.h"
#include "report/figures.h"
#include "stats/spectral.h"
#include "stats/ssim.h"
#include "util/mem.h"

#define BLOCK ((size_t)1 << 16) /* floats read at a time, or one row */

/* What is needed while two signals pass by. */
struct pair {
	struct signal *got, *ref;
	size_t block;    /* rows at a time */
	size_t channels; /* both are brought to */
	float *a, *b;    /* got, ref as read */
	float *ca, *cb;  /* images: as compared */
	float *la, *lb;  /* images: luma */
	struct ssim *ssim;
	struct spectral *spectral;
	struct compare_result *r;
};

static int
same_shape(const struct signal *got, const struct signal *ref, struct err *e)
{
	const char *word = signal_word(ref->kind);

	if (got->kind != ref->kind)
		return err_set(e, "%s, but the reference is %s",
			signal_word(got->kind), word);
	if (got->kind == SIGNAL_IMAGE) {
		if (got->width != ref->width || got->rows != ref->rows)
			return err_set(e,
				"%zux%zu pixels, but the reference "
				"has %zux%zu",
				got->width, got->rows, ref->width, ref->rows);
		return 0;
	}
	if (got->channels != ref->channels)
		return err_set(e, "%s of %zu %s, but the reference has %zu",
			word, got->channels,
			got->kind == SIGNAL_AUDIO ? "channels" : "columns",
			ref->channels);
	if (got->rate && ref->rate && got->rate != ref->rate)
		return err_set(e, "%zu Hz, but the reference has %zu",
			got->rate, ref->rate);
	return 0;
}

static int
same_length(const struct signal *got, size_t rows_got, size_t rows_ref,
	struct err *e)
{
	const char *unit = got->kind == SIGNAL_AUDIO ? "samples" : "rows";

	if (rows_got == rows_ref)
		return 0;
	return err_set(e, "%zu %s, but the reference has %zu", rows_got, unit,
		rows_ref);
}

/* The one that is known, if any. */
static size_t
known_rows(const struct pair *p)
{
	return p->ref->rows != SIGNAL_ROWS_UNKNOWN ? p->ref->rows
						   : p->got->rows;
}

/* Colour if one has it, alpha if both have. */
static size_t
common_channels(const struct signal *a, const struct signal *b)
{
	size_t colours = a->channels > 2 || b->channels > 2 ? 3 : 1;
	size_t alpha = a->channels % 2 == 0 && b->channels % 2 == 0;

	return a->kind == SIGNAL_IMAGE ? colours + alpha : a->channels;
}

static int
pair_image(struct pair *p, size_t width, struct err *e)
{
	size_t rows = known_rows(p);

	if (rows == SIGNAL_ROWS_UNKNOWN)
		return err_set(e, "the height is not known");
	if (rows == 0)
		return 0;
	p->ca = mem_floats(p->block * width * p->channels);
	p->cb = mem_floats(p->block * width * p->channels);
	p->la = mem_floats(p->block * width);
	p->lb = mem_floats(p->block * width);
	p->ssim = ssim_open(width, rows);
	return 0;
}

static int
pair_init(struct pair *p, const struct compare_opts *o, struct err *e)
{
	size_t width = p->ref->width, rate = p->ref->rate;
	size_t a_row = width * p->ref->channels;

	if (p->got->width * p->got->channels > a_row)
		a_row = p->got->width * p->got->channels;
	p->block = BLOCK / (a_row + 1) + 1;
	p->channels = common_channels(p->got, p->ref);
	p->a = mem_floats(p->block * a_row);
	p->b = mem_floats(p->block * a_row);
	if (p->ref->kind == SIGNAL_IMAGE)
		return pair_image(p, width, e);
	if (rate == 0)
		rate = p->got->rate;
	if (p->ref->kind != SIGNAL_AUDIO || rate == 0)
		return 0;
	p->spectral =
		spectral_open((struct spectral_opts){ rate, p->ref->channels,
				      o->low_hz, o->high_hz },
			e);
	return p->spectral ? 0 : -1;
}

static void
pair_free(struct pair *p)
{
	free(p->a);
	free(p->b);
	free(p->ca);
	free(p->cb);
	free(p->la);
	free(p->lb);
	ssim_close(p->ssim);
	spectral_close(p->spectral);
}

static void
image_rows(struct pair *p, size_t n)
{
	size_t w = p->ref->width, pixels = n * w, c = p->channels;

	convert_channels(p->a, p->got->channels, p->ca, c, pixels);
	convert_channels(p->b, p->ref->channels, p->cb, c, pixels);
	distortion_add(&p->r->d, p->cb, p->ca, pixels * c);
	convert_channels(p->ca, c, p->la, 1, pixels);
	convert_channels(p->cb, c, p->lb, 1, pixels);
	for (size_t i = 0; i < n; i++)
		ssim_row(p->ssim, p->lb + i * w, p->la + i * w);
}

static int
pair_rows(struct pair *p, size_t n, struct err *e)
{
	if (p->ref->kind == SIGNAL_IMAGE) {
		image_rows(p, n);
		return 0;
	}
	distortion_add(&p->r->d, p->b, p->a, n * p->channels);
	return p->spectral ? spectral_add(p->spectral, p->b, p->a, n, e) : 0;
}

/* Until both end; a difference in length shows at the end at the latest. */
static int
walk(struct pair *p, struct err *e)
{
	size_t rows_got = 0, rows_ref = 0;

	for (;;) {
		ptrdiff_t n = signal_read(p->got, p->a, p->block, e), m;

		if (n < 0)
			return -1;
		m = signal_read(p->ref, p->b, p->block, e);
		if (m < 0)
			return err_wrap(e, "the reference");
		rows_got += (size_t)n;
		rows_ref += (size_t)m;
		if (n != m)
			return same_length(p->got, rows_got, rows_ref, e);
		if (n == 0)
			return 0;
		if (pair_rows(p, (size_t)n, e) != 0)
			return -1;
	}
}

static int
finish(struct pair *p, struct err *e)
{
	struct spectral_result s;

	if (p->ssim)
		p->r->ssim = ssim_mean(p->ssim);
	if (!p->spectral)
		return 0;
	if (spectral_finish(p->spectral, &s, e) != 0)
		return -1;
	p->r->distance_db = s.distance_db;
	p->r->lag = s.lag;
	return 0;
}

int
compare_signals(struct signal *got, struct signal *ref, struct compare_opts o,
	struct compare_result *r, struct err *e)
{
	struct pair p = { .got = got, .ref = ref, .r = r };
	int status = -1;

	*r = (struct compare_result){
		.kind = ref->kind, .ssim = NAN, .distance_db = NAN
	};
	if (same_shape(got, ref, e) != 0)
		return -1;
	if (got->rows != SIGNAL_ROWS_UNKNOWN &&
		ref->rows != SIGNAL_ROWS_UNKNOWN &&
		same_length(got, got->rows, ref->rows, e) != 0)
		return -1;
	if (pair_init(&p, &o, e) == 0 && walk(&p, e) == 0)
		status = finish(&p, e);
	pair_free(&p);
	return status;
}
