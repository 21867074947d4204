/*
 * num.h - numbers as people type them, read strictly in the C locale.
 *
 * The whole text must be the number: no blanks, no sign for sizes, no
 * trailing letters but one suffix: k, M, G mean 1,024, 1,024^2, 1,024^3 with
 * NUM_BINARY (code counts, byte sizes) and 10^3, 10^6, 10^9 with NUM_DECIMAL.
 * All return 0, or -1 with nothing stored.
 */
#ifndef UTIL_NUM_H
#define UTIL_NUM_H

#include <stddef.h>

enum num_unit { NUM_DECIMAL, NUM_BINARY };

int num_size(const char *text, enum num_unit unit, size_t *out);

/* A finite real number ("1e-3", "-0.5"). */
int num_real(const char *text, double *out);

/* A duration above 0 as a real number with a unit: "90s", "30m", "1.5h", "2d";
 * in seconds. */
int num_duration(const char *text, double *seconds);

#endif
