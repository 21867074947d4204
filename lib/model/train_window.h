/*
 * train_window.h - figures of the steps since the last report of a training.
 */
#ifndef MODEL_TRAIN_WINDOW_H
#define MODEL_TRAIN_WINDOW_H

#include "model/step.h"
#include "stats/counts.h"
#include "tensor/record.h"

struct train_window {
	size_t columns;
	size_t steps;              /* that are in the sums */
	double recon, vq, entropy; /* sums of losses */
	struct counts *usage;      /* [columns] */
};

void train_window_init(struct train_window *w, size_t columns);
void train_window_free(struct train_window *w);

/* A step that was done on s->n vectors. */
void train_window_add(
	struct train_window *w, const struct step *s, double recon, double vq);

/* Codes used, summed over columns; *perplexity is the mean over them. */
size_t train_window_used(const struct train_window *w, double *perplexity);

/* Forget the steps. */
void train_window_reset(struct train_window *w);

/* Tensors named window.* (memory as it is on this machine), and back, into a
 * window of as many columns. */
void train_window_save(const struct train_window *w, struct record *r);
int train_window_load(
	struct train_window *w, const struct record *r, struct err *e);

#endif
