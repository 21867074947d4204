#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/crc.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/opt_sum.h"

/* What decides nothing about the bytes of a file. */
static const char *const others[] = { "model", "list-models", "any-model",
	"output", "output-dir", "index", "threads", "quiet", "verbose", "force",
	"files-from", "null", "max-errors", "max-pixels", "max-samples",
	"skip-done", "shard" };

static bool
decides(const char *name)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], name) == 0)
			return false;
	return true;
}

/* Of the bytes of a file; 0 of what is none. */
static int
sum_file(const char *path, uint32_t *crc, struct err *e)
{
	struct input *in;
	unsigned char block[4096];
	ptrdiff_t got;
	struct stat st;

	*crc = 0;
	if (stat(path, &st) != 0 || S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(e,
			"no regular file: --skip-done cannot tell whether it "
			"changed");
	in = input_open(path, e);
	if (!in)
		return -1;
	while ((got = input_read(in, block, sizeof(block), e)) > 0)
		*crc = crc_add(*crc, block, (size_t)got);
	input_close(in);
	return got < 0 ? -1 : 0;
}

/* "name=value\n"; malloc'd. */
static char *
row_text(const struct opt *o, struct err *e)
{
	uint32_t crc = 0;

	if (o->flag)
		return mem_printf("%s=%d\n", o->name, *o->flag);
	if (o->num)
		return mem_printf(
			"%s=%zu %d\n", o->name, *o->num, o->given && *o->given);
	if (o->real)
		return mem_printf(
			"%s=%a %d\n", o->name, *o->real, o->given && *o->given);
	if (!o->str || !*o->str)
		return mem_printf("%s\n", o->name);
	if (sum_file(*o->str, &crc, e) != 0) {
		err_wrap(e, "--%s %s", o->name, *o->str);
		return NULL;
	}
	return mem_printf("%s=%s %08x\n", o->name, *o->str, crc);
}

int
opt_sum(const struct opt *table, const char *program, uint64_t *sum,
	char **text, struct err *e)
{
	char *all = mem_printf("%s\n", program);

	for (const struct opt *o = table; o->name; o++) {
		char *row, *more;

		if (!decides(o->name))
			continue;
		row = row_text(o, e);
		if (!row) {
			free(all);
			return -1;
		}
		more = mem_printf("%s%s", all, row);
		free(row);
		free(all);
		all = more;
	}
	*sum = names_hash(all);
	*text = all;
	return 0;
}

/* The line begins with the name of an option, up to a = or its end. */
static size_t
name_length(const char *line)
{
	return strcspn(line, "=\n");
}

/* The line of text about the same option; NULL: none. */
static const char *
same_option(const char *line, const char *text)
{
	size_t n = name_length(line);

	while (*text && (name_length(text) != n || memcmp(text, line, n) != 0))
		text += strcspn(text, "\n") + 1;
	return *text ? text : NULL;
}

static bool
same_line(const char *a, const char *b)
{
	size_t n = strcspn(a, "\n");

	return strcspn(b, "\n") == n && memcmp(a, b, n) == 0;
}

char *
opt_sum_differ(const char *was, const char *is)
{
	char *found = NULL;

	if (!same_line(was, is))
		return mem_printf("%.*s", (int)strcspn(was, "\n"), was);
	for (; *is; is += strcspn(is, "\n") + 1) {
		const char *old = same_option(is, was);
		char *more;

		if (old && same_line(old, is))
			continue;
		more = mem_printf("%s%s--%.*s", found ? found : "",
			found ? ", " : "", (int)name_length(is), is);
		free(found);
		found = more;
	}
	return found;
}
