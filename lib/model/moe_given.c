#include <string.h>

#include "model/moe_given.h"

/* The first given option that only a codebook has. */
static const char *
book_option(const struct moe_training *t)
{
	const struct {
		bool given;
		const char *name;
	} all[] = { { t->given.codes, "--codes" }, { t->given.map, "--map" },
		{ t->given.type, "--type" }, { t->given.contrib, "--contrib" },
		{ t->model.freeze_codes, "--freeze-codes" },
		{ t->given.vq_weight, "--vq-weight" },
		{ t->given.beta, "--beta" },
		{ t->model.code_entropy > 0, "--code-entropy" } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].given)
			return all[i].name;
	return NULL;
}

int
moe_given_check(const struct moe_training *t, enum moe_kind kind, struct err *e)
{
	const char *option = book_option(t);

	if (!moe_opts_has_book(kind) && option)
		return err_set(e, "%s: router %s has no codebook", option,
			moe_opts_kind_name(kind));
	if (kind == MOE_VQ && t->given.top && t->model.top > 1)
		return err_set(e,
			"-t %zu: router vq gives a row to one expert, that of "
			"its code",
			t->model.top);
	if (kind != MOE_HYBRID && t->model.rules)
		return err_set(e, "--rules: router %s takes none",
			moe_opts_kind_name(kind));
	return 0;
}

static int
check(const char *option, bool given, size_t want, size_t is,
	const struct moe_training *t, struct err *e)
{
	if (!given || want == is)
		return 0;
	return err_set(e, "%s %zu, but %s has %zu, which cannot change", option,
		want, t->from ? t->from : t->experts, is);
}

int
moe_given_experts(
	const struct moe_opts *o, const struct moe_training *t, struct err *e)
{
	const struct moe_opts *g = &t->model;

	if (check("--width", t->given.width, g->width, o->width, t, e) != 0 ||
		check("--hidden", t->given.hidden, g->hidden, o->hidden, t,
			e) != 0)
		return -1;
	return check("--layers", t->given.layers, g->layers, o->layers, t, e);
}

int
moe_given_take(struct moe_opts *o, const struct moe_training *t, struct err *e)
{
	const struct moe_opts *g = &t->model;

	if (check("-E", t->given.experts, g->experts, o->experts, t, e) != 0 ||
		check("--context", t->given.context, g->context, o->context, t,
			e) != 0 ||
		moe_given_experts(o, t, e) != 0)
		return -1;
	if (t->given.kind)
		o->kind = g->kind;
	if (t->given.top)
		o->top = g->top;
	if (t->given.codes)
		o->codes = g->codes;
	if (t->given.type)
		o->type = g->type;
	if (t->given.map) {
		o->map = g->map;
		o->map_path = g->map_path;
	}
	if (t->given.contrib)
		o->contrib = g->contrib;
	if (t->given.act)
		o->act = g->act;
	if (t->given.capacity)
		o->capacity = g->capacity;
	return 0;
}

bool
moe_given_twice(const char *output, const struct moe_loop_opts *l)
{
	const char *const path[] = { output, l->log, l->trace, l->checkpoint };

	for (size_t i = 0; i < 4; i++)
		for (size_t j = i + 1; j < 4; j++)
			if (path[i] && path[j] &&
				strcmp(path[i], path[j]) == 0 &&
				strcmp(path[i], "-") != 0)
				return true;
	return false;
}
