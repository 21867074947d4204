/*
 * moe_data.h - which rows are examples, which of them are held back, and
 * batches of them as the network takes them.
 *
 * An example is a row with its target; or, where the next token is to be
 * predicted, a row with the one behind it.  Its input has the row's tokens and
 * those of the rows before, newest first, as far as the context reaches; it
 * reaches over no border of a span, and neither does the next token, so that
 * nothing held back is seen in training.
 *
 * Held back: every tenth item, beginning with the fourth; with fewer than four
 * items every tenth of about twenty pieces of each.
 */
#ifndef MODEL_MOE_DATA_H
#define MODEL_MOE_DATA_H

#include "model/moe_rows.h"
#include "util/rng.h"

/* What an example is made of. */
struct moe_data_form {
	bool next;      /* the target is the next row's token */
	size_t context; /* rows whose tokens are the input; 1 for floats */
};

/* Examples among rows that are borrowed. */
struct moe_data {
	const struct moe_rows *rows;
	struct moe_data_form form;
	struct moe_data_span {
		size_t first, rows;
	} * span;
	size_t *edge; /* [spans]: examples in span[0..i] */
	size_t spans, count;
};

/* All rows, an item a span. */
void moe_data_all(struct moe_data *d, const struct moe_rows *r,
	struct moe_data_form form);

/* The same in two parts, as above. */
void moe_data_split(struct moe_data *train, struct moe_data *held,
	const struct moe_rows *r, struct moe_data_form form);
void moe_data_free(struct moe_data *d);

/*
 * Examples side by side: x [n, columns] or token [n, context * columns]; class
 * [n] or real [n, outputs], as the rows have them.  NULL: not there.
 */
struct moe_data_batch {
	size_t n, room;
	float *x;
	uint32_t *token;
	uint32_t *class;
	float *real;
};

/* The examples at[0..n) (below count), into b, all-zero before the first. */
void moe_data_gather(const struct moe_data *d, const size_t *at, size_t n,
	struct moe_data_batch *b);

/* n examples, each any of all with equal chance. */
void moe_data_draw(const struct moe_data *d, struct rng *rng, size_t n,
	struct moe_data_batch *b);

/* At most n examples at equal distances, in order; how many: b->n. */
void moe_data_spread(
	const struct moe_data *d, size_t n, struct moe_data_batch *b);
void moe_data_batch_free(struct moe_data_batch *b);

/*
 * The mean of each column over the rows of all spans, and scale^2 =
 * E |x - mean|^2 (1 where that is 0, or there are no rows).
 */
struct moe_data_scale {
	float *mean; /* [columns] or [outputs]; NULL: there are no such */
	double scale;
};
struct moe_data_scale moe_data_scale_x(const struct moe_data *d);
struct moe_data_scale moe_data_scale_real(const struct moe_data *d);

/* A checksum of all rows and targets of the spans. */
uint32_t moe_data_crc(const struct moe_data *d);

#endif
