#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/crc.h"
#include "util/ledger_lines.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/regular.h"

#define CHECK 9 /* a tab and 8 hex digits, at the end of each line */

/* Open addressing over a table of 2^n slots, at most half full: each a line,
 * ended by NUL, as is its name. */
struct ledger_lines {
	char *text;
	char **slot;
	size_t room, count;
};

/* Where the name is, or the free slot where it belongs. */
static char **
find(const struct ledger_lines *l, const char *name)
{
	size_t i = (size_t)names_hash(name);

	for (;; i++) {
		char **slot = &l->slot[i & (l->room - 1)];

		if (!*slot || strcmp(*slot, name) == 0)
			return slot;
	}
}

static void
widen(struct ledger_lines *l)
{
	char **old = l->slot;
	size_t room = l->room;

	l->room *= 2;
	l->slot = mem_zalloc(l->room, sizeof(*l->slot));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			*find(l, old[i]) = old[i];
	free(old);
}

static bool
is_whole(const char *line, size_t n)
{
	char want[CHECK + 1];

	if (n <= CHECK)
		return false;
	snprintf(want, sizeof(want), "\t%08" PRIx32,
		crc_add(0, line, n - CHECK));
	return memcmp(line + n - CHECK, want, CHECK) == 0;
}

static void
take(struct ledger_lines *l, char *line, size_t n)
{
	char *tab = memchr(line, '\t', n);
	char **slot;

	if (!tab || memchr(line, '\0', n) || !is_whole(line, n))
		return;
	line[n - CHECK] = '\0';
	*tab = '\0';
	slot = find(l, line);
	l->count += !*slot;
	*slot = line;
	if (l->count * 2 > l->room)
		widen(l);
}

/* As long as it is now: what others add meanwhile is not ours to know. */
static int
read_text(struct ledger_lines *l, const char *path, size_t *n, struct err *e)
{
	int fd = regular_open(path, O_RDONLY, e);
	struct stat st;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	*n = 0;
	if (fstat(fd, &st) == 0) {
		l->text = mem_alloc((size_t)st.st_size + 1, 1);
		do {
			got = read(fd, l->text + *n, (size_t)st.st_size - *n);
			*n += got > 0 ? (size_t)got : 0;
		} while (got > 0 || (got < 0 && errno == EINTR));
	}
	if (got < 0)
		err_sys(e, "cannot read it");
	close(fd);
	return got < 0 ? -1 : 0;
}

struct ledger_lines *
ledger_lines_read(const char *path, struct err *e)
{
	struct ledger_lines *l = mem_zalloc(1, sizeof(*l));
	struct stat st;
	size_t n = 0;
	char *end;

	l->room = 64;
	l->slot = mem_zalloc(l->room, sizeof(*l->slot));
	if (lstat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return l;
	if (read_text(l, path, &n, e) != 0) {
		ledger_lines_free(l);
		return NULL;
	}
	for (char *line = l->text; n; line = end + 1) {
		end = memchr(line, '\n', n);
		if (!end)
			break;
		take(l, line, (size_t)(end - line));
		n -= (size_t)(end + 1 - line);
	}
	return l;
}

void
ledger_lines_free(struct ledger_lines *l)
{
	if (!l)
		return;
	free(l->text);
	free(l->slot);
	free(l);
}

bool
ledger_lines_find(const struct ledger_lines *l, const char *name,
	struct ledger_line *line)
{
	const char *at = *find(l, name);

	return at &&
		sscanf(at + strlen(at) + 1,
			"%16[0-9a-f-]\t%16" SCNx64 "\t%95[0-9.:-]\t%" SCNu64
			"\t%8" SCNx32,
			line->model, &line->options, line->stamp, &line->size,
			&line->crc) == 5;
}

/* No file is called so: a % stands before two digits in their names. */
static char *
how_name(uint64_t options)
{
	return mem_printf("%%options:%016" PRIx64, options);
}

char *
ledger_lines_how(const struct ledger_lines *l, uint64_t options)
{
	char *name = how_name(options);
	const char *at = *find(l, name);

	free(name);
	return at ? names_unescape(at + strlen(at) + 1) : NULL;
}

/* Behind a newline, and with one. */
static char *
checked(char *head)
{
	char *text = mem_printf(
		"\n%s\t%08" PRIx32 "\n", head, crc_add(0, head, strlen(head)));

	free(head);
	return text;
}

char *
ledger_lines_how_text(uint64_t options, const char *how)
{
	char *name = how_name(options), *escaped = names_escape(how);
	char *text = checked(mem_printf("%s\t%s", name, escaped));

	free(escaped);
	free(name);
	return text;
}

char *
ledger_lines_text(const char *name, const struct ledger_line *line)
{
	return checked(mem_printf("%s\t%s\t%016" PRIx64 "\t%s\t%" PRIu64
				  "\t%08" PRIx32,
		name, line->model, line->options, line->stamp, line->size,
		line->crc));
}
