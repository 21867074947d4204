/*
 * survey_state.h - what survey.c and survey_take.c share: a survey as it goes.
 */
#ifndef REPORT_SURVEY_STATE_H
#define REPORT_SURVEY_STATE_H

#include "report/against.h"
#include "report/census.h"
#include "report/coded.h"
#include "report/quality.h"
#include "report/reference.h"
#include "report/relay.h"
#include "report/routes.h"
#include "report/survey.h"
#include "report/trace.h"
#include "report/vectors.h"

struct survey {
	struct survey_opts o;
	struct against against;
	struct census *census;
	struct coded *coded;
	struct routes *routes;
	struct trace trace;
	struct vectors vectors;
	struct quality quality;
	struct reference *reference;
	struct relay *relay; /* NULL: parts are counted as they come */
	json_t *items;
	size_t done, failed;
	bool counted; /* codes, at least one part */
};

#endif
