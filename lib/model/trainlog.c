#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "model/trainlog.h"
#include "util/mem.h"

struct trainlog {
	FILE *file;
	char *path;
	struct timespec start;
	int failed; /* errno of the first write that failed */
};

/* Devices and FIFOs are written as they are; a file must be new, or -f. */
static FILE *
open_file(const char *path, bool force)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return fdopen(dup(STDERR_FILENO), "w");
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		force = true;
	return fopen(path, force ? "we" : "wxe");
}

struct trainlog *
trainlog_open(const char *path, bool force, struct err *e)
{
	FILE *f = open_file(path, force);
	struct trainlog *l;

	if (!f) {
		if (errno == EEXIST)
			err_set(e, "%s: exists (use -f to replace)", path);
		else
			err_sys(e, "%s", path);
		return NULL;
	}
	l = mem_zalloc(1, sizeof(*l));
	l->file = f;
	l->path = mem_strdup(path);
	clock_gettime(CLOCK_MONOTONIC, &l->start);
	return l;
}

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
		1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void
set_real(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, isfinite(v) ? json_real(v) : json_null());
}

static void
set_count(json_t *o, const char *key, size_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

void
trainlog_write(struct trainlog *l, const struct trainer_report *r)
{
	json_t *o = json_object();

	set_count(o, "step", r->step);
	set_real(o, "seconds", seconds_since(&l->start));
	set_real(o, "loss", r->loss);
	set_real(o, "recon", r->recon);
	set_real(o, "vq", r->vq);
	set_real(o, "utilization", r->utilization);
	set_count(o, "used", r->used);
	set_count(o, "codes", r->codes);
	set_count(o, "tokens", r->window_tokens);
	set_real(o, "perplexity", r->perplexity);
	set_real(o, "rate", r->rate);
	set_count(o, "skipped", r->skipped);
	/* Whole lines, at once: others may be reading. */
	if (json_dumpf(o, l->file, JSON_COMPACT | JSON_REAL_PRECISION(9)) !=
			0 ||
		fputc('\n', l->file) == EOF || fflush(l->file) != 0)
		l->failed = errno;
	json_decref(o);
}

int
trainlog_close(struct trainlog *l, struct err *e)
{
	int status = 0;

	if (!l)
		return 0;
	if (fclose(l->file) != 0 && !l->failed)
		l->failed = errno;
	if (l->failed)
		status = err_set(e, "%s: %s", l->path, strerror(l->failed));
	free(l->path);
	free(l);
	return status;
}
