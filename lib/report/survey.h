/*
 * survey.h - all that vq-stats reads, and the one report of it.
 *
 * Codes and routes are counted, vectors summed up, and decoded images, clips and vectors
 * held against their references.  A bad item is said on stderr, by name, and
 * the rest goes on.
 */
#ifndef REPORT_SURVEY_H
#define REPORT_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "media/limit.h"
#include "report/accumulate.h"
#include "report/follow.h"
#include "report/routes.h"
#include "stats/counts.h"
#include "stats/joint.h"
#include "stats/load.h"
#include "tensor/stream.h"
#include "util/err.h"

/* Of figures of codes. */
struct survey_health_opts {
	size_t joint_limit; /* 0: not given */
};

struct survey_opts {
	const char *model, *reference;   /* -m, -R; NULL: none */
	size_t codes;                    /* -k; 0: not given */
	bool by_item, by_part, by_label; /* --by; one of them, or none */
	const char *labels;              /* --labels-file, of codes; or NULL */
	bool errors;                     /* --errors: operands are encoded */
	bool drop;                       /* --nan=drop */
	struct raw_format raw;
	struct limit limit;     /* of media */
	double low_hz, high_hz; /* --band */
	size_t max_errors;      /* 0: no limit */
	size_t operands;        /* how many will come */
	size_t threads;         /* 0: as many as there are cores */
	struct routes_opts routes;
	const char *trace; /* --trace; NULL: none */
	struct survey_health_opts health;
	struct follow *follow; /* --follow, of one operand; NULL: not */
	struct accumulate_opts sum;
};

#define SURVEY_INIT \
	{ \
		.limit = LIMIT_INIT, .high_hz = 4000, \
		.health.joint_limit = JOINT_KEYS, .routes.limits = { \
			.drift = 0.2, \
			.churn = 0.2 \
		} \
	}

/* The rows of a command's options that are about routes (util/opt.h). */
#define SURVEY_ROUTE_ROWS(s) \
	{ 'E', "experts", "N", "of routes: E where the stream does not say", \
		.num = &(s)->routes.experts, .min = 1, \
		.max = LOAD_EXPERTS_MAX, .none = "the largest expert + 1" }, \
		{ 0, "routes", NULL, \
			"arrays without names are experts [n, t], not codes", \
			.flag = &(s)->routes.bare }, \
		{ 0, "probs", "FILE", "with --routes: gates [n, t] or [n, E]", \
			.str = &(s)->routes.side.probs }, \
		{ 0, "labels-file", "FILE", "labels [n], of --by label", \
			.str = &(s)->routes.side.labels }, \
		{ 0, "dropped", "FILE", \
			"with --routes: where not 0, a token was dropped", \
			.str = &(s)->routes.side.dropped }, \
		{ 0, "boundary", "N", \
			"of routes: list the N tokens with the least margin", \
			.num = &(s)->routes.boundary, .max = 1e6, \
			.none = "none" }, \
		{ 0, "audit", "FILE", \
			"of routes: write the table of codes and experts there", \
			.str = &(s)->routes.audit }, \
		{ 0, "against", "OLD", \
			"hold codes, routes or models against these", \
			.str = &(s)->routes.against, .words = "FILE|MODEL" }, \
		{ 0, "trace", "FILE", \
			"show the probes of a training over its steps", \
			.str = &(s)->trace }, \
		{ 0, "drift-limit", "X", \
			"share of tokens that may change experts until " \
			"training is due", \
			.real = &(s)->routes.limits.drift, .max = 1, \
			.given = &(s)->routes.limits.asked[0] }, \
	{ \
		0, "churn-limit", "X", \
			"share of tokens that may change codes until then", \
			.real = &(s)->routes.limits.churn, .max = 1, \
			.given = &(s)->routes.limits.asked[1] \
	}

#define SURVEY_ERRORS_ROWS(s) \
	{ \
		0, "errors", NULL, \
			"with -m: encode the operands; where is the error?", \
			.flag = &(s)->errors \
	}

#define SURVEY_HEALTH_ROWS(s) \
	{ \
		0, "joint-limit", "N", \
			"different tokens, or pairs of neighbours, that are " \
			"counted", \
			.num = &(s)->health.joint_limit, .min = 1, \
			.max = (double)JOINT_KEYS_MAX, .unit = NUM_BINARY \
	}

struct survey;
/* Strings are borrowed until survey_close.  NULL: model or reference cannot be
 * used. */
struct survey *survey_open(const struct survey_opts *o, struct err *e);
void survey_close(struct survey *s);

/* path: "-" is stdin; rel: its name relative to the operand (match.h). */
void survey_operand(struct survey *s, const char *path, const char *rel);

/* An operand that cannot even be opened. */
void survey_failed(struct survey *s, const char *item, const char *reason);

/* True once max_errors items failed: stop. */
bool survey_stopped(const struct survey *s);

size_t survey_done(const struct survey *s);
size_t survey_failures(const struct survey *s);

/* After the last operand: add what was counted to what the file of --state
 * holds; the report is of all that.  The file is locked, and as it was, until
 * survey_settle.  Nothing is added where all failed. */
int survey_add_up(struct survey *s, struct err *e);

/* When all else is done: with status 0 or 3 the file of --state is replaced,
 * with another one it stays, which is said.  -1: it cannot be written. */
int survey_settle(struct survey *s, int status, struct err *e);

/*
 * {"format": 1, "item_count", "failed_items", totals, "warnings": [...],
 *  "stages": [...], "items": [...], "routes": [...], "inputs": [...]}, and where
 * there are such "groups": [...], "trace": [...], "models": [...], "training": [...]; a new
 * reference.
 */
json_t *survey_report(struct survey *s);

/* How often each code of a column came, until survey_close; NULL: there were
 * none. */
const struct counts *survey_counts(const struct survey *s, size_t column);

/* Write what goes to files of its own (--audit). */
int survey_finish(struct survey *s, struct err *e);

#endif
