/*
 * agreement.h - whether two routings of the same tokens are the same.
 *
 * A token's experts are a set: order does not matter, an expert that stands
 * there twice counts once, and dropped assignments (LOAD_DROPPED) are no
 * members.  The first experts of the tokens are held against each other in a
 * table too: flows, and the adjusted indices of contingency.h; tokens whose
 * first assignment was dropped on either side are not in it.
 */
#ifndef STATS_AGREEMENT_H
#define STATS_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/joint.h"

/* How two sets lie to each other: their sizes and what they share. */
struct agreement_sets {
	size_t a, b, shared;
};
struct agreement_sets agreement_sets(
	const uint16_t *a, size_t a_cols, const uint16_t *b, size_t b_cols);

static inline bool
agreement_same(struct agreement_sets s)
{
	return s.shared == s.a && s.shared == s.b;
}

/* All-zero is empty. */
struct agreement {
	uint64_t tokens, changed;
	double saturation;  /* sum over tokens */
	double smaller;     /* sum of min(|A|, |B|) */
	struct joint first; /* pairs (a, b) of first experts */
};

void agreement_free(struct agreement *g);

/* One token: its sets, and the first expert of each.  True: they differ. */
bool agreement_token(struct agreement *g, struct agreement_sets s,
	uint16_t a_first, uint16_t b_first);

/* Share of tokens whose set differs; NaN without tokens. */
double agreement_fluctuation(const struct agreement *g);

/*
 * Mean of |A & B| / max(|A|, |B|), 1 for two empty sets: drops and doubled
 * experts make sets smaller than t, and a routing against itself is 1 with
 * them too.  Chance is what independent uniform choices among `experts` would
 * give: the mean of min(|A|, |B|) / E, t / E where all sets have t.  NaN
 * without tokens.
 */
double agreement_saturation(const struct agreement *g);
double agreement_chance(const struct agreement *g, size_t experts);

#endif
