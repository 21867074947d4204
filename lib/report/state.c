#include <stdlib.h>
#include <string.h>

#include "report/sizes.h"
#include "report/state.h"
#include "util/mem.h"

void
state_free(struct state *s)
{
	tally_free(&s->tally);
	neighbours_free(&s->around);
	free(s->codes);
	free(s->model);
	*s = (struct state){ .keys = s->keys };
}

void
state_columns(struct state *s, size_t cols)
{
	tally_init(&s->tally, cols);
	s->tally.joint.keys = s->keys;
	neighbours_init(&s->around, cols, s->keys ? s->keys : JOINT_KEYS);
}

static int
check_sum(uint64_t a, uint64_t b, struct err *e)
{
	if (a <= STATE_COUNT_MAX && b <= STATE_COUNT_MAX - a)
		return 0;
	return err_set(
		e, "counts above %llu", (unsigned long long)STATE_COUNT_MAX);
}

static int
check_columns(const struct tally *to, const struct tally *from, struct err *e)
{
	size_t room = 0;

	if (to->cols != from->cols)
		return err_set(e, "%zu columns of codes, but %zu before",
			from->cols, to->cols);
	for (size_t i = 0; i < to->cols; i++)
		room += counts_room(&to->col[i], from->col[i].max);
	if (room <= TALLY_COUNTERS_MAX)
		return 0;
	return err_set(e,
		"codes too large for %zu columns: they need more than %zu "
		"counters in all",
		to->cols, TALLY_COUNTERS_MAX);
}

static int
check_word(const char *what, const char *to, const char *from, struct err *e)
{
	if (!to || !from || strcmp(to, from) == 0)
		return 0;
	return err_set(e, "codes of %s %s, but of %s before", what, from, to);
}

static int
check_codes(const struct tally *t, const char *codes, struct err *e)
{
	struct sizes k;
	int status = 0;

	if (!codes)
		return 0;
	if (sizes_parse(&k, codes, e) != 0)
		return -1;
	for (size_t i = 0; i < t->cols && status == 0; i++)
		if (t->col[i].used && t->col[i].max >= sizes_at(&k, i))
			status = err_set(e,
				"column %zu has %zu codes, but code %u was "
				"counted",
				i, sizes_at(&k, i), t->col[i].max);
	sizes_free(&k);
	return status;
}

static int
check(const struct state *to, const struct state *from, struct err *e)
{
	const struct tally *a = &to->tally, *b = &from->tally;

	if (check_word("model", to->model, from->model, e) != 0 ||
		check_sum(a->tokens, b->tokens, e) != 0 ||
		check_sum(to->items, from->items, e) != 0 ||
		check_sum(to->failed, from->failed, e) != 0)
		return -1;
	if (!a->cols || !b->cols)
		return 0;
	if (check_columns(a, b, e) != 0 ||
		check_word("codebooks of", to->codes, from->codes, e) != 0 ||
		check_codes(a, from->codes, e) != 0)
		return -1;
	return check_codes(b, to->codes, e);
}

static void
add_counts(struct counts *to, const struct counts *from)
{
	for (size_t i = 0; i < from->used; i++)
		counts_put(to, from->hit[i], from->n[from->hit[i]]);
}

static void
add_joint(struct joint *to, const struct joint *from)
{
	if (from->full) {
		joint_give_up(to);
		to->tokens += from->tokens;
		return;
	}
	for (size_t i = 0; i < from->used; i++)
		joint_put(to, from->key + i * from->cols, from->n[i]);
}

static void
add_tally(struct tally *to, const struct tally *from)
{
	for (size_t i = 0; i < to->cols; i++)
		add_counts(&to->col[i], &from->col[i]);
	if (to->cols > 1)
		add_joint(&to->joint, &from->joint);
	to->tokens += from->tokens;
}

static void
learn(char **to, const char *from)
{
	if (!*to && from)
		*to = mem_strdup(from);
}

int
state_add(struct state *to, const struct state *from, struct err *e)
{
	if (check(to, from, e) != 0)
		return -1;
	if (from->tally.cols) {
		if (!to->tally.cols)
			state_columns(to, from->tally.cols);
		add_tally(&to->tally, &from->tally);
		neighbours_join(&to->around, &from->around);
	}
	to->whole_tokens += from->whole_tokens;
	to->items += from->items;
	to->failed += from->failed;
	learn(&to->model, from->model);
	learn(&to->codes, from->codes);
	rates_join(&to->rates, &from->rates);
	coded_join(&to->coded, &from->coded);
	return 0;
}
