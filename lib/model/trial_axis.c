#include <stdlib.h>
#include <string.h>

#include "model/trial_axis.h"
#include "util/mem.h"
#include "util/opt_set.h"

/* Rows of settings that stay valid for one call. */
struct rows {
	struct train_settings s;
	struct opt opt[TRAIN_SETTINGS_ROOM];
};

static struct rows *
rows_of_defaults(void)
{
	struct rows *r = mem_zalloc(1, sizeof(*r));

	train_settings_init(&r->s);
	train_settings_rows(&r->s, r->opt);
	return r;
}

/* Not of the training: of the command, and what the data are. */
static bool
is_fixed(const struct opt *o)
{
	static const char *const fixed[] = { "output", "threads", "quiet",
		"verbose", "force", "files-from", "null", "max-errors", "log",
		"valid-from", "list-types", "raw", "tensor", "nan", "channels",
		"alpha", "sample-rate" };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (strcmp(o->name, fixed[i]) == 0)
			return true;
	return o->list;
}

static char *
shown(const struct opt *o, const char *text)
{
	if (o->flag)
		return mem_strdup(*o->flag ? "yes" : "no");
	if (o->num)
		return mem_printf("%zu", *o->num);
	return mem_strdup(text);
}

static int
add_values(struct trial_axis *a, const struct rows *r, const struct opt *o,
	const char *list, struct err *e)
{
	const char *end = strchr(list, ';') ? ";" : ",";
	char *copy = mem_strdup(list), *rest = copy, *text;
	int status = 0;

	while (status == 0 && (text = strsep(&rest, end))) {
		if (!*text)
			status = err_set(e, "an empty value");
		else if (o->num && strchr(text, ','))
			status = err_set(e, "%s is no number", text);
		else
			status = opt_set(r->opt, o->name, text, e);
		if (status != 0)
			break;
		strlist_add(&a->text, text);
		strlist_take(&a->value, shown(o, text));
	}
	free(copy);
	return status;
}

static int
parse(struct trial_axis *a, const struct rows *r, const char *name,
	const char *list, struct err *e)
{
	const struct opt *o = opt_set_find(r->opt, name, e);

	if (!o)
		return -1;
	if (is_fixed(o))
		return err_set(e, "%s is no option to compare", o->name);
	a->name = o->name;
	a->kind = o->flag           ? TRIAL_FLAG
		: o->num || o->real ? TRIAL_NUMBER
				    : TRIAL_TEXT;
	return add_values(a, r, o, list, e);
}

int
trial_axis_parse(struct trial_axis *a, const char *spec, struct err *e)
{
	const char *equals = strchr(spec, '=');
	struct rows *r = rows_of_defaults();
	char *name = equals ? mem_printf("%.*s", (int)(equals - spec), spec)
			    : mem_strdup("type");
	int status;

	*a = (struct trial_axis){ 0 };
	status = parse(a, r, name, equals ? equals + 1 : spec, e);
	if (status != 0)
		trial_axis_free(a);
	free(name);
	free(r);
	return status;
}

void
trial_axis_free(struct trial_axis *a)
{
	strlist_free(&a->text);
	strlist_free(&a->value);
	*a = (struct trial_axis){ 0 };
}

int
trial_axis_apply(const struct trial_axis *a, size_t i, struct train_settings *s,
	struct err *e)
{
	struct opt rows[TRAIN_SETTINGS_ROOM] = { 0 };

	train_settings_rows(s, rows);
	return opt_set(rows, a->name, a->text.item[i], e);
}
