#include <stdio.h>

#include "model/account.h"
#include "util/farewell.h"
#include "util/progress.h"

bool
account_full(const struct account *a)
{
	return a->max_errors && a->failed >= a->max_errors;
}

/* "2 done again (1 damaged, 1 of another input)" */
static void
again_text(const struct account *a, char *text, size_t room)
{
	static const char *const why[LEDGER_STATES] = {
		[LEDGER_MISSING] = "missing",
		[LEDGER_DAMAGED] = "damaged",
		[LEDGER_INPUT] = "of another input",
		[LEDGER_OPTIONS] = "by other options",
		[LEDGER_MODEL] = "by another model",
	};
	char each[LEDGER_STATES * 48] = "";
	size_t again = 0, at = 0;

	for (size_t i = LEDGER_MISSING; i < LEDGER_STATES; i++) {
		if (!a->state[i])
			continue;
		at += (size_t)snprintf(each + at, sizeof(each) - at, "%s%zu %s",
			again ? ", " : " (", a->state[i], why[i]);
		again += a->state[i];
	}
	snprintf(text, room, "%zu done again%s%s", again, each,
		again ? ")" : "");
}

/* Behind the counts: why there are not more. */
static void
end_text(const struct account *a, char *text, size_t room)
{
	*text = '\0';
	if (a->torn)
		snprintf(text, room,
			": stopped, since what was written cannot go on");
	else if (account_full(a))
		snprintf(text, room, ": stopped by --max-errors %zu",
			a->max_errors);
}

static void
part_text(const struct account *a, char *text, size_t room)
{
	*text = '\0';
	if (a->shard.count)
		snprintf(text, room, "part %zu/%zu: ", a->shard.index,
			a->shard.count);
}

void
account_begin(struct account *a)
{
	char part[64], text[128];

	a->begun = true;
	if (!a->skip_done)
		return;
	part_text(a, part, sizeof(part));
	snprintf(text, sizeof(text), "%sstopped: ", part);
	farewell_begin(text, " more done; the same command goes on there");
}

void
account_moved(const struct account *a)
{
	farewell_count(a->done);
}

void
account_say(const struct account *a)
{
	char part[64], again[LEDGER_STATES * 48 + 64], failed[32] = "", end[64];
	size_t all = a->done + a->failed;

	farewell_end();
	part_text(a, part, sizeof(part));
	end_text(a, end, sizeof(end));
	if (a->skip_done && !a->begun)
		return;
	if (a->skip_done) {
		again_text(a, again, sizeof(again));
		if (a->failed)
			snprintf(failed, sizeof(failed), ", %zu failed",
				a->failed);
		say_note("%s%zu done before, %s, %zu new%s%s", part,
			a->state[LEDGER_DONE], again, a->state[LEDGER_NEW],
			failed, end);
	} else if (a->failed && (all > 1 || *end)) {
		say_note("%s%zu of %zu item%s failed%s", part, a->failed, all,
			all == 1 ? "" : "s", end);
	}
}
