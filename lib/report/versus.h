/*
 * versus.h - the routes of a layer held against others of the same tokens: of
 * an older checkpoint, of another seed, of a router in shadow.
 */
#ifndef REPORT_VERSUS_H
#define REPORT_VERSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "report/route_paths.h"
#include "stats/agreement.h"
#include "stats/load.h"

/* Columns of experts, and of all columns together the expert with the largest
 * gate (NULL: gates are not known). */
struct versus_side {
	const uint16_t *expert; /* [n, cols] */
	const uint16_t *first;  /* [n] */
	size_t cols, discrete;
};

/* All-zero: nothing was compared. */
struct versus {
	/* Path by path where both sides have the same columns; else one, of
	 * all columns of each (union or all). */
	struct route_path from[ROUTE_PATHS_MAX], to[ROUTE_PATHS_MAX];
	size_t paths;
	struct agreement agree[ROUTE_PATHS_MAX];
	uint64_t codes, code_changes; /* tokens with two codes; with another */
};

void versus_free(struct versus *v);

/*
 * n tokens.  The first expert of a token is that of the first column; of all
 * columns of several paths, or where the two sides differ in columns, the one
 * with the largest gate (the first column of both where one has no gates).
 * flipped [n] (or NULL): true where the sets of all columns differ.
 */
void versus_rows(struct versus *v, const struct versus_side *from,
	const struct versus_side *to, size_t n, bool *flipped);

void versus_codes(
	struct versus *v, const uint32_t *from, const uint32_t *to, size_t n);

/* Which of v->to is the path of this name; v->paths where none is. */
size_t versus_find(const struct versus *v, const char *path);

/*
 * Of path i: against_path (the path of `from` that it was held against),
 * compared (N), `flip` (the name of the share of tokens whose set
 * differs), saturation, saturation_chance, adjusted_rand_index,
 * adjusted_mutual_information, agreement_tokens (in these two and in flows),
 * load_distance, and the array flows.  i = v->paths: a path that was compared
 * with nothing, all figures null.
 */
void versus_figures(json_t *o, const struct versus *v, size_t i,
	const char *flip, size_t experts, const struct load *from,
	const struct load *to);

/* Share of tokens whose code is another one; NaN without codes. */
double versus_code_churn(const struct versus *v);

#endif
