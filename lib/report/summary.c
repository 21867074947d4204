#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/bars.h"
#include "report/cell.h"
#include "report/columns.h"
#include "report/figures.h"
#include "report/glance.h"
#include "report/put.h"
#include "report/summary.h"
#include "util/mem.h"

int
summary_head(const json_t *root, struct output *o, struct err *e)
{
	json_t *lines = glance(root);
	size_t n = json_array_size(lines);
	/* Else what follows are paragraphs, which begin with a line of their
	 * own, and the operands end without one. */
	bool figures = cell_in_text(root, "item_count");
	int status = 0;

	if (n && !figures && output_offset(o))
		status = output_write(o, "\n", 1, e);
	for (size_t i = 0; i < n && status == 0; i++)
		status = put_text(o, e, "%s\n",
			json_string_value(json_array_get(lines, i)));
	if (n && figures && status == 0)
		status = output_write(o, "\n", 1, e);
	json_decref(lines);
	return status;
}

/* The counts at the two ends of a row of bars. */
static char *
ends(const json_t *stage)
{
	const json_t *curve = json_object_get(stage, "curve");
	double dead = figures_get(stage, "dead"), count = NAN;
	char *most = cell_grouped(json_array_get(curve, 0), "count"), *text;

	for (size_t i = json_array_size(curve); i-- > 0 && !(count > 0);)
		count = figures_get(json_array_get(curve, i), "count");
	if (dead > 0) {
		char *none = cell_grouped(stage, "dead");

		text = mem_printf(
			"%s tokens ... %.0f, then %s dead", most, count, none);
		free(none);
	} else {
		text = mem_printf("%s tokens ... %.0f", most, count);
	}
	free(most);
	return text;
}

int
summary_bars(const json_t *stages, struct output *o, struct err *e)
{
	struct columns g = { .cols = 3 };
	bool utf8 = bars_utf8();
	int status = 0;

	for (size_t i = 0; i < json_array_size(stages); i++) {
		const json_t *stage = json_array_get(stages, i);
		char *bars = bars_text(stage, utf8);

		if (!bars)
			continue;
		columns_add(&g, cell_exact(stage, "stage"));
		columns_add(&g, bars);
		columns_add(&g, ends(stage));
	}
	if (g.cells)
		status = put_text(o, e,
			"\ncodes of each stage, the most used first, counts on "
			"a log scale:\n");
	if (status == 0)
		status = columns_aligned(&g, 3, o, e);
	columns_free(&g);
	return status;
}
