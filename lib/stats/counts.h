/*
 * counts.h - how often each code of one column came.
 *
 * A dense histogram that grows with the largest code seen, and the list of
 * the codes hit at least once, in the order they came: what is computed from
 * it, and emptying it, costs as much as there are used codes, whatever k is.
 */
#ifndef STATS_COUNTS_H
#define STATS_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/* Codes are below this: one stray number may not ask for gigabytes. */
#define COUNTS_CODES_MAX ((size_t)1 << 24)

/* All-zero is empty. */
struct counts {
	uint64_t *n; /* [room], by code */
	size_t room;
	uint32_t *hit; /* [used], codes in the order of their first token */
	size_t used, hit_room;
	uint64_t tokens;
	uint32_t max; /* the largest code; 0 without tokens */
};

void counts_free(struct counts *c);

/* Counters (of 8 bytes) that there will be once `code` was counted. */
size_t counts_room(const struct counts *c, uint32_t code);

/* Forget all tokens, keep the memory.  O(used). */
void counts_reset(struct counts *c);

/* Codes code[0], code[step], ... n of them, each below COUNTS_CODES_MAX. */
void counts_add(struct counts *c, const uint32_t *code, size_t n, size_t step);

/* One code, below COUNTS_CODES_MAX, n times. */
void counts_put(struct counts *c, uint32_t code, uint64_t n);

/* -sum p log2 p over the codes seen (plug-in); NaN without tokens. */
double counts_entropy_bits(const struct counts *c);

#endif
