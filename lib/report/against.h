/*
 * against.h - OLD of --against: what it is, and what holds the operands
 * against it.
 */
#ifndef REPORT_AGAINST_H
#define REPORT_AGAINST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "report/census.h"
#include "report/code_compare.h"
#include "report/model_old.h"
#include "report/route_old.h"
#include "report/state.h"
#include "tensor/packed.h"
#include "util/err.h"

enum against_kind {
	AGAINST_NOTHING,
	AGAINST_ROUTES,
	AGAINST_CODES,
	AGAINST_STATE, /* usage alone */
	AGAINST_MODEL,
};

struct against {
	enum against_kind kind;
	const char *path;
	struct route_old *routes; /* for routes.h to compare with */
	struct code_old *codes;
	struct code_compare compare;
	struct state state;
	struct model_old *model; /* for models that come; NULL: none */
};

struct against_opts {
	const char *path; /* borrowed until against_close; NULL: none */
	bool bare;        /* arrays are routes */
	size_t experts;   /* E where routes do not say, or 0 */
	const struct packed_reader *packed; /* NULL: none */
};

/* a is set, also on failure. */
int against_open(
	struct against *a, const struct against_opts *o, struct err *e);
void against_close(struct against *a);

/* A part of codes that was counted. */
int against_codes(struct against *a, const struct part *p, struct err *e);

/* Why nothing was compared; NULL where something was. */
const char *against_idle(const struct against *a, bool codes, bool routes);

/* What is said of codes: old, kind, the figures of code_compare.h and
 * code_drift.h, and stages; of models: old, kind, and models (model_old.h).
 * now: NULL where no codes came.  A new reference; NULL where nothing was
 * compared, and of routes, which keep their own figures. */
json_t *against_report(
	const struct against *a, const struct census *now, json_t *warnings);

#endif
