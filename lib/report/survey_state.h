/*
 * survey_state.h - what survey.c and its neighbours share: a survey as it goes.
 */
#ifndef REPORT_SURVEY_STATE_H
#define REPORT_SURVEY_STATE_H

#include "report/against.h"
#include "report/census.h"
#include "report/code_errors.h"
#include "report/code_labels.h"
#include "report/coded.h"
#include "report/inputs.h"
#include "report/quality.h"
#include "report/reference.h"
#include "report/relay.h"
#include "report/repeats.h"
#include "report/routes.h"
#include "report/survey.h"
#include "report/vectors.h"
#include "util/pool.h"

struct survey {
	struct survey_opts o;
	struct against against;
	struct census *census;
	struct census *routed; /* codes that came with routes; NULL: none yet */
	struct code_labels *labels; /* NULL: not --by label */
	struct coded *coded;
	struct code_errors *errors; /* --errors; NULL: not */
	struct routes *routes;
	struct vectors vectors;
	struct quality quality;
	struct reference *reference;
	struct relay *relay; /* NULL: parts are counted as they come */
	struct inputs inputs;
	struct repeats repeats; /* among items of codes */
	struct pool *pool;      /* of the first model on */
	json_t *items, *groups, *traces, *models, *logs;
	json_t *warnings;            /* those that came up on the way */
	size_t done, failed, others; /* others: files that are no items */
	bool counted;                /* codes but those of routes, any part */
	struct survey_sum {
		uint64_t states;        /* among the items that are done */
		uint64_t items, failed; /* of states; of the sum, once added */
		bool added;
		struct accumulating next; /* the file as it will be */
	} sum;
};

/* As if nothing had been read.  -1: it is as it was. */
int survey_restart(struct survey *s, struct err *e);

#endif
