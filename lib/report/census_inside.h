/*
 * census_inside.h - what census.c and census_state.c share: a census as it
 * goes.
 */
#ifndef REPORT_CENSUS_INSIDE_H
#define REPORT_CENSUS_INSIDE_H

#include "report/agreed.h"
#include "report/census.h"
#include "report/rates.h"
#include "stats/lanes.h"
#include "stats/neighbours.h"
#include "stats/tally.h"

struct census {
	struct census_opts o;
	struct agreed agreed;
	char *model, *model_item; /* of the first item that said it */
	char *other, *other_item; /* the first of another; or NULL */
	size_t others;
	bool unsaid; /* an item said neither model nor k, nor did options */
	/* With by_part those of a part are in the place of those of an item. */
	struct tally total, item;
	struct neighbours around, around_item;
	uint64_t item_tokens, whole_tokens; /* of this item; of whole items */
	size_t parts;                       /* of this item so far */
	struct rates rates;
	uint32_t *code; /* scratch */
	struct lanes lanes;
};

#endif
