#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/forerunner.h"
#include "model/trials.h"
#include "util/mem.h"
#include "util/progress.h"

void
trials_rows(struct train_settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 0, "compare", "TYPES|OPTION=VALUES",
			"train each and print a table, no model (repeatable: "
			"all combinations); -k may be a list then",
			.list = &s->compare, .words = LEARNER_NAMES,
			.group = "Comparison" },
		{ 0, "tsv", NULL, "the table as tab-separated values",
			.flag = &s->tsv },
		{ 0, "json", NULL, "the table as JSON", .flag = &s->json },
		{ 0 },
	};

	opt_append(table, rows);
}

const struct trial_axis *
trials_axis(const struct trials *p, const char *name)
{
	for (size_t a = 0; a < p->axes; a++)
		if (strcmp(p->axis[a].name, name) == 0)
			return &p->axis[a];
	return NULL;
}

static int
add_axis(struct trials *p, const char *spec, struct err *e)
{
	struct trial_axis a;

	if (trial_axis_parse(&a, spec, e) != 0)
		return -1;
	if (trials_axis(p, a.name)) {
		err_set(e, "%s is compared twice", a.name);
		trial_axis_free(&a);
		return -1;
	}
	if (p->axes == TRIALS_AXES) {
		trial_axis_free(&a);
		return err_set(e, "more than %d options", TRIALS_AXES);
	}
	p->axis[p->axes++] = a;
	return 0;
}

/* What is compared does not stand on the line as well; -k may be a list. */
static int
check_line(const struct trials *p, struct err *e)
{
	for (size_t a = 0; a < p->axes; a++) {
		const char *name = p->axis[a].name;

		if (p->base->codes_list && strcmp(name, "codes") == 0)
			continue;
		if (trial_axis_on_line(&p->axis[a], p->base))
			return err_set(e,
				"%s is compared, and given on the line as "
				"well",
				name);
	}
	return 0;
}

static int
add_axes(struct trials *p, struct err *e)
{
	const struct strlist *l = &p->base->compare;
	const char *k = p->base->codes_list;
	char *spec;
	int status;

	for (size_t i = 0; i < l->count; i++)
		if (add_axis(p, l->item[i], e) != 0)
			return err_wrap(e, "--compare %s", l->item[i]);
	if (check_line(p, e) != 0)
		return -1;
	if (!k)
		return 0;
	spec = mem_printf("codes=%s", k);
	status = add_axis(p, spec, e);
	free(spec);
	return status == 0 ? 0 : err_wrap(e, "-k %s", k);
}

/* Settings of one combination; -1 if they contradict each other. */
static int
combine(const struct trials *p, const struct trials_one *one,
	struct train_settings *s, struct err *e)
{
	*s = *p->base;
	if (trials_axis(p, "type"))
		s->training.common = s->training.given;
	for (size_t a = 0; a < p->axes; a++)
		if (one->value[a] != TRIALS_NONE &&
			trial_axis_apply(&p->axis[a], one->value[a], s, e) != 0)
			return -1;
	if (train_settings_interpret(s, e) != 0)
		return -1;
	return forerunner_consult(&s->training, e);
}

static bool
possible(const struct trials *p, const struct trials_one *one, struct err *e)
{
	struct train_settings s;

	return combine(p, one, &s, e) == 0;
}

/* The next combination of the axes of a mask, the last one fastest; false
 * behind the last. */
static bool
next(const struct trials *p, unsigned mask, struct trials_one *one)
{
	for (size_t a = p->axes; a-- > 0;) {
		if (!(mask >> a & 1))
			continue;
		if (++one->value[a] < p->axis[a].value.count)
			return true;
		one->value[a] = 0;
	}
	return false;
}

/* Some flag of a mask is at "no": as if it were not on the line. */
static bool
is_off(const struct trials *p, unsigned mask, const struct trials_one *one)
{
	for (size_t a = 0; a < p->axes; a++)
		if ((mask >> a & 1) && p->axis[a].kind == TRIAL_FLAG &&
			one->value[a] != TRIALS_NONE &&
			strcmp(p->axis[a].value.item[one->value[a]], "no") == 0)
			return true;
	return false;
}

/* True if no values at all of these axes go with the others' of one; "no" is
 * none. */
static bool
none_goes(const struct trials *p, unsigned mask, const struct trials_one *one)
{
	struct trials_one t = *one;
	struct err unused;

	for (size_t a = 0; a < p->axes; a++)
		if (mask >> a & 1)
			t.value[a] = 0;
	do {
		if (!is_off(p, mask, &t) && possible(p, &t, &unused))
			return false;
	} while (next(p, mask, &t));
	return true;
}

/* one without its flags at "no" that are never "yes" with the others. */
static struct trials_one
without_idle(const struct trials *p, const struct trials_one *one)
{
	struct trials_one t = *one;

	for (size_t a = 0; a < p->axes; a++)
		if (p->axis[a].value.count == 2 && is_off(p, 1u << a, one) &&
			none_goes(p, 1u << a, one))
			t.value[a] = TRIALS_NONE;
	return t;
}

/* The fewest axes without which one is possible, and which have no value that
 * is; 0 if there are none. */
static unsigned
to_drop(const struct trials *p, const struct trials_one *one)
{
	unsigned best = 0;
	struct err unused;

	for (unsigned mask = 1; mask < 1u << p->axes; mask++) {
		struct trials_one t = *one;
		bool type = false;

		for (size_t a = 0; a < p->axes; a++)
			if (mask >> a & 1) {
				t.value[a] = TRIALS_NONE;
				type = type ||
					strcmp(p->axis[a].name, "type") == 0;
			}
		if (!type &&
			(!best ||
				__builtin_popcount(mask) <
					__builtin_popcount(best)) &&
			possible(p, &t, &unused) && none_goes(p, mask, one))
			best = mask;
	}
	return best;
}

/* By what is compared, else by the line or the file that is gone on with. */
static const char *
type_of(const struct trials *p, const struct trials_one *one)
{
	struct train_settings s;
	struct err unused;

	for (size_t a = 0; a < p->axes; a++)
		if (strcmp(p->axis[a].name, "type") == 0)
			return p->axis[a].value.item[one->value[a]];
	if (combine(p, one, &s, &unused) != 0)
		return p->base->type;
	return s.training.trainer.type->name;
}

/* Once. */
static void
add(struct trials *p, const struct trials_one *one)
{
	for (size_t i = 0; i < p->count; i++)
		if (memcmp(p->one[i].value, one->value, sizeof(one->value)) ==
			0)
			return;
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 16;
		p->one = mem_grow(p->one, p->room, sizeof(*p->one));
	}
	p->one[p->count] = *one;
	p->one[p->count++].type = type_of(p, one);
}

static void
leave_out(struct trials *p, const struct trials_one *one, const struct err *e)
{
	char *name;

	add(p, one);
	name = trials_name(p, --p->count);
	strlist_take(&p->left_out, mem_printf("%s: %s", name, e->msg));
	free(name);
}

/* one itself, or without what it cannot have: once, with the first values. */
static void
add_possible(struct trials *p, struct trials_one *one, struct err *why)
{
	struct trials_one t = without_idle(p, one);
	unsigned drop;

	if (possible(p, one, why)) {
		add(p, &t);
		return;
	}
	drop = to_drop(p, one);
	if (!drop) {
		leave_out(p, one, why);
		return;
	}
	for (size_t a = 0; a < p->axes; a++)
		if (drop >> a & 1)
			t.value[a] = TRIALS_NONE;
	add(p, &t);
}

static int
add_all(struct trials *p, struct err *e)
{
	struct trials_one one = { 0 };
	size_t all = 1;

	for (size_t a = 0; a < p->axes; a++) {
		all *= p->axis[a].value.count;
		if (all > TRIALS_MOST)
			return err_set(e, "--compare: more than %d trainings",
				TRIALS_MOST);
	}
	do {
		add_possible(p, &one, e);
	} while (next(p, ~0u, &one));
	return p->count ? 0 : -1;
}

/* An option that no trial has is a mistake. */
static int
check_used(const struct trials *p, struct err *e)
{
	struct trials_one first = { 0 };

	for (size_t a = 0; a < p->axes; a++) {
		bool used = false;

		for (size_t i = 0; i < p->count && !used; i++)
			used = p->one[i].value[a] != TRIALS_NONE;
		if (!used && !possible(p, &first, e))
			return -1;
	}
	return 0;
}

int
trials_plan(struct trials *p, const struct train_settings *base, struct err *e)
{
	*p = (struct trials){ .base = base };
	if (base->log)
		return err_set(e, "--log is of one training, not of --compare");
	if (base->training.preview)
		return err_set(
			e, "--preview is of one training, not of --compare");
	if (base->checkpoint)
		return err_set(
			e, "--checkpoint is of one training, not of --compare");
	if (base->tsv && base->json)
		return err_set(e, "--json and --tsv: only one of them");
	if (add_axes(p, e) == 0 && add_all(p, e) == 0 &&
		check_used(p, e) == 0) {
		for (size_t i = 0; i < p->left_out.count; i++)
			say_warning("left out: %s", p->left_out.item[i]);
		return 0;
	}
	trials_free(p);
	return -1;
}

int
trials_none(const struct train_settings *s, struct err *e)
{
	if (s->codes_list)
		return err_set(e, "-k %s: several sizes need --compare",
			s->codes_list);
	if (s->tsv || s->json)
		return err_set(e, "--%s is for the table of --compare",
			s->tsv ? "tsv" : "json");
	return 0;
}

void
trials_free(struct trials *p)
{
	for (size_t a = 0; a < p->axes; a++)
		trial_axis_free(&p->axis[a]);
	free(p->one);
	strlist_free(&p->left_out);
	*p = (struct trials){ 0 };
}

void
trials_settings(const struct trials *p, size_t i, struct train_settings *s)
{
	struct err e;
	int status = combine(p, &p->one[i], s, &e);

	assert(status == 0); /* it was planned */
	(void)status;
}

const char *
trials_value(const struct trials *p, size_t i, size_t axis)
{
	size_t v = p->one[i].value[axis];

	return v == TRIALS_NONE ? NULL : p->axis[axis].value.item[v];
}

const char *
trials_type(const struct trials *p, size_t i)
{
	return p->one[i].type;
}

char *
trials_name(const struct trials *p, size_t i)
{
	char *name = mem_strdup(trials_type(p, i));

	for (size_t a = 0; a < p->axes; a++) {
		const char *v = trials_value(p, i, a);
		char *longer;

		if (!v || strcmp(p->axis[a].name, "type") == 0)
			continue;
		longer = mem_printf("%s %s=%s", name, p->axis[a].name, v);
		free(name);
		name = longer;
	}
	return name;
}
