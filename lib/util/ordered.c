#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "util/mem.h"
#include "util/ordered.h"
#include "util/thread.h"

struct ordered {
	const struct ordered_ops *ops;
	void *arg;
	size_t items;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* head moved on, or the run was stopped */
	size_t next;          /* first item that nobody has claimed */
	size_t head;          /* first item that had no turn */
	bool turning;         /* some thread is inside turn(head) */
	bool stopped;
	size_t window; /* items claimed at once at most: size of done */
	bool *done;    /* of items head .. head + window - 1, as a ring */
};

struct worker {
	struct ordered *o;
	size_t number;
	pthread_t thread;
};

/*
 * Claim the next item.  False when there is none left.  The head is always
 * claimed before any other waits, so somebody always moves on.
 */
static bool
claim(struct ordered *o, size_t *item)
{
	bool more;

	pthread_mutex_lock(&o->lock);
	while (!o->stopped && o->next < o->items &&
		o->next - o->head >= o->window)
		pthread_cond_wait(&o->moved, &o->lock);
	more = !o->stopped && o->next < o->items;
	if (more)
		*item = o->next++;
	pthread_mutex_unlock(&o->lock);
	return more;
}

/* Mark item, and give all items that are ready at the head their turn. */
static void
finish(struct ordered *o, size_t item)
{
	bool go_on;

	pthread_mutex_lock(&o->lock);
	o->done[item % o->window] = true;
	while (!o->turning && !o->stopped && o->head < o->next &&
		o->done[o->head % o->window]) {
		o->turning = true;
		pthread_mutex_unlock(&o->lock);
		go_on = o->ops->turn(o->arg, o->head);
		pthread_mutex_lock(&o->lock);
		o->turning = false;
		o->done[o->head % o->window] = false;
		o->head++;
		o->stopped = !go_on;
		pthread_cond_broadcast(&o->moved);
	}
	pthread_mutex_unlock(&o->lock);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct ordered *o = w->o;
	size_t item;

	while (claim(o, &item)) {
		o->ops->work(o->arg, o, item, w->number);
		finish(o, item);
	}
	return NULL;
}

bool
ordered_wait(struct ordered *o, size_t item)
{
	bool mine;

	pthread_mutex_lock(&o->lock);
	while (!o->stopped && o->head != item)
		pthread_cond_wait(&o->moved, &o->lock);
	mine = !o->stopped;
	pthread_mutex_unlock(&o->lock);
	return mine;
}

void
ordered_run(
	const struct ordered_ops *ops, void *arg, size_t items, size_t threads)
{
	struct ordered o = { .ops = ops, .arg = arg, .items = items };
	struct worker *w;
	size_t started = 0;

	assert(threads >= 1);
	if (threads > items)
		threads = items ? items : 1;
	o.window = 2 * threads;
	o.done = mem_zalloc(o.window, sizeof(*o.done));
	pthread_mutex_init(&o.lock, NULL);
	pthread_cond_init(&o.moved, NULL);
	w = mem_alloc(threads, sizeof(*w));
	for (size_t i = 0; i < threads; i++)
		w[i] = (struct worker){ .o = &o, .number = i };
	/* The caller is worker 0; with fewer others the work is the same. */
	while (started + 1 < threads &&
		thread_start(&w[started + 1].thread, work, &w[started + 1]) ==
			0)
		started++;
	work(&w[0]);
	for (size_t i = 1; i <= started; i++)
		pthread_join(w[i].thread, NULL);
	free(w);
	pthread_cond_destroy(&o.moved);
	pthread_mutex_destroy(&o.lock);
	free(o.done);
}
