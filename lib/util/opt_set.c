#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/near.h"
#include "util/opt_help.h"
#include "util/opt_near.h"
#include "util/opt_set.h"

/* max 0 is no limit (opt.h). */
static int
check_range(const struct opt *o, double v, struct err *e)
{
	if (v >= o->min && (o->max == 0 || v <= o->max))
		return 0;
	if (o->max == 0)
		return err_set(e, "must be at least %.15g", o->min);
	return err_set(e, "must be %.15g to %.15g", o->min, o->max);
}

static int
set_num(const struct opt *o, const char *text, struct err *e)
{
	size_t v, digits = strspn(text, "0123456789");

	if (num_size(text, o->unit, &v) != 0) {
		if (digits && !text[digits + strspn(text + digits, "kKMG")])
			return err_set(e, "too large a number");
		return err_set(
			e, "not a number (a whole number, k and M allowed)");
	}
	if (check_range(o, (double)v, e) != 0)
		return -1;
	*o->num = v;
	return 0;
}

static int
set_real(const struct opt *o, const char *text, struct err *e)
{
	double v;

	if (num_real(text, &v) != 0)
		return err_set(e, "not a number");
	if (check_range(o, v, e) != 0)
		return -1;
	*o->real = v;
	return 0;
}

static int
check_choice(const char *choices, const char *text, struct err *e)
{
	size_t len = strlen(text), n;
	char *list, *hint;

	for (const char *c = choices;; c += n + 1) {
		n = strcspn(c, "|");
		if (n == len && memcmp(c, text, n) == 0)
			return 0;
		if (!c[n])
			break;
	}
	list = opt_help_choices(choices);
	hint = near_hint(choices, text, len);
	err_set(e, "must be one of: %s%s", list, hint);
	free(hint);
	free(list);
	return -1;
}

int
opt_set_value(const struct opt *o, const char *text, struct err *e)
{
	if (o->given)
		*o->given = true;
	if (o->flag)
		*o->flag = true;
	if (o->many) {
		*o->many = strchr(text, ',') ? text : NULL;
		if (*o->many)
			return 0;
	}
	if (o->num)
		return set_num(o, text, e);
	if (o->real)
		return set_real(o, text, e);
	if ((o->list || o->str) && !*text) /* an unset variable, most likely */
		return err_set(e, "an empty name");
	if (o->list)
		strlist_add(o->list, text);
	if (!o->str)
		return 0;
	if (o->choices && check_choice(o->choices, text, e) != 0)
		return -1;
	*o->str = text;
	return 0;
}

const struct opt *
opt_set_find(const struct opt *table, const char *name, struct err *e)
{
	const char *near;

	for (const struct opt *o = table; o->name; o++)
		if (strcmp(o->name, name) == 0 ||
			(o->letter && o->letter == name[0] && !name[1]))
			return o;
	near = opt_near(table, name, strnlen(name, 64));
	if (near)
		err_set(e, "unknown option %s (did you mean %s?)", name, near);
	else
		err_set(e, "unknown option %s", name);
	return NULL;
}

static int
set_flag(const struct opt *o, const char *text, struct err *e)
{
	bool on = strcmp(text, "1") == 0 || strcmp(text, "yes") == 0;

	if (!on && strcmp(text, "0") != 0 && strcmp(text, "no") != 0)
		return err_set(e, "must be yes, no, 1 or 0");
	*o->flag = on;
	if (o->given)
		*o->given = on;
	return 0;
}

int
opt_set(const struct opt *table, const char *name, const char *text,
	struct err *e)
{
	const struct opt *o = opt_set_find(table, name, e);
	int status;

	if (!o)
		return -1;
	status = o->flag ? set_flag(o, text, e) : opt_set_value(o, text, e);
	return status == 0 ? 0 : err_wrap(e, "%s %s", o->name, text);
}
