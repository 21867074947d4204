#include <stdlib.h>

#include "report/agreed.h"
#include "util/mem.h"

static void
set_columns(struct agreed *a, size_t cols, const char *from)
{
	a->cols = cols;
	a->k = mem_zalloc(cols, sizeof(*a->k));
	a->cols_from = mem_strdup(from);
}

/* s NULL: -k. */
static void
take(struct agreed *a, const struct sizes *s, const char *from)
{
	for (size_t i = 0; i < a->cols; i++)
		a->k[i] = s ? sizes_at(s, i) : a->option_k;
	a->k_from = mem_strdup(from);
}

int
agreed_init(struct agreed *a, const char *model, size_t option_k, struct err *e)
{
	*a = (struct agreed){ .option_k = option_k };
	if (!model)
		return 0;
	if (sizes_model(&a->model, model, e) != 0)
		return err_wrap(e, "%s", model);
	a->model_path = mem_strdup(model);
	if (a->model.count > 1) {
		set_columns(a, a->model.count, model);
		take(a, &a->model, model);
	}
	return 0;
}

void
agreed_free(struct agreed *a)
{
	sizes_free(&a->model);
	free(a->model_path);
	free(a->k);
	free(a->cols_from);
	free(a->k_from);
	*a = (struct agreed){ 0 };
}

static int
check_columns(struct agreed *a, const char *item, size_t cols, struct err *e)
{
	if (cols == 0 || cols > AGREED_COLUMNS_MAX)
		return err_set(e, "%zu columns of codes: 1 to %d", cols,
			AGREED_COLUMNS_MAX);
	if (a->cols && a->cols != cols)
		return err_set(e, "%zu columns of codes, but %s has %zu", cols,
			a->cols_from, a->cols);
	if (a->cols)
		return 0;
	set_columns(a, cols, item);
	if (a->model.count)
		take(a, &a->model, a->model_path);
	return 0;
}

static int
check_sizes(struct agreed *a, const char *item, const struct sizes *said,
	struct err *e)
{
	if (!sizes_fit(said, a->cols))
		return err_set(e,
			"key \"codes\" has %zu numbers for %zu columns",
			said->count, a->cols);
	if (!a->k_from)
		take(a, said, item);
	for (size_t i = 0; i < a->cols; i++) {
		if (sizes_at(said, i) == a->k[i])
			continue;
		if (!a->option_k)
			return err_set(e,
				"column %zu has %zu codes, but %s says %zu "
				"(-k N takes both as N)",
				i, sizes_at(said, i), a->k_from, a->k[i]);
		a->k[i] = a->option_k;
	}
	return 0;
}

int
agreed_item(struct agreed *a, const char *item, size_t cols, const char *codes,
	struct err *e)
{
	struct sizes said;
	int status;

	if (check_columns(a, item, cols, e) != 0)
		return -1;
	if (!codes) {
		if (!a->k_from && a->option_k)
			take(a, NULL, "-k");
		return 0;
	}
	if (sizes_parse(&said, codes, e) != 0)
		return -1;
	status = check_sizes(a, item, &said, e);
	sizes_free(&said);
	return status;
}
