#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/crc.h"
#include "util/input.h"
#include "util/ledger.h"
#include "util/ledger_lines.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/regular.h"

#define BLOCK ((size_t)1 << 18)
#define TICK 20000000 /* ns: longer than any */

struct ledger {
	const char *dir;
	char *path;
	struct ledger_key key;
	struct ledger_lines *lines;
	int fd;    /* -1: nothing was added yet */
	bool told; /* how things are made is in it */
};

struct ledger *
ledger_open(const char *dir, const struct ledger_key *key, struct err *e)
{
	struct ledger *l = mem_zalloc(1, sizeof(*l));

	l->dir = dir;
	l->path = names_output_path(dir, LEDGER_NAME, NULL);
	l->key = *key;
	l->fd = -1;
	l->lines = ledger_lines_read(l->path, e);
	if (l->lines)
		return l;
	err_wrap(e, "%s", l->path);
	ledger_close(l);
	return NULL;
}

void
ledger_close(struct ledger *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	ledger_lines_free(l->lines);
	free(l->path);
	free(l);
}

/*
 * File systems take their times from a clock that ticks, on Linux every 1 to 10
 * ms: what is changed twice within a tick does not show it.  A time to come is
 * another machine's, and nothing to wait for.
 */
static void
pass_tick(const struct timespec *change)
{
	struct timespec now, rest = { 0 };
	int64_t age;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec - change->tv_sec > 1 || now.tv_sec < change->tv_sec)
		return;
	age = (now.tv_sec - change->tv_sec) * INT64_C(1000000000) +
		now.tv_nsec - change->tv_nsec;
	if (age < 0 || age >= TICK)
		return;
	rest.tv_nsec = (long)(TICK - age);
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
}

bool
ledger_stamp(struct input *in, char stamp[LEDGER_STAMP])
{
	struct input_region r;
	struct stat st;
	struct err unused;
	const unsigned char *p;

	/* A file of no bytes counts as none that is regular (input.h). */
	if (input_peek(in, 1, &p, &unused) == 0) {
		snprintf(stamp, LEDGER_STAMP, "0");
		return true;
	}
	if (!input_is_regular(in) || input_spool(in, &r, &unused) != 0 ||
		fstat(r.fd, &st) != 0)
		return false;
	pass_tick(&st.st_ctim);
	snprintf(stamp, LEDGER_STAMP, "%jd:%jd.%09ld:%jd.%09ld",
		(intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
		st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec,
		st.st_ctim.tv_nsec);
	return true;
}

/* As it stands in the ledger; malloc'd. */
static char *
name_of(const struct ledger *l, const char *path)
{
	size_t n = strlen(l->dir);

	if (strncmp(path, l->dir, n) == 0)
		path += n;
	return names_escape(path + strspn(path, "/"));
}

/* Size and crc32 of a file's bytes; -1 with errno. */
static int
sum_file(const char *path, uint64_t *size, uint32_t *crc)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char *block;
	ssize_t got;

	if (fd < 0)
		return -1;
	block = mem_alloc(BLOCK, 1);
	*size = 0;
	*crc = 0;
	while ((got = read(fd, block, BLOCK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		*crc = crc_add(*crc, block, (size_t)got);
		*size += (uint64_t)got;
	}
	free(block);
	close(fd);
	return got < 0 ? -1 : 0;
}

enum ledger_state
ledger_check(const struct ledger *l, const char *path, const char *stamp)
{
	char *name = name_of(l, path);
	struct ledger_line was;
	bool known = ledger_lines_find(l->lines, name, &was);
	struct stat st;
	uint64_t size;
	uint32_t crc;

	free(name);
	if (!known)
		return LEDGER_NEW;
	if (stat(path, &st) != 0)
		return LEDGER_MISSING;
	if (strcmp(was.model, l->key.model) != 0)
		return LEDGER_MODEL;
	if (was.options != l->key.options)
		return LEDGER_OPTIONS;
	if (strcmp(was.stamp, stamp) != 0)
		return LEDGER_INPUT;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != was.size ||
		sum_file(path, &size, &crc) != 0 || size != was.size ||
		crc != was.crc)
		return LEDGER_DAMAGED;
	return LEDGER_DONE;
}

char *
ledger_how(const struct ledger *l, const char *path)
{
	char *name = name_of(l, path);
	struct ledger_line was;
	bool known = ledger_lines_find(l->lines, name, &was);

	free(name);
	return known ? ledger_lines_how(l->lines, was.options) : NULL;
}

static int
open_file(struct ledger *l, struct err *e)
{
	if (l->fd < 0)
		l->fd = regular_open(l->path, O_RDWR | O_APPEND | O_CREAT, e);
	return l->fd < 0 ? -1 : 0;
}

/* Behind what a kill or a full disk left of a line: on a line of its own. */
static bool
torn(int fd)
{
	struct stat st;
	char last = '\n';

	return fstat(fd, &st) == 0 && st.st_size > 0 &&
		pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

static int
append(int fd, const char *line, struct err *e)
{
	size_t n;
	ssize_t put;

	/* Where there are no locks, O_APPEND does on one machine. */
	while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
		;
	line += !torn(fd); /* its first byte is a newline */
	n = strlen(line);
	do {
		put = write(fd, line, n);
	} while (put < 0 && errno == EINTR);
	if (put >= 0 && (size_t)put < n)
		errno = ENOSPC;
	if (put < 0 || (size_t)put < n)
		err_sys(e, "cannot write");
	flock(fd, LOCK_UN);
	return put >= 0 && (size_t)put == n ? 0 : -1;
}

/* Before the first line of what is made so. */
static int
tell_how(struct ledger *l, struct err *e)
{
	char *text;
	int status = 0;

	if (l->told || !l->key.how)
		return 0;
	text = ledger_lines_how(l->lines, l->key.options);
	if (!text) {
		text = ledger_lines_how_text(l->key.options, l->key.how);
		status = append(l->fd, text, e);
	}
	free(text);
	l->told = status == 0;
	return status;
}

int
ledger_add(struct ledger *l, const char *path, const char *stamp, struct err *e)
{
	struct ledger_line made = { .options = l->key.options };
	char *name, *line;
	int status;

	if (sum_file(path, &made.size, &made.crc) != 0)
		return err_sys(e, "cannot read it again");
	snprintf(made.model, sizeof(made.model), "%s", l->key.model);
	snprintf(made.stamp, sizeof(made.stamp), "%s", stamp);
	name = name_of(l, path);
	line = ledger_lines_text(name, &made);
	status = open_file(l, e);
	if (status == 0)
		status = tell_how(l, e);
	if (status == 0)
		status = append(l->fd, line, e);
	free(line);
	free(name);
	return status == 0 ? 0 : err_wrap(e, "%s", l->path);
}

int
ledger_sync(struct ledger *l, struct err *e)
{
	if (l->fd < 0 || fdatasync(l->fd) == 0 || errno == EINTR ||
		errno == EINVAL || errno == EROFS || errno == ENOTSUP)
		return 0;
	err_sys(e, "cannot sync");
	return err_wrap(e, "%s", l->path);
}
