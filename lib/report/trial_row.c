#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/trial_row.h"
#include "util/mem.h"
#include "util/names.h"

static const char *const unit_key[] = { "psnr_db", "snr_db", "mse" };
static const char *const rate_key[] = { "bits_per_pixel", "bits_per_second" };

/* Type and codes are columns of every table. */
bool
trial_row_own(const struct trial_axis *a)
{
	return strcmp(a->name, "type") != 0 && strcmp(a->name, "codes") != 0;
}

bool
trial_row_continue(const struct trials *p)
{
	return p->base->training.continue_file || trials_axis(p, "continue");
}

bool
trial_row_grow(const struct trials *p)
{
	return trial_row_continue(p) &&
		(p->base->training.given.k || trials_axis(p, "codes"));
}

/* Nine digits, as models have them in their metadata. */
static void
set_real(json_t *o, const char *prefix, const char *key, double v)
{
	char text[32], *name = mem_printf("%s%s", prefix, key);

	snprintf(text, sizeof(text), "%.9g", v);
	figures_real(o, name, strtod(text, NULL));
	free(name);
}

static void
set_count(json_t *o, const char *prefix, const char *key, size_t v)
{
	char *name = mem_printf("%s%s", prefix, key);

	figures_count(o, name, v);
	free(name);
}

/* f NULL, or without tokens: null, so that every row has all keys. */
static void
set_sample(json_t *o, const char *prefix, const struct trial_figures *f,
	enum item_kind kind)
{
	static const char *const keys[] = { "tokens", "used", "utilization",
		"expected_utilization", "entropy_bits", "perplexity", "error" };

	if (!f || !f->tokens) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			set_real(o, prefix, keys[i], (double)NAN);
		set_real(o, prefix, unit_key[kind], (double)NAN);
		return;
	}
	set_count(o, prefix, keys[0], f->tokens);
	set_count(o, prefix, keys[1], f->used);
	set_real(o, prefix, keys[2], f->share);
	set_real(o, prefix, keys[3], f->expected);
	set_real(o, prefix, keys[4], f->entropy);
	set_real(o, prefix, keys[5], f->perplexity);
	set_real(o, prefix, keys[6], f->error);
	set_real(o, prefix, unit_key[kind], f->quality);
}

/* Against the model gone on with; f NULL: null. */
static void
set_change(json_t *o, const char *prefix, const struct trial_figures *f)
{
	bool known = f && f->tokens;

	set_real(o, prefix, "churn", known ? f->change.churn : (double)NAN);
	set_real(o, prefix, "split", known ? f->change.split : (double)NAN);
	set_real(o, prefix, "drift", known ? f->change.distance : (double)NAN);
}

static void
set_choice(json_t *o, const struct trial *t)
{
	if (t->failed) {
		json_object_set_new(o, "saved_step", json_null());
		json_object_set_new(o, "settled", json_null());
		json_object_set_new(o, "weighted", json_null());
		return;
	}
	figures_count(o, "saved_step", t->saved_step);
	json_object_set_new(o, "settled", json_boolean(t->settled));
	json_object_set_new(o, "weighted", json_boolean(t->weighted));
}

/* JSON has no bytes that are not UTF-8; a file's name may. */
static json_t *
text_of(const char *s)
{
	char *clean = names_printable(s);
	json_t *v = json_string(clean);

	free(clean);
	return v;
}

static json_t *
value_of(const struct trial_axis *a, const char *v)
{
	if (!v)
		return json_null();
	if (a->kind == TRIAL_FLAG)
		return json_boolean(strcmp(v, "yes") == 0);
	if (a->kind == TRIAL_NUMBER && v[strspn(v, "0123456789")] == '\0')
		return json_integer((json_int_t)strtoull(v, NULL, 10));
	if (a->kind == TRIAL_NUMBER)
		return json_real(strtod(v, NULL));
	return text_of(v);
}

json_t *
trial_row(const struct trials *p, size_t i, const struct trial *t,
	enum item_kind kind)
{
	const struct trial_figures *held = t->failed ? NULL : &t->held;
	const struct trial_figures *train = t->failed ? NULL : &t->train;
	json_t *o = json_object();

	figures_text(o, "type", trials_type(p, i));
	figures_count(o, "codes", t->k);
	for (size_t a = 0; a < p->axes; a++)
		if (trial_row_own(&p->axis[a]))
			json_object_set_new(o, p->axis[a].name,
				value_of(&p->axis[a], trials_value(p, i, a)));
	set_real(o, "", "bits_per_token", t->failed ? (double)NAN : t->bits);
	if (kind != ITEM_ROWS)
		set_real(o, "", rate_key[kind],
			t->failed ? (double)NAN : t->rate);
	set_choice(o, t);
	set_sample(o, "held_", held, kind);
	if (trial_row_continue(p))
		set_change(o, "held_", t->continued ? held : NULL);
	set_sample(o, "train_", train, kind);
	if (trial_row_continue(p))
		set_change(o, "train_", t->continued ? train : NULL);
	set_real(o, "", "seconds", t->seconds);
	if (t->failed)
		json_object_set_new(o, "failed", text_of(t->failed));
	else
		json_object_set_new(o, "failed", json_null());
	return o;
}
