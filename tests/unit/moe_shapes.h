/*
 * moe_shapes.h - models of routed experts: every kind of router, before and
 * after its codebook or frozen router is there, with every input and head.
 */
#ifndef MOE_SHAPES_H
#define MOE_SHAPES_H

#include "moe_tiny.h"

#define LIN MOE_LINEAR
#define EMB MOE_EMBEDDING
#define CLS MOE_CLASSES
#define REAL MOE_REAL
#define RELU ACT_RELU
#define GELU ACT_GELU

static const struct shape shapes[] = {
	{ MOE_SOFTMAX, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_SOFTMAX, LIN, REAL, 1, 2, GELU, false, 0, 0, NULL },
	{ MOE_SOFTMAX, EMB, CLS, 2, 1, GELU, false, 0, 0, NULL },
	{ MOE_SOFTMAX, EMB, CLS, 2, 2, RELU, false, 0, 0.8, NULL },
	{ MOE_SOFTMAX, LIN, REAL, 2, 3, RELU, false, 0, 0.5, NULL },
	{ MOE_SOFTMAX, LIN, CLS, 1, 5, RELU, false, 0, 0, NULL },
	{ MOE_SOFTMAX, MOE_NONE, MOE_BARE, 1, 2, RELU, false, 0, 0, NULL },
	{ MOE_COSINE, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_COSINE, LIN, REAL, 2, 2, GELU, false, 0, 0.9, NULL },
	{ MOE_BIASED, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_BIASED, EMB, CLS, 2, 2, GELU, false, 0, 0, NULL },
	{ MOE_BIASED, LIN, CLS, 1, 3, RELU, false, 0, 0.7, NULL },
	{ MOE_STABLE, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_STABLE, LIN, CLS, 2, 1, RELU, true, 0, 0, NULL },
	{ MOE_STABLE, EMB, CLS, 1, 2, GELU, true, 0, 0.8, NULL },
	{ MOE_HASH, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_HASH, EMB, CLS, 2, 2, GELU, false, 0, 0.8, NULL },
	{ MOE_RANDOM, LIN, CLS, 2, 1, RELU, true, 0, 0, NULL },
	{ MOE_RANDOM, EMB, CLS, 1, 2, GELU, true, 0, 0, NULL },
	{ MOE_KMEANS, LIN, REAL, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_KMEANS, LIN, CLS, 2, 2, GELU, true, 0, 0, NULL },
	{ MOE_KMEANS, MOE_NONE, MOE_BARE, 1, 1, RELU, true, 0, 0, NULL },
	{ MOE_VQMOE, LIN, CLS, 1, 1, RELU, false, 0.05, 0, NULL },
	{ MOE_VQMOE, LIN, CLS, 1, 1, RELU, true, 0.05, 0, NULL },
	{ MOE_VQMOE, LIN, CLS, 1, 1, RELU, true, 0, 0, NULL },
	{ MOE_VQMOE, LIN, REAL, 2, 2, GELU, true, 1, 0, NULL },
	{ MOE_VQMOE, EMB, CLS, 2, 1, RELU, true, 1, 0.8, NULL },
	{ MOE_VQMOE, EMB, CLS, 2, 2, GELU, true, 0.05, 0.9, NULL },
	{ MOE_VQMOE, LIN, CLS, 1, 2, RELU, true, 1, 0, &learner_vq },
	{ MOE_VQMOE, LIN, CLS, 1, 1, RELU, true, 1, 0, &learner_ema },
	{ MOE_VQMOE, LIN, CLS, 1, 1, RELU, true, 1, 0, &learner_kmeans },
	{ MOE_VQMOE, MOE_NONE, MOE_BARE, 1, 2, GELU, true, 0.3, 0, NULL },
	{ MOE_VQ, LIN, CLS, 1, 1, RELU, false, 0, 0, NULL },
	{ MOE_VQ, LIN, CLS, 1, 1, RELU, true, 0.05, 0, NULL },
	{ MOE_VQ, EMB, CLS, 2, 2, GELU, true, 1, 0.8, NULL },
	{ MOE_VQ, MOE_NONE, MOE_BARE, 1, 1, RELU, true, 1, 0, NULL },
	{ MOE_HYBRID, LIN, CLS, 1, 1, RELU, false, 1, 0, NULL },
	{ MOE_HYBRID, LIN, CLS, 1, 1, RELU, true, 1, 0, NULL },
	{ MOE_HYBRID, EMB, CLS, 2, 1, GELU, true, 0.05, 0.8, NULL },
};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

#endif
