#include <stdlib.h>
#include <time.h>

#include "model/jsonlog.h"
#include "model/trainlog.h"
#include "util/mem.h"

struct trainlog {
	struct jsonlog *lines;
	struct timespec start;
	double before; /* seconds, of the runs before this one */
};

static struct trainlog *
open_log(const char *path, uint64_t keep, bool force, double seconds,
	struct err *e)
{
	struct jsonlog *lines = jsonlog_open(path, keep, force, e);
	struct trainlog *l;

	if (!lines)
		return NULL;
	l = mem_zalloc(1, sizeof(*l));
	l->lines = lines;
	l->before = seconds;
	clock_gettime(CLOCK_MONOTONIC, &l->start);
	return l;
}

struct trainlog *
trainlog_open(const char *path, bool force, struct err *e)
{
	return open_log(path, 0, force, 0, e);
}

struct trainlog *
trainlog_go_on(const char *path, uint64_t keep, double seconds, struct err *e)
{
	return open_log(path, keep, true, seconds, e);
}

uint64_t
trainlog_length(const struct trainlog *l)
{
	return jsonlog_length(l->lines);
}

static double
seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
		1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

void
trainlog_write(struct trainlog *l, const struct trainer_report *r)
{
	json_t *o = json_object();

	jsonlog_count(o, "step", r->step);
	jsonlog_real(o, "seconds", l->before + seconds_since(&l->start));
	jsonlog_real(o, "loss", r->loss);
	jsonlog_real(o, "recon", r->recon);
	jsonlog_real(o, "vq", r->vq);
	if (r->has_entropy)
		jsonlog_real(o, "entropy", r->entropy);
	jsonlog_real(o, "utilization", r->utilization);
	jsonlog_count(o, "used", r->used);
	jsonlog_count(o, "codes", r->codes);
	jsonlog_count(o, "tokens", r->window_tokens);
	jsonlog_real(o, "perplexity", r->perplexity);
	jsonlog_real(o, "rate", r->rate);
	jsonlog_count(o, "skipped", r->skipped);
	if (r->halved)
		jsonlog_count(o, "halved", r->halved);
	jsonlog_real(o, "held_error", r->held_error);
	if (r->continued) {
		jsonlog_real(o, "churn", r->churn);
		jsonlog_real(o, "drift", r->drift);
	}
	jsonlog_put(l->lines, o);
}

int
trainlog_close(struct trainlog *l, struct err *e)
{
	int status;

	if (!l)
		return 0;
	status = jsonlog_close(l->lines, e);
	free(l);
	return status;
}
