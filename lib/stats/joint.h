/*
 * joint.h - how often each whole token (all its columns together) came.
 *
 * Exact: the tokens themselves are kept and compared, in a hash table, up to
 * joint_bound() different ones.  Beyond that the table is given up (and its
 * memory returned), and there are no joint figures.
 */
#ifndef STATS_JOINT_H
#define STATS_JOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOINT_KEYS ((size_t)1 << 24)
#define JOINT_KEYS_MAX ((size_t)1 << 30)

/* All-zero is empty, once cols is set. */
struct joint {
	size_t cols;
	size_t keys;   /* what may be kept of four columns; 0: JOINT_KEYS */
	uint32_t *key; /* [used, cols], in the order of their first token */
	uint64_t *n;   /* [used] */
	size_t used, room;
	uint32_t *slot; /* [slots]: index of a key + 1, or 0 */
	size_t slots;   /* a power of two */
	uint64_t tokens;
	bool full;
};

/* JOINT_KEYS different tokens; fewer above four columns, so that the keys take
 * at most 256 MiB. */
size_t joint_limit(size_t cols);

/* The same with j->keys in the place of JOINT_KEYS; at least one. */
size_t joint_bound(const struct joint *j);

void joint_free(struct joint *j);

/* Forget all tokens. */
void joint_reset(struct joint *j);

/* row is [n, cols]. */
void joint_add(struct joint *j, const uint32_t *row, size_t n);

/* The token key [cols], n times. */
void joint_put(struct joint *j, const uint32_t *key, uint64_t n);

/* As if there were too many different ones. */
void joint_give_up(struct joint *j);

/* -sum p log2 p (plug-in); NaN without tokens or when full. */
double joint_entropy_bits(const struct joint *j);

#endif
