#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/mem.h"
#include "util/pool.h"
#include "util/thread.h"

struct pool {
	size_t count; /* helper threads; the caller is one more */
	pthread_t *thread;
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	size_t round; /* counts pool_run calls; a change wakes the helpers */
	size_t busy;  /* helpers that have not finished this round */
	bool quit;
	pool_fn *fn;
	void *arg;
	size_t chunks;
	atomic_size_t next;
};

struct helper {
	struct pool *pool;
	size_t worker;
};

static void
work(struct pool *p, size_t worker)
{
	size_t i;

	while ((i = atomic_fetch_add(&p->next, 1)) < p->chunks)
		p->fn(p->arg, i, worker);
}

static void *
helper_main(void *arg)
{
	struct helper h = *(struct helper *)arg;
	struct pool *p = h.pool;
	size_t seen = 0;

	free(arg);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->quit && p->round == seen)
			pthread_cond_wait(&p->start, &p->lock);
		if (p->quit)
			break;
		seen = p->round;
		pthread_mutex_unlock(&p->lock);
		work(p, h.worker);
		pthread_mutex_lock(&p->lock);
		if (--p->busy == 0)
			pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

size_t
pool_cores(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	n = CPU_COUNT(&set);
	return n > 0 ? (size_t)n : 1;
}

static void
start_helpers(struct pool *p, size_t want)
{
	while (p->count < want) {
		struct helper *h = mem_alloc(1, sizeof(*h));

		*h = (struct helper){ p, p->count + 1 };
		if (thread_start(&p->thread[p->count], helper_main, h) != 0) {
			free(h);
			return; /* fewer threads do the same work */
		}
		p->count++;
	}
}

struct pool *
pool_open(size_t threads)
{
	struct pool *p;

	if (threads == 0)
		threads = pool_cores();
	if (threads == 1)
		return NULL;
	p = mem_zalloc(1, sizeof(*p));
	p->thread = mem_alloc(threads - 1, sizeof(*p->thread));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->start, NULL);
	pthread_cond_init(&p->done, NULL);
	start_helpers(p, threads - 1);
	return p;
}

void
pool_close(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->count; i++)
		pthread_join(p->thread[i], NULL);
	pthread_cond_destroy(&p->done);
	pthread_cond_destroy(&p->start);
	pthread_mutex_destroy(&p->lock);
	free(p->thread);
	free(p);
}

size_t
pool_threads(const struct pool *p)
{
	return p ? p->count + 1 : 1;
}

void
pool_run(struct pool *p, size_t chunks, pool_fn *fn, void *arg)
{
	if (!p || p->count == 0 || chunks <= 1) {
		for (size_t i = 0; i < chunks; i++)
			fn(arg, i, 0);
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->fn = fn;
	p->arg = arg;
	p->chunks = chunks;
	atomic_store(&p->next, 0);
	p->busy = p->count;
	p->round++;
	pthread_cond_broadcast(&p->start);
	pthread_mutex_unlock(&p->lock);
	work(p, 0);
	pthread_mutex_lock(&p->lock);
	while (p->busy)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}
