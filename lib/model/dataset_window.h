/*
 * dataset_window.h - the buffer of a dataset, which larger data stream through.
 *
 * For dataset.c; and where it is, so that a training can go on from there.
 */
#ifndef MODEL_DATASET_WINDOW_H
#define MODEL_DATASET_WINDOW_H

#include "model/dataset.h"
#include "tensor/record.h"

#define DATASET_SEGMENT_FLOATS ((size_t)1 << 22) /* 16 MiB a segment */
#define DATASET_FEW_ITEMS 4 /* fewer: pieces of items are held back */

/* A pass over the segments; shuffle NULL: in the order given. */
struct corpus_pass *dataset_window_pass(
	struct dataset *s, bool tell, struct rng *shuffle);

/* At the end of the window; seg's memory is taken. */
void dataset_window_add(struct dataset *s, const struct segment *seg);

/* As many vectors as a segment holds or, where they weigh, its share of all by
 * weight: rounded at random, so that small shares are right in the mean. */
size_t dataset_window_stay(struct dataset *s, const struct segment *seg);

/* Segments that have given as many vectors as they stay for leave. */
void dataset_window_move(struct dataset *s);

/* No more at once than the window stays for: with more, the window would skip
 * segments, the same ones in every pass. */
size_t dataset_window_draws(const struct dataset *s);

/* Tensors data.*: the generator, and which segments are in the window.  Back,
 * into a dataset just opened with the same inputs and options: those that have
 * left are read again, in a pass or two. */
void dataset_window_save(const struct dataset *s, struct record *r);
int dataset_window_load(
	struct dataset *s, const struct record *r, struct err *e);

#endif
