#include <signal.h>
#include <string.h>
#include <time.h>

#include "util/stop.h"

static const int signals[2] = { SIGINT, SIGTERM };
static struct sigaction old[2];
static volatile sig_atomic_t asked;
static struct timespec when; /* touched by the handler alone */

#define MOMENT 0.3 /* seconds */

static void
put_back(void)
{
	for (int i = 0; i < 2; i++)
		sigaction(signals[i], &old[i], NULL);
}

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) +
		1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

/* What is raised here waits until the handler is left. */
static void
note(int signal)
{
	if (asked && seconds_since(&when) < MOMENT)
		return;
	clock_gettime(CLOCK_MONOTONIC, &when);
	if (asked) {
		put_back();
		raise(signal);
	}
	asked = signal;
}

void
stop_begin(void)
{
	struct sigaction now;

	memset(&now, 0, sizeof(now));
	now.sa_handler = note;
	now.sa_flags = SA_RESTART;
	for (int i = 0; i < 2; i++)
		sigaddset(&now.sa_mask, signals[i]);
	asked = 0;
	for (int i = 0; i < 2; i++)
		if (sigaction(signals[i], &now, &old[i]) == 0 &&
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
