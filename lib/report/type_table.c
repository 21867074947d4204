#include "quant/learner.h"
#include "report/columns.h"
#include "report/type_table.h"
#include "util/mem.h"

static void
add_row(struct columns *g, const char *const *word)
{
	for (size_t i = 0; i < g->cols; i++)
		columns_add(g, mem_strdup(word[i]));
}

int
type_table_write(struct output *o, struct err *e)
{
	static const char *const head[] = { "type", "learns", "start", "source",
		"what it is" };
	struct columns g = { .cols = sizeof(head) / sizeof(*head) };
	int status;

	add_row(&g, head);
	for (size_t i = 0; learner_types[i]; i++) {
		const struct learner_type *t = learner_types[i];
		const char *const row[] = { t->name, t->learns, t->starts,
			t->source, t->help };

		add_row(&g, row);
	}
	status = columns_aligned(&g, g.cols, o, e);
	columns_free(&g);
	return status;
}
