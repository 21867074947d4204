/*
 * model_figures.h - what is said of a model by itself: without data.
 */
#ifndef REPORT_MODEL_FIGURES_H
#define REPORT_MODEL_FIGURES_H

#include <jansson.h>

#include "model/model.h"
#include "tensor/record.h"
#include "util/pool.h"

/*
 * Of a tokenizer, or a codebook from elsewhere (foreign.h), and the record that
 * it came from: item, model (its fingerprint), type, net, media, dim, d, stages, groups,
 * of images bits_per_pixel and held_psnr_db, of sounds bits_per_second (a
 * channel) and held_snr_db, which its training measured on data held back;
 * and tables, an object each with stage, group, variant (where there are
 * several) and what book_figures.h says, with projection_rank of W where the
 * codes are C W^T.  NULL: it cannot be used.
 */
json_t *model_figures(const struct model *m, const struct record *r,
	const char *item, struct pool *pool);

#endif
