/*
 * model.h - a tokenizer: transform, net, quantizer; one safetensors file.
 *
 * Metadata: format, kind = model, type (quantizer), net, media, patch or hop,
 * channels, sample_rate, dim, d, codes (k of each column), stages, groups,
 * seed and training figures.  Tensors: transform.mu, transform.scale,
 * encoder.weight, decoder.weight, encoder.conv.* and decoder.conv.* with net
 * conv (net_conv.h), quantize.* (DESIGN section 3); where
 * quantize.<s>.codebook is there it is the table as searched, and
 * embedding.weight, embedding_proj.* are what it was made from.
 *
 * With vq-train --context also context.* (map_file.h): which codes are likely
 * beside which.
 *
 * A foreign file with a codebook (quantize.embedding.weight, with or without
 * embedding_proj, `codebook`, or one [k, d] matrix; safetensors or npy) is a
 * model of rows without a net.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/net.h"
#include "model/transform.h"
#include "quant/code_map.h"
#include "quant/quantizer.h"
#include "tensor/record.h"
#include "util/err.h"

struct model {
	struct transform transform;
	struct net net;
	struct quantizer quantizer;
	struct code_map *map; /* [columns]; NULL: none (map_file.h) */
	struct meta meta;
	char fingerprint[17]; /* 16 hex digits: a hash of the tensors */
};

/* path is a model of ours or a foreign file; the message names the key. */
int model_load(struct model *m, const char *path, struct err *e);
void model_free(struct model *m);

/* The model that r describes; r stays the caller's. */
int model_from_record(struct model *m, const struct record *r, struct err *e);

/* Prefix of the tensors of a column: "quantize." or "quantize.3.". */
#define MODEL_PREFIX_MAX 40
void model_prefix(char *to, size_t column, size_t columns);

/* The hash of r's tensors (names, types, shapes, data): 64-bit FNV-1a. */
void model_fingerprint(const struct record *r, char hex[17]);

#endif
