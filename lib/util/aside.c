#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/aside.h"
#include "util/mem.h"
#include "util/thread.h"

struct aside {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t given, done;
	aside_fn *fn; /* NULL: nothing to do */
	void *arg;
	bool quit;
};

static void *
aside_main(void *arg)
{
	struct aside *a = arg;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->fn && !a->quit)
			pthread_cond_wait(&a->given, &a->lock);
		if (!a->fn)
			break;
		pthread_mutex_unlock(&a->lock);
		a->fn(a->arg);
		pthread_mutex_lock(&a->lock);
		a->fn = NULL;
		pthread_cond_signal(&a->done);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct aside *
aside_open(void)
{
	struct aside *a = mem_zalloc(1, sizeof(*a));

	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->given, NULL);
	pthread_cond_init(&a->done, NULL);
	if (thread_start(&a->thread, aside_main, a) == 0)
		return a;
	pthread_cond_destroy(&a->done);
	pthread_cond_destroy(&a->given);
	pthread_mutex_destroy(&a->lock);
	free(a);
	return NULL;
}

void
aside_close(struct aside *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->quit = true;
	pthread_cond_signal(&a->given);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->done);
	pthread_cond_destroy(&a->given);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

void
aside_do(struct aside *a, aside_fn *fn, void *arg)
{
	if (!a) {
		fn(arg);
		return;
	}
	pthread_mutex_lock(&a->lock);
	while (a->fn)
		pthread_cond_wait(&a->done, &a->lock);
	a->fn = fn;
	a->arg = arg;
	pthread_cond_signal(&a->given);
	pthread_mutex_unlock(&a->lock);
}

void
aside_wait(struct aside *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	while (a->fn)
		pthread_cond_wait(&a->done, &a->lock);
	pthread_mutex_unlock(&a->lock);
}
