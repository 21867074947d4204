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
		"alpha", "sample-rate", "checkpoint", "checkpoint-every",
		"resume", "preview", "relabel", "context" };

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

static bool
is_number(const struct opt *o)
{
	return o->num || o->real;
}

/* By what they mean: 1k is 1024, and .5 is 0.5. */
static bool
has_value(const struct trial_axis *a, const struct opt *o, const char *value)
{
	for (size_t i = 0; i < a->value.count; i++) {
		const char *v = a->value.item[i];

		if (is_number(o) ? strtod(v, NULL) == strtod(value, NULL)
				 : strcmp(v, value) == 0)
			return true;
	}
	return false;
}

static int
add_value(struct trial_axis *a, const struct opt *o, const char *text,
	struct err *e)
{
	char *value = shown(o, text);

	if (has_value(a, o, value)) {
		err_set(e, "%s is compared twice", value);
		free(value);
		return -1;
	}
	strlist_add(&a->text, text);
	strlist_take(&a->value, value);
	return 0;
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
		if (status == 0)
			status = add_value(a, o, text, e);
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
	a->kind = o->flag      ? TRIAL_FLAG
		: is_number(o) ? TRIAL_NUMBER
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
	if (status != 0 && !equals && strchr(spec, '/'))
		err_set(e,
			"types or OPTION=VALUES come here, inputs behind "
			"them");
	free(name);
	free(r);
	return status;
}

static bool
same(const struct opt *a, const struct opt *b)
{
	if (a->flag)
		return *a->flag == *b->flag;
	if (a->num)
		return *a->num == *b->num;
	if (a->real)
		return *a->real == *b->real;
	return !a->str || !*a->str || *a->str == *b->str ||
		(*b->str && strcmp(*a->str, *b->str) == 0);
}

bool
trial_axis_on_line(const struct trial_axis *a, const struct train_settings *s)
{
	struct opt rows[TRAIN_SETTINGS_ROOM] = { 0 };
	struct train_settings copy = *s;
	struct rows *r = rows_of_defaults();
	const struct opt *o, *d;
	bool given;
	struct err e;

	train_settings_rows(&copy, rows);
	o = opt_set_find(rows, a->name, &e);
	d = opt_set_find(r->opt, a->name, &e);
	given = (o->given && *o->given) || !same(o, d);
	free(r);
	return given;
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
