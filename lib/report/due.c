#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/due.h"
#include "util/mem.h"

void
due_set(json_t *o, double drift, double churn, const struct due_limits *limits)
{
	char *why = NULL;

	if (drift > limits->drift)
		why = mem_printf("%.4f of the tokens changed their experts: "
				 "above --drift-limit %g",
			drift, limits->drift);
	else if (churn > limits->churn)
		why = mem_printf("%.4f of the tokens changed their code: "
				 "above --churn-limit %g",
			churn, limits->churn);
	json_object_set_new(o, "retrain_due",
		isnan(drift) && isnan(churn) ? json_null()
					     : json_boolean(why != NULL));
	json_object_set_new(
		o, "retrain_reason", why ? json_string(why) : json_null());
	free(why);
}

int
due_text(const json_t *rows, struct output *o, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < json_array_size(rows) && status == 0; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *path =
			json_string_value(json_object_get(row, "path"));
		const char *why = json_string_value(
			json_object_get(row, "retrain_reason"));
		char *line;

		if (!why)
			continue;
		line = mem_printf("retrain_due, path %s: %s\n", path, why);
		status = output_write(o, line, strlen(line), e);
		free(line);
	}
	return status;
}
