#include <stdlib.h>

#include "report/verdict.h"
#include "stats/ranking.h"
#include "stats/usage.h"
#include "util/mem.h"

/* Takes text, which came from malloc. */
static void
warn(json_t *warnings, char *text)
{
	json_array_append_new(warnings, json_string(text));
	free(text);
}

void
verdict_guessed(json_t *warnings, size_t stages, size_t column, size_t k)
{
	if (stages > 1)
		warn(warnings,
			mem_printf("k of %zu stages is not known (-k, -m): "
				   "one more than the largest code seen in "
				   "each is taken, a lower bound",
				stages));
	if (stages == 1)
		warn(warnings,
			mem_printf("k of stage %zu is not known (-k, -m): %zu "
				   "is one more than the largest code seen, "
				   "a lower bound",
				column, k));
}

static void
judge_size(json_t *warnings, uint64_t n, size_t k)
{
	double expected = usage_expected(n, k);

	if (n >= usage_enough(k) && expected >= 0.99)
		return;
	warn(warnings,
		mem_printf("%llu tokens are too few to judge %zu codes: even "
			   "uniform use would show %.1f %% of them; "
			   "%llu would do",
			(unsigned long long)n, k, 100 * expected,
			(unsigned long long)usage_enough(k)));
}

static size_t
largest_book(const struct tally *t, const size_t *k)
{
	size_t largest = 0;

	for (size_t i = 0; i < t->cols; i++)
		if (k[i] > largest)
			largest = k[i];
	return largest;
}

void
verdict_tally(json_t *warnings, const struct tally *t, const size_t *k)
{
	size_t largest = largest_book(t, k);

	if (largest && t->tokens)
		judge_size(warnings, t->tokens, largest);
	if (t->joint.full)
		warn(warnings,
			mem_printf("no joint figures: more than %zu different "
				   "tokens (--joint-limit)",
				joint_bound(&t->joint)));
}

void
verdict_note(json_t *notes, const struct tally *t, const size_t *k)
{
	size_t largest = largest_book(t, k);

	/* A code hit once is not below a tenth of its share then. */
	if (!t->tokens || t->tokens > 10 * (uint64_t)largest)
		return;
	warn(notes,
		mem_printf("%llu tokens are too few to tell which of %zu codes "
			   "are near dead; %llu would do",
			(unsigned long long)t->tokens, largest,
			(unsigned long long)ranking_enough(largest)));
}
