#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/train_keep.h"
#include "util/mem.h"
#include "util/num.h"
#include "util/progress.h"

static bool
is_checkpoint(const struct record *r)
{
	const char *kind = meta_get(&r->meta, "kind");

	return kind && strcmp(kind, "train-checkpoint") == 0;
}

int
train_keep_refuse(const struct record *r, struct err *e)
{
	if (!is_checkpoint(r))
		return 0;
	return err_set(e,
		"a checkpoint of vq-train, not a model: vq-train --resume "
		"goes on from it to the model");
}

/* The first line that is not the same. */
static int
differ(const char *now, const char *was, struct err *e)
{
	while (*now && *now == *was) {
		const char *a = strchr(now, '\n'), *b = strchr(was, '\n');

		if (!a || !b || a - now != b - was ||
			memcmp(now, was, (size_t)(a - now)) != 0)
			break;
		now = a + 1;
		was = b + 1;
	}
	return err_set(e, "made with %.*s, not %.*s", (int)strcspn(was, "\n"),
		was, (int)strcspn(now, "\n"), now);
}

static int
check(const struct train_keep *k, struct err *e)
{
	const char *was = meta_get(&k->was.meta, "options");

	if (!is_checkpoint(&k->was) || !was)
		return err_set(e, "not a checkpoint of vq-train");
	if (strcmp(was, k->words) != 0)
		return differ(k->words, was, e);
	return 0;
}

int
train_keep_open(struct train_keep *k, struct err *e)
{
	struct stat st;

	if (!k->path)
		return 0;
	if (stat(k->path, &st) != 0 && errno == ENOENT) {
		if (k->resume)
			say_note("%s: no checkpoint yet, this is the start",
				k->path);
		return 0;
	}
	if (!k->resume && !k->force)
		return err_set(e,
			"%s: exists (use --resume to go on, -f to replace)",
			k->path);
	if (!k->resume)
		return 0;
	if (record_load(&k->was, k->path, SIZE_MAX, e) == 0 && check(k, e) == 0)
		return 0;
	record_free(&k->was);
	return err_wrap(e, "%s", k->path);
}

void
train_keep_free(struct train_keep *k)
{
	record_free(&k->was);
	free(k->words);
	k->words = NULL;
}

bool
train_keep_log(const struct train_keep *k, uint64_t *bytes)
{
	size_t n = 0;
	bool logged = meta_size(&k->was.meta, "log", &n) == 1;

	*bytes = n;
	return logged;
}

double
train_keep_seconds(const struct train_keep *k)
{
	const char *text = meta_get(&k->was.meta, "seconds");
	double v = 0;

	if (!text || num_real(text, &v) != 0)
		return 0;
	return v;
}
