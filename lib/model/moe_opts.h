/*
 * moe_opts.h - what a mixture-of-experts model is, and how it learns.
 *
 *     h = input(row);  for each layer: h += MoE(LN(h));  out = head(LN(h))
 *
 * input: a linear map of the row (mean taken off, divided by one scale), the
 * sum of an embedding a position of `context` rows of tokens, or nothing (the
 * row is h; then there is one layer, no norm, no residual and no head: the
 * MoE's output is the model's).
 */
#ifndef MODEL_MOE_OPTS_H
#define MODEL_MOE_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/act.h"
#include "quant/learner.h"

enum moe_input { MOE_LINEAR, MOE_EMBEDDING, MOE_NONE };
enum moe_head { MOE_CLASSES, MOE_REAL, MOE_BARE };

/*
 *     vqmoe    both paths and the gate       vq       discrete path alone
 *     softmax  top-t (Switch, GShard)        cosine   X-MoE
 *     stable   learn, distil, freeze         biased   loss-free balance
 *     hash, random, kmeans                   frozen controls
 *     hybrid   some codes by vq, the rest by the softmax gate; t = 1
 */
enum moe_kind {
	MOE_VQMOE,
	MOE_VQ,
	MOE_SOFTMAX,
	MOE_COSINE,
	MOE_STABLE,
	MOE_BIASED,
	MOE_HASH,
	MOE_RANDOM,
	MOE_KMEANS,
	MOE_HYBRID
};
#define MOE_KINDS \
	"vqmoe|vq|softmax|cosine|stable|biased|hash|random|kmeans|hybrid"

enum moe_map { MOE_GROUPED, MOE_MODULO, MOE_DISTIL, MOE_MAP_FILE };

struct moe_opts {
	enum moe_input input;
	size_t columns;        /* numbers, or tokens, in a row */
	size_t vocab, context; /* of tokens; else 0 and 1 */
	enum moe_head head;
	size_t outputs; /* classes, or numbers in a target */

	enum moe_kind kind;
	size_t layers, width, experts, hidden, top, codes;
	enum act act;

	enum moe_map map;
	const char *map_path;            /* MOE_MAP_FILE: code_to_expert */
	const char *rules;               /* hybrid: router_rules.h */
	const struct learner_type *type; /* of the codebook */
	bool freeze_codes;               /* it does not learn once it is made */
	bool fixed_experts;              /* nor do the experts */
	bool fixed_router;               /* nor the continuous router */
	bool weights_only;               /* for routing: no gradients held */
	double contrib;                  /* c of x~ = x + c sg(q - x) */
	double capacity;                 /* 0: nothing is dropped */

	double vq_weight, beta, balance, z_loss;
	double code_entropy;      /* moe_usage.h; 0: off */
	double rate, router_rate; /* of all; of routers alone, times rate */
	size_t steps, batch;
	uint64_t seed;
};

/* DESIGN section 7, and the defaults of moe-train(1); the shape is zero. */
void moe_opts_init(struct moe_opts *o);

/* -1 if the name is none of MOE_KINDS. */
int moe_opts_kind(const char *name);
const char *moe_opts_kind_name(enum moe_kind k);

/* Those with a name, as words of a row (util/opt.h); anything else is a file.
 */
#define MOE_MAPS "grouped|modulo|distil"
enum moe_map moe_opts_map(const char *name);

/* A name of the value as it stands in a model's metadata. */
const char *moe_opts_input_name(enum moe_input i);
const char *moe_opts_head_name(enum moe_head h);
const char *moe_opts_map_name(enum moe_map m);

/* True if this kind ever routes by a codebook. */
bool moe_opts_has_book(enum moe_kind k);

/* True if it chooses by a frozen copy of the input map. */
bool moe_opts_is_frozen(enum moe_kind k);

/* The step before which codebooks, maps and frozen routers are made: 5 % of
 * the steps, 10 % for stable. */
size_t moe_opts_book_step(const struct moe_opts *o);

#endif
