#include <stdbool.h>
#include <stdlib.h>

#include "report/relay.h"
#include "util/aside.h"
#include "util/mem.h"
#include "util/pool.h"

/* Below this, waking a thread takes longer than counting. */
#define SMALL ((size_t)1 << 18)

struct job {
	struct part part;
	char *item;
	relay_fn *fn;
	void *arg;
};

struct relay {
	struct aside *aside;
	struct job job[2]; /* the one under way, and the next */
	bool turn;
};

struct relay *
relay_open(size_t threads)
{
	struct aside *a = NULL;
	struct relay *r;

	if (threads == 0)
		threads = pool_cores();
	if (threads > 1)
		a = aside_open();
	if (!a)
		return NULL;
	mem_keep();
	r = mem_zalloc(1, sizeof(*r));
	r->aside = a;
	return r;
}

void
relay_close(struct relay *r)
{
	if (!r)
		return;
	aside_close(r->aside);
	free(r);
}

static void
run(void *arg)
{
	struct job *j = arg;

	j->fn(j->arg, &j->part);
	record_free(&j->part.rec);
	free(j->item);
}

void
relay_part(struct relay *r, struct stream *s, struct part *p, relay_fn *fn,
	void *arg)
{
	struct job *j;

	if (!r || !p->main || p->main->bytes < SMALL) {
		relay_wait(r);
		fn(arg, p);
		return;
	}
	/* The job before the last is through: aside_do waited for it. */
	j = &r->job[r->turn];
	r->turn = !r->turn;
	stream_keep(s, p);
	*j = (struct job){ *p, mem_strdup(p->item), fn, arg };
	j->part.item = j->item;
	aside_do(r->aside, run, j);
}

void
relay_wait(struct relay *r)
{
	if (r)
		aside_wait(r->aside);
}
