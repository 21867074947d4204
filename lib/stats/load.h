/*
 * load.h - how many tokens each expert of a router gets.
 *
 * An assignment is one column of one token: top-t routing makes n t of them,
 * second choices count like first ones.  LOAD_DROPPED stands for one that no
 * expert took; it is never expert 0.  Figures as DESIGN section 7 names them.
 */
#ifndef STATS_LOAD_H
#define STATS_LOAD_H

#include <stddef.h>
#include <stdint.h>

#define LOAD_DROPPED UINT16_MAX
#define LOAD_EXPERTS_MAX ((size_t)LOAD_DROPPED)

/* All-zero is empty. */
struct load {
	uint64_t *n; /* [room], by expert */
	size_t room;
	size_t seen; /* the largest expert + 1 */
	uint64_t tokens, assigned, dropped;
	uint64_t gated; /* assignments whose gate is known ... */
	double gates;   /* ... and the sum of those */
};

void load_free(struct load *l);

/* Forget all tokens, keep the memory. */
void load_reset(struct load *l);

/*
 * n tokens: expert [n, stride], of which the first `cols` columns count; gate
 * the same, or NULL.
 */
void load_add(struct load *l, const uint16_t *expert, const float *gate,
	size_t n, size_t cols, size_t stride);

/* Assignments of expert e; 0 beyond those seen. */
uint64_t load_of(const struct load *l, size_t e);

/* NaN: cannot be said (no assignment, one expert, no gates). */
struct load_figures {
	double cv;            /* sd / mean of expert load */
	double max_violation; /* (max - mean) / mean */
	double entropy;       /* H(load) / log E */
	double drop_rate;     /* dropped / all assignments */
	double mean_gate;     /* of assignments that were not dropped */
	size_t dead;          /* experts that got nothing */
};

/* experts: E, at least l->seen. */
struct load_figures load_describe(const struct load *l, size_t experts);

#endif
