#include <math.h>
#include <stdlib.h>

#include "report/figures.h"
#include "stats/ranking.h"
#include "stats/usage.h"
#include "util/mem.h"

void
figures_real(json_t *o, const char *key, double v)
{
	char *flag;

	json_object_set_new(o, key, isfinite(v) ? json_real(v) : json_null());
	if (!isinf(v))
		return;
	flag = mem_printf("%s_infinite", key);
	json_object_set_new(o, flag, json_true());
	free(flag);
}

void
figures_count(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

void
figures_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_string(text));
}

double
figures_get(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void
known(json_t *o, const char *key, uint64_t v, int is_known)
{
	if (is_known)
		figures_count(o, key, v);
	else
		json_object_set_new(o, key, json_null());
}

static void
set_usage(json_t *o, const struct usage *u)
{
	figures_count(o, "tokens", u->tokens);
	known(o, "codes", u->codes, u->codes != 0);
	figures_count(o, "used", u->used);
	known(o, "dead", u->dead, u->codes != 0);
	known(o, "near_dead", u->near_dead, u->codes != 0);
	figures_real(o, "utilization", u->utilization);
	figures_real(o, "expected_utilization", u->expected);
	figures_real(o, "tokens_per_code", u->tokens_per_code);
	figures_real(o, "entropy_bits", u->entropy_bits);
	figures_real(o, "entropy_bias_bits", u->entropy_bias_bits);
	figures_real(o, "perplexity", u->perplexity);
	figures_real(o, "gini", u->gini);
	figures_real(o, "top_share", u->top_share);
	figures_real(o, "bits_per_token", u->bits_per_token);
}

static void
set_joint(json_t *o, const struct tally *t)
{
	struct usage u = usage_joint(t);

	known(o, "joint_used", u.used, !t->joint.full);
	figures_real(o, "joint_entropy_bits", u.entropy_bits);
	figures_real(o, "joint_entropy_bias_bits", u.entropy_bias_bits);
	figures_real(o, "joint_perplexity", u.perplexity);
	if (t->joint.full)
		json_object_set_new(o, "joint_limited", json_true());
}

void
figures_tally(json_t *o, const struct tally *t, const size_t *k)
{
	struct usage *u = mem_alloc(t->cols, sizeof(*u)), total;
	json_t *stages = json_array();

	for (size_t i = 0; i < t->cols; i++) {
		json_t *stage = json_object();

		u[i] = usage_column(&t->col[i], k[i]);
		figures_count(stage, "stage", i);
		set_usage(stage, &u[i]);
		json_array_append_new(stages, stage);
	}
	total = usage_total(u, t->cols);
	set_usage(o, &total);
	if (t->cols != 1) {
		json_object_del(o, "gini");
		json_object_del(o, "top_share");
	}
	set_joint(o, t);
	json_object_set_new(o, "stages", stages);
	free(u);
}

static json_t *
curve(const struct counts *c, size_t k)
{
	struct ranking_point p[RANKING_POINTS];
	json_t *points = json_array(), *o;
	struct ranking r;
	size_t n;

	ranking_init(&r, c, k);
	n = ranking_curve(&r, p);
	ranking_free(&r);
	for (size_t i = 0; i < n; i++) {
		o = json_object();
		figures_count(o, "rank", p[i].rank);
		figures_count(o, "count", p[i].count);
		figures_real(o, "share", p[i].share);
		json_array_append_new(points, o);
	}
	return points;
}

void
figures_curves(json_t *o, const struct tally *t, const size_t *k)
{
	json_t *stages = json_object_get(o, "stages");

	for (size_t i = 0; i < t->cols; i++)
		json_object_set_new(json_array_get(stages, i), "curve",
			curve(&t->col[i], k[i]));
}
