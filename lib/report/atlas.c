#include <stdlib.h>
#include <string.h>

#include "report/atlas.h"
#include "report/atlas_draw.h"
#include "report/plot_make.h"
#include "util/mem.h"

int
atlas_check(const struct atlas_opts *o, const char *model, struct err *e)
{
	size_t n = o->path ? strlen(o->path) : 0;

	if (!o->path)
		return o->sort || o->stage
			? err_set(e, "--atlas-%s goes with --atlas",
				  o->sort ? "sort" : "stage")
			: 0;
	if (!canvas_available())
		return err_set(e,
			"--atlas: this build has no plots (it was made without cairo)");
	if (n < 5 || strcmp(o->path + n - 4, ".png") != 0)
		return err_set(e, "--atlas: %s: an atlas is FILE.png", o->path);
	return model ? 0 : err_set(e, "--atlas: whose codes? (-m MODEL)");
}

int
atlas_open(struct atlas_opts *o, bool force, struct err *e)
{
	if (!o->path)
		return 0;
	o->out =
		output_open(o->path, (struct output_opts){ .force = force }, e);
	return o->out ? 0 : err_wrap(e, "--atlas: %s", o->path);
}

void
atlas_close(struct atlas_opts *o)
{
	output_abort(o->out);
	o->out = NULL;
}

static int
find_sort(const struct atlas_opts *o, struct atlas_codes *a, struct err *e)
{
	bool use = o->sort ? strcmp(o->sort, "use") == 0 : a->counts != NULL;

	a->sort = use ? ATLAS_USE : ATLAS_INDEX;
	if (o->sort && strcmp(o->sort, "similarity") == 0)
		a->sort = ATLAS_SIMILARITY;
	if (use && !a->counts)
		return err_set(e, "--atlas-sort use: no codes were counted");
	return 0;
}

/* "k = 1,024 codes of 8 x 8 pixels, the most used first". */
static char *
say_codes(const struct atlas_codes *a)
{
	static const char *const order[] = { "the most used first",
		"like ones near each other", "by their number" };
	const struct transform *t = &a->model->transform;
	char k[PLOT_COUNT_MAX], n[PLOT_COUNT_MAX], *what, *shown, *all;

	plot_count(a->k, k);
	plot_count(a->n, n);
	if (t->kind == ITEM_IMAGE)
		what = mem_printf("of %zu x %zu pixels", t->patch, t->patch);
	else if (t->kind == ITEM_AUDIO)
		what = mem_printf(
			"of %zu frequencies, %g dB from dark to light", a->dim,
			60.0);
	else
		what = mem_printf("of %zu numbers", a->dim);
	shown = a->n == a->k ? mem_strdup("")
		: a->counts  ? mem_printf(", the %s most used of them", n)
			     : mem_printf(", the first %s of them", n);
	all = mem_printf(
		"k = %s codes %s%s, %s", k, what, shown, order[a->sort]);
	free(what);
	free(shown);
	return all;
}

static char *
say_counts(const struct atlas_codes *a)
{
	char tokens[PLOT_COUNT_MAX], dead[PLOT_COUNT_MAX];
	size_t unused = a->k - a->counts->used;
	const char *how =
		a->model->transform.kind == ITEM_IMAGE ? " (pale)" : "";

	plot_count(a->counts->tokens, tokens);
	plot_count(unused, dead);
	return mem_printf("N = %s tokens, %s codes never used%s", tokens, dead,
		unused ? how : "");
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static struct canvas *
draw(struct atlas_codes *a, const char *model, struct err *e)
{
	const struct transform *t = &a->model->transform;
	bool image = t->kind == ITEM_IMAGE;
	size_t most = image ? atlas_draw_most(t->patch) : ATLAS_DRAW_COLUMNS;
	struct atlas_words words = { 0 };
	struct canvas *c = NULL;
	struct atlas_draw plan = { .columns = 1 };

	if (most == 0) {
		err_set(e, "patches of %zu pixels have no room", t->patch);
		return NULL;
	}
	atlas_codes_choose(a, most);
	if (image)
		plan = atlas_draw_plan(a->n, t->patch, a->counts != NULL);
	if (atlas_codes_decode(a, plan.columns, e) != 0)
		return NULL;
	words.title = quantizer_columns(&a->model->quantizer) == 1
		? mem_printf("Codes of %s", last_part(model))
		: mem_printf("Codes of %s, stage %zu", last_part(model),
			  a->column);
	words.codes = say_codes(a);
	words.counts = a->counts ? say_counts(a) : NULL;
	c = image ? atlas_draw(a, &plan, &words, e)
		  : atlas_columns(a, &words, e);
	free(words.title);
	free(words.codes);
	free(words.counts);
	return c;
}

/* The bytes of the picture; -1: e says why not. */
static int
make(const struct atlas_opts *o, const char *path, const struct counts *counts,
	char **bytes, size_t *size, struct err *e)
{
	struct model m;
	struct atlas_codes a = { .model = &m, .column = o->stage };
	struct canvas *c = NULL;

	if (model_load(&m, path, e) != 0)
		return err_wrap(e, "%s", path);
	if (o->stage >= quantizer_columns(&m.quantizer)) {
		err_set(e, "--atlas-stage %zu, but %s has %zu, from 0",
			o->stage, path, quantizer_columns(&m.quantizer));
		goto done;
	}
	a.k = quantizer_book(&m.quantizer, o->stage)->k;
	a.dim = m.transform.dim;
	if (counts && counts->tokens && counts->max < a.k)
		a.counts = counts;
	if (find_sort(o, &a, e) == 0)
		c = draw(&a, path, e);
done:
	atlas_codes_free(&a);
	model_free(&m);
	return c ? canvas_close(c, bytes, size, e) : -1;
}

int
atlas_write(struct atlas_opts *o, const char *model,
	const struct counts *counts, struct err *e)
{
	struct output *out = o->out;
	char *bytes = NULL;
	size_t size = 0;
	int status;

	if (!out)
		return 0;
	status = make(o, model, counts, &bytes, &size, e);
	if (status == 0)
		status = output_write(out, bytes, size, e);
	free(bytes);
	if (status != 0)
		return err_wrap(e, "--atlas: %s", o->path);
	o->out = NULL;
	return output_commit(out, e) == 0 ? 0
					  : err_wrap(e, "--atlas: %s", o->path);
}
