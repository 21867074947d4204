#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/about.h"
#include "model/judge.h"
#include "model/model_find.h"
#include "report/columns.h"
#include "report/model_table.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/num.h"
#include "util/progress.h"

static const char *const head[] = { "model", "media", "rate", "codes", "size",
	"quality", "trained on" };
#define COLUMNS (sizeof(head) / sizeof(*head))

/* With all stages; a pixel, a second of a channel, a row. */
static char *
rate_of(const struct model *m)
{
	const struct transform *t = &m->transform;
	double bits = 0;

	for (size_t c = 0; c < quantizer_columns(&m->quantizer); c++)
		bits += log2((double)quantizer_book(&m->quantizer, c)->k);
	switch (t->kind) {
	case ITEM_IMAGE:
		return mem_printf(
			"%.4g bit/pixel", bits / (double)(t->patch * t->patch));
	case ITEM_AUDIO:
		return mem_printf("%.4g kbit/s",
			1e-3 * bits * (double)t->sample_rate /
				(double)t->patch);
	default: return mem_printf("%.4g bit/row", bits);
	}
}

static char *
codes_of(const struct quantizer *q)
{
	size_t n = quantizer_columns(q), k = quantizer_book(q, 0)->k;

	for (size_t c = 1; c < n; c++)
		if (quantizer_book(q, c)->k != k)
			return mem_printf("%zu columns", n);
	return n == 1 ? mem_printf("%zu", k) : mem_printf("%zu x %zu", n, k);
}

static char *
size_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return mem_strdup("-");
	return mem_printf("%.0f kB", ceil(1e-3 * (double)st.st_size));
}

/* Of what was held back; what was trained on tells little. */
static char *
quality_of(const struct model *m)
{
	const char *said = about_get(&m->meta, "quality");
	const char *error = meta_get(&m->meta, "held_error");
	const char *on = meta_get(&m->meta, "judged_on");
	double v;

	if (said)
		return names_printable(said);
	if (!error || !on || strcmp(on, "held") != 0 ||
		num_real(error, &v) != 0)
		return mem_strdup("-");
	v = judge_quality(m, v);
	switch (m->transform.kind) {
	case ITEM_IMAGE: return mem_printf("%.2f dB PSNR", v);
	case ITEM_AUDIO: return mem_printf("%.2f dB SNR", v);
	default: return mem_printf("mse %.3g", v);
	}
}

static char *
data_of(const struct model *m)
{
	const char *said = about_get(&m->meta, "data");
	const char *items = meta_get(&m->meta, "items");
	char *text, *printable;

	if (said)
		return names_printable(said);
	if (!items)
		return mem_strdup("-");
	text = mem_printf(
		strcmp(items, "1") == 0 ? "%s item" : "%s items", items);
	printable = names_printable(text);
	free(text);
	return printable;
}

/* An earlier folder has one of that name. */
static bool
is_hidden(const struct strlist *all, size_t i, const char *name)
{
	bool found = false;

	for (size_t j = 0; j < i && !found; j++) {
		char *other = model_find_name(all->item[j]);

		found = strcmp(other, name) == 0;
		free(other);
	}
	return found;
}

static void
add_row(struct columns *g, const struct strlist *all, size_t i,
	const struct model *m)
{
	char *name = model_find_name(all->item[i]);
	char *shown = names_printable(name);

	columns_add(g,
		mem_printf("%s%s", shown,
			is_hidden(all, i, name) ? " (hidden)" : ""));
	columns_add(g, mem_strdup(item_kind_name(m->transform.kind)));
	columns_add(g, rate_of(m));
	columns_add(g, codes_of(&m->quantizer));
	columns_add(g, size_of(all->item[i]));
	columns_add(g, quality_of(m));
	columns_add(g, data_of(m));
	free(name);
	free(shown);
}

static void
tell_none(void)
{
	char *where = model_find_where();

	say_note("no models in %s", where);
	free(where);
}

int
model_table_write(struct output *o, size_t *bad, struct err *e)
{
	struct columns g = { .cols = COLUMNS };
	struct strlist all = { 0 };
	int status;

	*bad = 0;
	for (size_t i = 0; i < COLUMNS; i++)
		columns_add(&g, mem_strdup(head[i]));
	model_find_all(&all);
	if (all.count == 0)
		tell_none();
	for (size_t i = 0; i < all.count; i++) {
		struct model m;
		struct err why;

		if (model_load(&m, all.item[i], &why) == 0) {
			add_row(&g, &all, i, &m);
			model_free(&m);
		} else {
			say_error(all.item[i], why.msg);
			++*bad;
		}
	}
	status = columns_aligned(&g, g.cols, o, e);
	columns_free(&g);
	strlist_free(&all);
	return status;
}
