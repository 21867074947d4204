#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "util/thread.h"

struct begin {
	void *(*fn)(void *);
	void *arg;
	sem_t here;
};

/* The first memory that a thread asks for makes malloc take 128 MB of addresses
 * and give half of them back: not while others have to make do with the last. */
static void *
begin_thread(void *arg)
{
	struct begin *b = arg;
	void *(*fn)(void *) = b->fn;
	void *volatile first = malloc(1);

	arg = b->arg;
	free(first);
	sem_post(&b->here); /* b is no more */
	return fn(arg);
}

int
thread_start(pthread_t *t, void *(*fn)(void *), void *arg)
{
	struct begin b = { .fn = fn, .arg = arg };
	sigset_t ours, before;
	int r;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sem_init(&b.here, 0, 0);
	/* It begins with the mask of who makes it. */
	pthread_sigmask(SIG_BLOCK, &ours, &before);
	r = pthread_create(t, NULL, begin_thread, &b);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (r == 0 && sem_wait(&b.here) != 0) {
	}
	sem_destroy(&b.here);
	return r == 0 ? 0 : -1;
}
