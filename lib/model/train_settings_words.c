#include <stdlib.h>
#include <string.h>

#include "model/train_settings.h"
#include "util/mem.h"

/* What may be another thing when a training is gone on with. */
static bool
is_free(const struct opt *o)
{
	static const char *const names[] = { "output", "threads", "quiet",
		"verbose", "force", "files-from", "null", "max-errors", "log",
		"valid-from", "list-types", "steps", "epochs", "time",
		"checkpoint", "checkpoint-every", "resume", "preview",
		"context", "reduce" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(o->name, names[i]) == 0)
			return true;
	return o->list;
}

static char *
word(const struct opt *o)
{
	if (o->flag)
		return mem_printf("%s=%s", o->name, *o->flag ? "yes" : "no");
	if (o->num)
		return mem_printf("%s=%zu", o->name, *o->num);
	if (o->real)
		return mem_printf("%s=%.17g", o->name, *o->real);
	return mem_printf("%s=%s", o->name, *o->str ? *o->str : "");
}

char *
train_settings_words(struct train_settings *s)
{
	struct opt rows[TRAIN_SETTINGS_ROOM] = { 0 };
	char *all = mem_strdup("");

	train_settings_rows(s, rows);
	for (const struct opt *o = rows; o->name; o++) {
		char *one, *both;

		if (is_free(o))
			continue;
		one = word(o);
		both = mem_printf("%s%s\n", all, one);
		free(one);
		free(all);
		all = both;
	}
	return all;
}
