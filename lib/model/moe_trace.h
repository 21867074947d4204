/*
 * moe_trace.h - where a probe's rows go at the checkpoints of a training.
 *
 * A trace is a stream of routes (route.h, vq-stream(5)): at each step, for
 * each item of the probe, one item a layer with experts [n, s], gates [n, s],
 * of a codebook codes [n] and margin [n], and the class y [n] where the rows
 * have one.  Metadata: those of routes, and step, layer, discrete (columns by
 * code behind those of the gate), frozen (1: the frozen router is there), valid_loss, expert_similarity, expert_rank,
 * code_rank (moe_probe.h, of up to 256 rows of the probe), where known.
 */
#ifndef MODEL_MOE_TRACE_H
#define MODEL_MOE_TRACE_H

#include "model/moe.h"
#include "model/moe_data.h"

struct moe_trace;

/* keep and force as for output_append.  The probe is borrowed until the
 * close.  The message names the path. */
struct moe_trace *moe_trace_open(const char *path, uint64_t keep, bool force,
	const struct moe_data *probe, struct err *e);

/* The routes now, written out at once.  Packs margins of m.  The first failure
 * is kept for the close, and nothing more is written. */
void moe_trace_put(
	struct moe_trace *t, struct moe *m, size_t step, double valid_loss);

/* Bytes of the file so far, those kept too. */
uint64_t moe_trace_length(const struct moe_trace *t);

/* -1 if anything could not be written.  Frees t; NULL is allowed. */
int moe_trace_close(struct moe_trace *t, struct err *e);

/*
 * The steps of a grid: 0, 1, ... each at least `ratio` times the one before
 * and one more.  The first that is `from` or above.
 */
size_t moe_trace_next(double ratio, size_t from);

#endif
