#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/train_keep.h"
#include "tensor/le.h"
#include "tensor/record_share.h"
#include "tensor/safetensors.h"
#include "util/crc.h"
#include "util/input.h"
#include "util/machine.h"
#include "util/mem.h"
#include "util/num.h"
#include "util/progress.h"

#define SEAL "header_crc32"

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

static uint32_t
add_text(uint32_t crc, const char *text)
{
	return crc_add(crc, text, strlen(text) + 1);
}

/* Of what the data's crc32 does not cover, in any order. */
static void
seal_of(const struct record *r, char hex[9])
{
	unsigned char extent[8];
	uint32_t all = 0;
	const char *key;
	json_t *value;

	json_object_foreach(r->meta.map, key, value)
	{
		if (strcmp(key, SEAL) != 0 && strcmp(key, "crc32") != 0)
			all ^= add_text(
				add_text(0, key), json_string_value(value));
	}
	for (size_t i = 0; i < r->count; i++) {
		const struct tensor *t = &r->tensor[i];
		uint32_t crc =
			add_text(add_text(0, t->name), dtype_name(t->dtype));

		for (size_t j = 0; j < t->rank; j++) {
			le_put64(extent, t->shape[j]);
			crc = crc_add(crc, extent, sizeof(extent));
		}
		all ^= crc;
	}
	snprintf(hex, 9, "%08" PRIx32, all);
}

void
train_keep_seal(struct record *r)
{
	char hex[9];

	seal_of(r, hex);
	meta_set(&r->meta, SEAL, hex);
}

static const char *
next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

/* The line of words with the name that this one begins with, or NULL. */
static const char *
find_line(const char *words, const char *line)
{
	size_t name = strcspn(line, "=\n") + 1;

	for (; *words; words = next_line(words))
		if (strncmp(words, line, name) == 0)
			return words;
	return NULL;
}

static bool
same_line(const char *a, const char *b)
{
	size_t n = strcspn(a, "\n");

	return n == strcspn(b, "\n") && memcmp(a, b, n) == 0;
}

static int
check_options(const struct train_keep *k, const char *was, struct err *e)
{
	for (const char *now = k->words; *now; now = next_line(now)) {
		const char *then = find_line(was, now);

		if (!then)
			then = find_line(k->usual, now);
		if (!then || !same_line(now, then))
			return err_set(e, "made with %.*s, not %.*s",
				then ? (int)strcspn(then, "\n") : 0, then,
				(int)strcspn(now, "\n"), now);
	}
	for (; *was; was = next_line(was))
		if (!find_line(k->words, was))
			return err_set(e,
				"made with %.*s, which is no option now",
				(int)strcspn(was, "\n"), was);
	return 0;
}

static int
check(const struct train_keep *k, struct err *e)
{
	const char *was = meta_get(&k->was.meta, "options");
	const char *seal = meta_get(&k->was.meta, SEAL);
	char hex[9];

	if (!is_checkpoint(&k->was) || !was)
		return err_set(e, "not a checkpoint of vq-train");
	if (machine_check(meta_get(&k->was.meta, "machine"), e) != 0)
		return -1;
	seal_of(&k->was, hex);
	if (!seal || strcmp(seal, hex) != 0 || !meta_get(&k->was.meta, "crc32"))
		return err_set(e, "the checkpoint's header is damaged");
	if (meta_format(&k->was.meta, e) != 0)
		return -1;
	return check_options(k, was, e);
}

/* A file to replace is a checkpoint, or has nothing to lose. */
static int
check_replaced(const char *path, const struct stat *st, struct err *e)
{
	struct record r = { 0 };
	struct extent *ext;
	struct input *in;
	uint64_t bytes;
	bool is = false;

	if (!S_ISREG(st->st_mode) || st->st_size == 0)
		return 0;
	if (!(in = input_open(path, e)))
		return -1;
	if (safetensors_read(in, &r, &ext, &bytes, e) == 0) {
		is = is_checkpoint(&r);
		free(ext);
	}
	record_free(&r);
	input_close(in);
	if (is)
		return 0;
	return err_set(e,
		"%s: exists and is no checkpoint of vq-train: not replaced",
		path);
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
		return check_replaced(k->path, &st, e);
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
	free(k->usual);
	k->words = k->usual = NULL;
}

void
train_keep_share(struct train_keep *k)
{
	record_share(&k->was);
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
