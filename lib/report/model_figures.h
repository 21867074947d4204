/*
 * model_figures.h - what is said of a model by itself: without data.
 */
#ifndef REPORT_MODEL_FIGURES_H
#define REPORT_MODEL_FIGURES_H

#include <jansson.h>

#include "util/err.h"
#include "util/input.h"
#include "util/pool.h"

/*
 * Of a tokenizer, or a codebook from elsewhere (foreign.h), in what is left of
 * in: item, model (its fingerprint), type, net, media, dim, d, stages, groups,
 * of images bits_per_pixel and held_psnr_db, of sounds bits_per_second (a
 * channel) and held_snr_db, which its training measured on data held back;
 * and tables, an object each with stage, group, variant (where there are
 * several) and what book_figures.h says, with projection_rank of W where the
 * codes are C W^T.  NULL: it cannot be used.
 */
json_t *model_figures(
	struct input *in, const char *item, struct pool *pool, struct err *e);

#endif
