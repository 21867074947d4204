#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/trial_row.h"
#include "report/trial_table.h"
#include "util/mem.h"
#include "util/names.h"

static int put(struct trial_table *t, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int
put(struct trial_table *t, struct err *e, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n, status;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(e, "out of memory");
	status = output_write(t->out, text, (size_t)n, e);
	free(text);
	return status;
}

static int
json_line(struct trial_table *t, const json_t *o, struct err *e)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	int status;

	if (!text)
		return err_set(e, "the row is not JSON");
	status = put(t, e, "%s%s", t->rows ? ",\n" : "", text);
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
			status = put(t, e, "%s%s", tab, cell);
		tab = "\t";
		free(cell);
	}
	return status == 0 ? put(t, e, "\n") : -1;
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

/* Type, codes, what is compared: cells that both lines of a trial begin with;
 * i = the number of trials for the head. */
static int
text_names(struct trial_table *t, size_t i, size_t k, struct err *e)
{
	const struct trials *p = t->plan;
	bool head = i == p->count;
	char *codes = head ? mem_strdup("k") : mem_printf("%zu", k);
	int status = put(t, e, "%-*s %6s", (int)t->type_width,
		head ? "type" : trials_type(p, i), codes);

	free(codes);
	for (size_t a = 0; status == 0 && a < p->axes; a++) {
		const char *v = head ? p->axis[a].name : trials_value(p, i, a);
		char *clean;

		if (!trial_row_own(&p->axis[a]))
			continue;
		clean = names_printable(v ? v : "-");
		status = put(t, e, " %*s", (int)t->width[a], clean);
		free(clean);
	}
	return status;
}

static int
text_head(struct trial_table *t, struct err *e)
{
	static const char *const unit[] = { "PSNR dB", "SNR dB", "MSE" };

	if (text_names(t, t->plan->count, 0, e) != 0)
		return -1;
	return put(t, e, " %5s %-5s %6s %6s %6s %7s %8s %8s %7s\n", "bits",
		"on", "N", "used", "used%", "expect%", "perpl.", unit[t->kind],
		"seconds");
}

static int
text_line(struct trial_table *t, size_t i, const struct trial *r,
	const char *on, const struct trial_figures *f, struct err *e)
{
	if (f->tokens == 0)
		return 0;
	if (text_names(t, i, r->k, e) != 0 ||
		put(t, e, " %5.4g %-5s %6zu %6zu %6.2f %7.2f %8.1f", r->bits,
			on, f->tokens, f->used, 100 * f->share,
			100 * f->expected, f->perplexity) != 0)
		return -1;
	return put(t, e,
		t->kind == ITEM_ROWS ? " %8.4g %7.1f\n" : " %8.2f %7.1f\n",
		f->quality, r->seconds);
}

static int
text_row(struct trial_table *t, size_t i, const struct trial *r, struct err *e)
{
	if (r->failed)
		return text_names(t, i, r->k, e) == 0 ? put(t, e, "  failed\n")
						      : -1;
	if (text_line(t, i, r, "held", &r->held, e) != 0)
		return -1;
	return text_line(t, i, r, "train", &r->train, e);
}

static size_t
wider(size_t width, const char *s)
{
	return s && strlen(s) > width ? strlen(s) : width;
}

static void
measure(struct trial_table *t)
{
	const struct trials *p = t->plan;

	t->type_width = strlen("type");
	for (size_t i = 0; i < p->count; i++)
		t->type_width = wider(t->type_width, trials_type(p, i));
	for (size_t a = 0; a < p->axes; a++) {
		t->width[a] = strlen(p->axis[a].name);
		for (size_t i = 0; i < p->count; i++)
			t->width[a] = wider(t->width[a], trials_value(p, i, a));
	}
}

int
trial_table_begin(struct trial_table *t, const struct trials *plan,
	enum item_kind kind, enum render as, struct output *out, struct err *e)
{
	int status;

	*t = (struct trial_table){
		.plan = plan, .kind = kind, .as = as, .out = out
	};
	measure(t);
	if (as == RENDER_JSON)
		status = put(t, e, "[\n");
	else if (as == RENDER_TSV)
		status = tsv_head(t, e);
	else
		status = text_head(t, e);
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
		status = text_row(t, i, trial, e);
	json_decref(o);
	t->rows++;
	return status == 0 ? output_flush(t->out, e) : -1;
}

int
trial_table_end(struct trial_table *t, bool judged, struct err *e)
{
	int status = 0;

	if (t->as == RENDER_JSON)
		status = put(t, e, "\n]\n");
	else if (t->as == RENDER_TEXT)
		status = put(t, e,
			"\nheld: %s; the model of a row is the\n"
			"best on it.  train: a sample of the training vectors. "
			" expect%%: used%% if all\n"
			"codes were used alike, at this N.  Seconds are those "
			"of this machine.\n",
			judged ? "the items of --valid"
			       : "a tenth of the data, held back");
	return status == 0 ? output_flush(t->out, e) : -1;
}
