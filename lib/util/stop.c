#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "util/stop.h"

static const int signals[2] = { SIGINT, SIGTERM };
static struct sigaction old[2];
/* Set by the handler, which may run in a thread that is not ours. */
static atomic_int asked;
static _Atomic int64_t when; /* the last came, in ns */

#define MOMENT ((int64_t)300000000) /* ns */

static void
put_back(void)
{
	for (int i = 0; i < 2; i++)
		sigaction(signals[i], &old[i], NULL);
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* What is raised here waits until the handler is left. */
static void
note(int signal)
{
	int64_t t = now();

	if (asked && t - when < MOMENT)
		return;
	when = t;
	if (asked) {
		put_back();
		raise(signal);
	}
	asked = signal;
}

void
stop_begin(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = note;
	a.sa_flags = SA_RESTART;
	for (int i = 0; i < 2; i++)
		sigaddset(&a.sa_mask, signals[i]);
	asked = 0;
	for (int i = 0; i < 2; i++)
		if (sigaction(signals[i], &a, &old[i]) == 0 &&
			old[i].sa_handler == SIG_IGN)
			sigaction(signals[i], &old[i], NULL);
}

int
stop_asked(void)
{
	return asked;
}

int
stop_end(void)
{
	put_back();
	return asked;
}
