/*
 * vectors.h - what is said of streams of vectors: latents, embeddings.
 */
#ifndef REPORT_VECTORS_H
#define REPORT_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "stats/moments.h"
#include "tensor/stream.h"

/* All-zero is empty, but for what the options say. */
struct vectors {
	bool drop;    /* leave rows with NaN or infinity out, else refuse */
	bool by_item; /* keep an item's own sums */
	struct moments total, item;
	uint64_t dropped, item_dropped;
	char *first_item; /* which set the dimension */
};

void vectors_free(struct vectors *v);

/* A part of an item, as census_part takes it. */
int vectors_part(
	struct vectors *v, const struct part *p, json_t **item, struct err *e);

/* vectors, dim, mean_square (of |x|^2), variance (of |x - mean|^2), dropped */
void vectors_report(json_t *o, const struct vectors *v);

#endif
