/*
 * census_model.h - whose codes a census counts.  For census.c and
 * census_state.c.
 */
#ifndef REPORT_CENSUS_MODEL_H
#define REPORT_CENSUS_MODEL_H

#include <jansson.h>

#include "report/census_inside.h"
#include "tensor/stream.h"
#include "util/err.h"

/*
 * The first part of an item: the model that it says it is of; one that does not
 * say may be of any.  -1: with one_model, it is of another than those before, or
 * says nothing at all, not even k, among codes of a model.
 */
int census_model_item(struct census *c, const struct part *p, struct err *e);

/* That of `item`, which is the first to say it. */
void census_model_set(struct census *c, const char *model, const char *item);

/* That codes of several were added up. */
void census_model_warn(json_t *warnings, const struct census *c);

void census_model_free(struct census *c);

#endif
