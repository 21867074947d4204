/*
 * route_paths.h - the paths that the columns of a route stream belong to.
 */
#ifndef REPORT_ROUTE_PATHS_H
#define REPORT_ROUTE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROUTE_PATHS_MAX 3

struct route_path {
	const char *name; /* all; or continuous, discrete, union */
	size_t col, cols;
	bool joined; /* of several paths: a token's sets differ in size */
};

/*
 * One path `all` where all columns are of a kind, else three: continuous,
 * discrete (the last columns) and their union.  Returns how many.
 */
size_t route_paths(
	size_t cols, size_t discrete, struct route_path path[ROUTE_PATHS_MAX]);

/* first [n]: of each token the expert with the largest gate, of equal ones
 * the first.  expert and gate are [n, cols]. */
void route_paths_first(uint16_t *first, const uint16_t *expert,
	const float *gate, size_t n, size_t cols);

#endif
