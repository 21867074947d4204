/*
 * request.h - what vq-stats was asked for, and whether that goes together.
 */
#ifndef REPORT_REQUEST_H
#define REPORT_REQUEST_H

#include "report/breakdown.h"
#include "report/conditions.h"
#include "report/follow.h"
#include "report/form.h"
#include "report/page.h"
#include "report/pictures.h"
#include "report/survey.h"
#include "util/opt.h"
#include "util/strlist.h"

/* Strings are borrowed from the command line. */
struct request {
	struct opt_common common;
	struct survey_opts survey;
	struct pictures pictures;
	struct page_opts page;
	const char *band, *raw;
	struct breakdown_opts by;
	struct form form;
	struct follow_opts follow;
	bool list, list_keys;
	struct strlist fail_if;
	struct conditions conditions;
};

/* Files beside ids. */
bool request_sides(const struct request *s);

/* What the table of options cannot check, and what follows from options for
 * others; -1: they do not go together. */
int request_settle(struct request *s, struct err *e);

/* -1: a file that is written is one of the operands, or of another option. */
int request_apart(
	const struct request *s, const struct strlist *operands, struct err *e);

#endif
