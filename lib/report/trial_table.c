#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/put.h"
#include "report/trial_row.h"
#include "report/trial_table.h"
#include "util/jsontext.h"
#include "util/mem.h"

static int
json_line(struct trial_table *t, const json_t *o, struct err *e)
{
	char *text = jsontext(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	int status;

	if (!text)
		return err_set(e, "the row is not JSON");
	status = put_text(t->out, e, "%s%s", t->rows ? ",\n" : "", text);
	free(text);
	return status;
}

/* The keys of o, or its values. */
static int
tsv_line(struct trial_table *t, const json_t *o, bool head, struct err *e)
{
	const char *tab = "", *key;
	json_t *v;
	int status = 0;

	json_object_foreach((json_t *)o, key, v)
	{
		char *cell = head ? mem_strdup(key) : cell_exact(o, key);

		if (status == 0 && cell_shown(key, v))
			status = put_text(t->out, e, "%s%s", tab, cell);
		tab = "\t";
		free(cell);
	}
	return status == 0 ? put_text(t->out, e, "\n") : -1;
}

static int
tsv_head(struct trial_table *t, struct err *e)
{
	char none[] = "";
	struct trial nothing = { .failed = none };
	json_t *o = trial_row(t->plan, 0, &nothing, t->kind);
	int status = tsv_line(t, o, true, e);

	json_decref(o);
	return status;
}

int
trial_table_begin(struct trial_table *t, const struct trials *plan,
	enum item_kind kind, enum render as, struct output *out, struct err *e)
{
	int status;

	*t = (struct trial_table){
		.plan = plan, .kind = kind, .as = as, .out = out
	};
	trial_text_init(&t->text, plan, kind);
	if (as == RENDER_JSON)
		status = put_text(t->out, e, "[\n");
	else if (as == RENDER_TSV)
		status = tsv_head(t, e);
	else
		status = trial_text_head(&t->text, out, e);
	return status == 0 ? output_flush(out, e) : -1;
}

int
trial_table_row(struct trial_table *t, size_t i, const struct trial *trial,
	struct err *e)
{
	json_t *o = trial_row(t->plan, i, trial, t->kind);
	int status;

	if (t->as == RENDER_JSON)
		status = json_line(t, o, e);
	else if (t->as == RENDER_TSV)
		status = tsv_line(t, o, false, e);
	else
		status = trial_text_row(&t->text, i, trial, t->out, e);
	json_decref(o);
	t->rows++;
	return status == 0 ? output_flush(t->out, e) : -1;
}

int
trial_table_end(struct trial_table *t, bool judged, struct err *e)
{
	int status = 0;

	if (t->as == RENDER_JSON)
		status = put_text(t->out, e, "\n]\n");
	else if (t->as == RENDER_TEXT)
		status = trial_text_foot(&t->text, judged, t->out, e);
	return status == 0 ? output_flush(t->out, e) : -1;
}

void
trial_table_free(struct trial_table *t)
{
	trial_text_free(&t->text);
	*t = (struct trial_table){ 0 };
}
