#include <math.h>

#include "report/figures.h"
#include "report/quality.h"

void
quality_set(json_t *o, const struct compare_result *r)
{
	figures_text(o, "media", signal_word(r->kind));
	figures_real(o, "mse", distortion_mse(&r->d));
	if (r->kind == SIGNAL_IMAGE) {
		figures_real(o, "psnr_db", distortion_psnr_db(&r->d));
		figures_real(o, "ssim", r->ssim);
		return;
	}
	figures_real(o, "snr_db", distortion_snr_db(&r->d));
	if (r->kind != SIGNAL_AUDIO)
		return;
	figures_real(o, "log_spectral_distance_db", r->distance_db);
	json_object_set_new(o, "lag_samples", json_integer(r->lag));
}

static void
add(struct quality_mean *m, double v)
{
	if (isnan(v))
		return;
	m->sum += v;
	m->n++;
}

void
quality_add(struct quality *q, const struct compare_result *r)
{
	q->items++;
	add(&q->mse, distortion_mse(&r->d));
	if (r->kind == SIGNAL_IMAGE) {
		add(&q->psnr, distortion_psnr_db(&r->d));
		add(&q->ssim, r->ssim);
		distortion_merge(&q->images, &r->d);
		return;
	}
	add(&q->snr, distortion_snr_db(&r->d));
	add(&q->distance, r->distance_db);
}

static void
set_mean(json_t *o, const char *key, const struct quality_mean *m)
{
	if (m->n)
		figures_real(o, key, m->sum / (double)m->n);
}

void
quality_report(json_t *o, const struct quality *q)
{
	figures_count(o, "compared", q->items);
	set_mean(o, "mse", &q->mse);
	set_mean(o, "psnr_db", &q->psnr);
	if (q->images.n)
		figures_real(
			o, "pooled_psnr_db", distortion_psnr_db(&q->images));
	set_mean(o, "ssim", &q->ssim);
	set_mean(o, "snr_db", &q->snr);
	set_mean(o, "log_spectral_distance_db", &q->distance);
}
