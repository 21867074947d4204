/*
 * conditions.h - the --fail-if of a command: read before all else, judged
 * when the report is there.
 */
#ifndef REPORT_CONDITIONS_H
#define REPORT_CONDITIONS_H

#include <stddef.h>

#include <jansson.h>

#include "report/condition.h"
#include "util/strlist.h"

/* The row of a command's options (util/opt.h). */
#define CONDITIONS_ROWS(texts) \
	{ \
		0, "fail-if", "EXPR", \
			"end with 3 if this holds: 'used < 100 || gini > 0.9'", \
			.list = (texts), .words = "KEY" \
	}

/* All-zero is none. */
struct conditions {
	struct condition *condition; /* [count] */
	size_t count;
};

/* Says what is wrong with each that is; -1 if one is. */
int conditions_parse(struct conditions *c, const struct strlist *texts);
void conditions_free(struct conditions *c);

/*
 * Where there are any, root.conditions is set: {"expression", "holds" (true,
 * false, null), "values", "error" (where holds is null)}.
 */
void conditions_judge(const struct conditions *c, json_t *root);

/* Says which of root.conditions hold and which cannot be told.  The exit
 * status that they ask for: 2 if one cannot be told, else 3 if one holds, else
 * 0. */
int conditions_say(const json_t *root);

/* "holds: utilization 0.53, dead 480", malloc'd, of one of root.conditions. */
char *conditions_text(const json_t *condition);

#endif
