/*
 * model.h - a tokenizer: transform, net, quantizer; one safetensors file.
 *
 * Metadata: format, kind = model, type (quantizer), net, media, patch or hop,
 * channels, sample_rate, dim, d, codes (k of each column), stages, groups,
 * seed and training figures.  Tensors: transform.mu, transform.scale,
 * encoder.weight, decoder.weight, quantize.* (DESIGN section 3); where
 * quantize.<s>.codebook is there it is the table as searched, and
 * embedding.weight, embedding_proj.* are what it was made from.
 *
 * A foreign file with a codebook (quantize.embedding.weight, with or without
 * embedding_proj, `codebook`, or one [k, d] matrix; safetensors or npy) is a
 * model of rows without a net.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdint.h>

#include "model/net.h"
#include "model/transform.h"
#include "quant/quantizer.h"
#include "tensor/record.h"
#include "util/err.h"

struct model {
	struct transform transform;
	struct net net;
	struct quantizer quantizer;
	struct record record; /* the file: all tensors and metadata */
	char fingerprint[17]; /* 16 hex digits: a hash of the tensors */
};

int model_load(struct model *m, const char *path, struct err *e);
void model_free(struct model *m);

/* The model that r (taken, also on failure) describes. */
int model_from_record(struct model *m, struct record *r, struct err *e);

/* k of each column as a comma list (one number if all are equal). malloc'd */
char *model_codes_text(const struct model *m);

/* Tokens of an item: image grid, frames, rows. */
size_t model_grid_rows(const struct model *m, size_t height);
size_t model_grid_cols(const struct model *m, size_t width);

#endif
