/*
 * form.h - the options that say how a report is written.
 */
#ifndef REPORT_FORM_H
#define REPORT_FORM_H

#include <stdbool.h>

#include "report/render.h"
#include "util/err.h"

/* All false: text. */
struct form {
	bool json, json_lines, tsv, prometheus;
};

/* The rows of a command's options (util/opt.h). */
#define FORM_ROWS(f) \
	{ 0, "json", NULL, "write one JSON object", .flag = &(f)->json }, \
		{ 0, "json-lines", NULL, \
			"write JSON objects, one a line, by scope", \
			.flag = &(f)->json_lines }, \
		{ 0, "tsv", NULL, "write a table with tabs", \
			.flag = &(f)->tsv }, \
	{ \
		0, "prometheus", NULL, "write the text that Prometheus reads", \
			.flag = &(f)->prometheus \
	}

/* -1: more than one of them. */
int form_check(const struct form *f, struct err *e);

enum render form_of(const struct form *f);

#endif
