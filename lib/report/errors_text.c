#include "report/errors_text.h"
#include "report/put.h"
#include "report/table.h"

#define OF_EACH 3

int
errors_text(const json_t *stages, struct output *o, struct err *e)
{
	size_t n = json_array_size(stages);
	json_t *rows = json_array();
	int status = 0;

	for (size_t i = 0; i < n; i++) {
		const json_t *stage = json_array_get(stages, i);
		const json_t *all = json_object_get(stage, "errors");

		for (size_t r = 0; r < json_array_size(all); r++) {
			json_t *row = json_copy(json_array_get(all, r));

			json_object_set(
				row, "stage", json_object_get(stage, "stage"));
			if (n == 1 || r < OF_EACH)
				json_array_append(rows, row);
			json_decref(row);
		}
	}
	if (json_array_size(rows))
		status = put_text(o, e,
			"\ncodes of the largest error, by their share of the "
			"stage's:\n");
	if (status == 0)
		status = table_listed(
			rows, "stage code count mean_square_error share", o, e);
	json_decref(rows);
	return status;
}
