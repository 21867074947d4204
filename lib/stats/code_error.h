/*
 * code_error.h - squared errors of the tokens of one column, by their code.
 *
 * Tokens are added in their order, so the sums have the same bits for any
 * split of it.
 */
#ifndef STATS_CODE_ERROR_H
#define STATS_CODE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/* All-zero is empty. */
struct code_error {
	size_t k;
	uint64_t *count; /* [k] */
	double *sum;     /* [k] of squared errors */
	uint64_t tokens;
	double error, power; /* of all tokens; power: of what was coded */
};

void code_error_init(struct code_error *c, size_t k);
void code_error_free(struct code_error *c);

/* A token: its code < k, |x - y|^2, and |x|^2 of what it stands for. */
void code_error_add(
	struct code_error *c, uint32_t code, double error, double power);

/* error / tokens, and error / power (0: nothing is lost); NaN without any. */
double code_error_mean(const struct code_error *c);
double code_error_share(const struct code_error *c);

/* The codes with the largest sums, most first, of equal ones the lower; none
 * whose sum is 0.  Gives how many there are, at most n. */
size_t code_error_worst(const struct code_error *c, uint32_t *code, size_t n);

#endif
