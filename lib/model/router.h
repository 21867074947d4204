/*
 * router.h - which experts get a token, and with what weight.
 *
 * Shapes: x is [n, d] tokens; experts and gates are [n, t], best first.  With
 * the gate matrix R [E, d] and its bias b [E], s = R x + b:
 *
 *     softmax  the t largest s_j;  p = softmax(s)
 *     cosine   the same of s_j = cos(R_j, x) / temperature     (X-MoE)
 *     biased   the t largest p_j + c_j;  p = sigmoid(s) or softmax(s), c a
 *              bias for the choice alone                  (DeepSeek-V3)
 *     random   softmax of a seeded R
 *     vq       the expert of the nearest code (router_book.h); t = 1
 *     hybrid   vq for codes with an expert, softmax for the others; t = 1
 *     hash     t experts by a hash of the row's bits
 *
 * Gates are p_j over the sum of the t chosen where they are renormalised, else
 * p_j; 1 by a code of hybrid.  The frozen controls hash and vq have equal gates 1 / t.  Ties go to
 * the lowest index.  All of it has the same bits on every machine and for any
 * split of the rows: products by panel.h, e^x by exp.h.
 */
#ifndef MODEL_ROUTER_H
#define MODEL_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/panel.h"
#include "model/router_book.h"

#define ROUTER_EXPERTS_MAX ((size_t)65534)
#define ROUTER_DROPPED 65535 /* in place of an expert: no room there */
#define ROUTER_KINDS "softmax|cosine|biased|vq|hash|random"

enum router_kind {
	ROUTER_SOFTMAX,
	ROUTER_COSINE,
	ROUTER_BIASED,
	ROUTER_VQ,
	ROUTER_HASH,
	ROUTER_RANDOM,
	ROUTER_HYBRID /* not by name: by rules */
};

struct router {
	enum router_kind kind;
	size_t experts, top;
	size_t d; /* numbers in a token; 0: any */
	bool renorm, sigmoid;
	double temperature;
	struct panel gate;       /* [E, d], its start is the bias */
	float *choice;           /* [E] for biased */
	struct router_book book; /* vq; hybrid: map = E for the gate */
	char fingerprint[17];    /* 16 hex digits: a hash of what it is of */
	size_t layer;            /* that it was taken from, if there is one */
	bool layered;
};

const char *router_name(enum router_kind k);

/* -1 if name is none of ROUTER_KINDS. */
int router_find(const char *name);

/* All-zero is empty. */
void router_free(struct router *r);

/* The gate from w [experts, d] (copied) and bias [experts] or NULL; rows of
 * unit length for cosine.  kind, experts, d are set. */
void router_set_gate(struct router *r, const float *w, const float *bias);

/* The gate of a random router for rows of d numbers: normal, of variance
 * 1 / d, from the seed alone. */
void router_randomize(struct router *r, size_t d, uint64_t seed);

/* Where routes go; codes and margin only with a codebook, else NULL. */
struct router_out {
	uint16_t *experts; /* [n, t] */
	float *gates;      /* [n, t] */
	uint32_t *codes;   /* [n] */
	float *margin;     /* [n] */
};

/* Scratch floats for router_rows. */
size_t router_work(const struct router *r);

/*
 * In the calling thread: n, or the number of the first row whose scores are
 * beyond float.  latents: x comes out of the codebook's own model, so its
 * transform has been done.
 */
size_t router_rows(const struct router *r, const float *x, size_t n,
	bool latents, const struct router_out *out, float *work);

#endif
