#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/output_same.h"
#include "util/output_tmp.h"

#define SLOTS 64
#define TRIES 100

struct output_tmp {
	pid_t maker;
	char *path;
};

/*
 * The live files.  Lock-free, since a signal handler reads it at any moment:
 * who takes one out by an atomic exchange owns it.  Chunks stay for good.
 */
struct chunk {
	_Atomic(struct output_tmp *) file[SLOTS];
	_Atomic(struct chunk *) next;
};
static struct chunk live;

/*
 * A file that one thread makes while another sweeps would stay: the sweep
 * waits for those under way, and from then on nobody begins one.
 */
static atomic_int making;
static atomic_bool dying;

/* Until the process ends, which another thread sees to. */
static _Noreturn void
stand_still(void)
{
	for (;;)
		pause();
}

/* For a second at most: a file system may hang. */
static void
wait_for_makers(void)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	atomic_store(&dying, true);
	for (int i = 0; i < 1000 && atomic_load(&making) > 0; i++)
		nanosleep(&ms, NULL);
}

static void
sweep(void)
{
	pid_t self = getpid();

	wait_for_makers();
	for (struct chunk *c = &live; c; c = atomic_load(&c->next)) {
		for (size_t i = 0; i < SLOTS; i++) {
			struct output_tmp *t =
				atomic_exchange(&c->file[i], NULL);

			if (t && t->maker == self)
				unlink(t->path);
		}
	}
}

static void
die(int sig)
{
	sigset_t set;

	sweep();
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

static void
install(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction now, was;

	atexit(sweep);
	(void)at_quick_exit(sweep);
	signal(SIGXFSZ, SIG_IGN); /* a size limit is an error of write() */
	memset(&now, 0, sizeof(now));
	now.sa_handler = die;
	sigfillset(&now.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		/* what the parent ignores (nohup) stays ignored */
		if (sigaction(signals[i], NULL, &was) == 0 &&
			was.sa_handler == SIG_DFL)
			sigaction(signals[i], &now, NULL);
}

static bool
enter_chunk(struct chunk *c, struct output_tmp *t)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct output_tmp *none = NULL;

		if (atomic_compare_exchange_strong(&c->file[i], &none, t))
			return true;
	}
	return false;
}

static void
enter(struct output_tmp *t)
{
	struct chunk *c = &live, *next, *fresh;

	while (!enter_chunk(c, t)) {
		next = atomic_load(&c->next);
		if (!next) {
			fresh = mem_zalloc(1, sizeof(*fresh));
			if (atomic_compare_exchange_strong(
				    &c->next, &next, fresh))
				next = fresh;
			else
				free(fresh);
		}
		c = next;
	}
}

static void
free_file(struct output_tmp *t)
{
	free(t->path);
	free(t);
}

/* A handler that interrupts this would wait for it: none does. */
static int
make_file(const char *path, mode_t mode)
{
	sigset_t all, before;
	int fd, why;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	atomic_fetch_add(&making, 1);
	if (atomic_load(&dying)) {
		atomic_fetch_sub(&making, 1);
		stand_still();
	}
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	why = errno;
	atomic_fetch_sub(&making, 1);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return fd;
}

/* Take it out and free it, but where a signal handler was quicker. */
static void
leave(struct output_tmp *t)
{
	for (struct chunk *c = &live; c; c = atomic_load(&c->next)) {
		for (size_t i = 0; i < SLOTS; i++) {
			struct output_tmp *mine = t;

			if (atomic_compare_exchange_strong(
				    &c->file[i], &mine, NULL)) {
				free_file(t);
				return;
			}
		}
	}
}

/* DIR/.BASE.XXXXXX, or without BASE where the whole would be too long. */
static char *
tmp_name(const char *path)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz012345";
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *shown = strlen(base) + 8 > 255 ? "vq" : base;
	char tail[7] = "";
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		bits = (uint64_t)(uintptr_t)&bits ^ (uint64_t)getpid() << 32;
	for (size_t i = 0; i < 6; i++, bits >>= 5)
		tail[i] = set[bits & 31];
	return mem_printf("%.*s.%s.%s", (int)(base - path), path, shown, tail);
}

int
output_tmp_create(
	const char *path, mode_t mode, struct output_tmp **tmp, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct output_tmp *t;
	int fd, why;

	pthread_once(&once, install);
	for (int i = 0; i < TRIES; i++) {
		t = mem_alloc(1, sizeof(*t));
		*t = (struct output_tmp){ getpid(), tmp_name(path) };
		enter(t); /* before it is there: a signal never leaves it */
		fd = make_file(t->path, mode);
		if (fd >= 0) {
			*tmp = t;
			return fd;
		}
		why = errno;
		leave(t);
		errno = why;
		if (why != EEXIST)
			break;
	}
	return err_sys(e, "cannot create a file in its directory");
}

/* rename() that does not replace, also where the file system has no such. */
static int
rename_new(const char *from, const char *to)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to) == 0)
		return unlink(from);
	if (errno == EEXIST)
		return -1;
	if (lstat(to, &st) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

int
output_tmp_publish(struct output_tmp *t, const char *path,
	enum output_tmp_over over, struct err *e)
{
	int r = over == OUTPUT_TMP_REPLACE ? rename(t->path, path)
					   : rename_new(t->path, path);
	int why = errno;

	if (r == 0) {
		leave(t);
		return 0;
	}
	if (why == ENOENT && atomic_load(&dying))
		stand_still(); /* it was swept away */
	if (over == OUTPUT_TMP_SAME && why == EEXIST &&
		output_same(t->path, path)) {
		output_tmp_drop(t);
		return 0;
	}
	errno = why;
	if (why == EEXIST && over == OUTPUT_TMP_SAME)
		err_set(e, "exists, with other bytes (use -f to replace)");
	else if (why == EEXIST && over == OUTPUT_TMP_NEW)
		err_set(e, "exists (use -f to replace)");
	else
		err_sys(e, "cannot rename the finished file");
	output_tmp_drop(t);
	return -1;
}

void
output_tmp_drop(struct output_tmp *t)
{
	unlink(t->path);
	leave(t);
}
