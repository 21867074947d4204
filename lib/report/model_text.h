/*
 * model_text.h - figures of models (model_figures.h, moe_figures.h) for people.
 */
#ifndef REPORT_MODEL_TEXT_H
#define REPORT_MODEL_TEXT_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* The member `models` of a report; NULL: none. */
int model_text(const json_t *models, struct output *o, struct err *e);

#endif
