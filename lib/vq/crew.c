#include <pthread.h>
#include <stdlib.h>

#include "util/mem.h"
#include "vq/crew.h"

#define THREADS_MAX 1024 /* as the commands' -j */

struct crew {
	pthread_mutex_t lock;
	struct pool *pool;
};

struct crew *
crew_open(void)
{
	struct crew *c = mem_zalloc(1, sizeof(*c));

	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void
crew_close(struct crew *c)
{
	if (!c)
		return;
	pool_close(c->pool);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

int
crew_set(struct crew *c, size_t threads)
{
	if (threads > THREADS_MAX)
		return -1;
	pool_close(c->pool);
	c->pool = pool_open(threads);
	return 0;
}

struct pool *
crew_take(struct crew *c)
{
	if (!c->pool || pthread_mutex_trylock(&c->lock) != 0)
		return NULL;
	return c->pool;
}

void
crew_give(struct crew *c, struct pool *p)
{
	if (p)
		pthread_mutex_unlock(&c->lock);
}
