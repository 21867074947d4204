#include <stdio.h>
#include <string.h>

#include "quant/kmeans_batch.h"
#include "quant/learner_state.h"

#define PARTS_MAX 11

/* One array of a learner. */
struct part {
	const char *name;
	void *data;
	size_t bytes;
};

static size_t
parts_of(const struct learner *l, struct part *p)
{
	struct kmeans_batch *s = l->stream;
	size_t n = 0, k = l->k, d = l->d;

	p[n++] = (struct part){ "steps", (void *)&l->steps, sizeof(l->steps) };
	p[n++] = (struct part){ "revived", (void *)&l->revived,
		sizeof(l->revived) };
	if (l->q)
		p[n++] = (struct part){ "q", l->q, k * d * sizeof(*l->q) };
	if (l->count)
		p[n++] = (struct part){ "count", l->count,
			k * sizeof(*l->count) };
	if (l->sum)
		p[n++] =
			(struct part){ "sum", l->sum, k * d * sizeof(*l->sum) };
	if (l->use)
		p[n++] = (struct part){ "use", l->use, k * sizeof(*l->use) };
	if (!s || !s->centre)
		return n;
	p[n++] = (struct part){ "centre", s->centre,
		k * d * sizeof(*s->centre) };
	p[n++] = (struct part){ "won", s->won, k * sizeof(*s->won) };
	p[n++] = (struct part){ "idle", s->idle, k * sizeof(*s->idle) };
	p[n++] = (struct part){ "error", s->error, sizeof(s->error) };
	p[n++] = (struct part){ "batches", &s->batches, sizeof(s->batches) };
	return n;
}

static void
name_of(char to[96], const char *prefix, const char *name)
{
	snprintf(to, 96, "%s%s", prefix, name);
}

void
learner_state_save(
	const struct learner *l, const char *prefix, struct record *r)
{
	struct part p[PARTS_MAX];
	size_t n = parts_of(l, p);
	char name[96];

	for (size_t i = 0; i < n; i++) {
		struct tensor *t;

		name_of(name, prefix, p[i].name);
		t = record_add(r, name, DT_U8, 1, &p[i].bytes, NULL);
		memcpy(t->data, p[i].data, p[i].bytes);
	}
}

int
learner_state_load(struct learner *l, const char *prefix,
	const struct record *r, struct err *e)
{
	struct part p[PARTS_MAX];
	size_t n = parts_of(l, p);
	char name[96];

	for (size_t i = 0; i < n; i++) {
		const struct tensor *t;

		name_of(name, prefix, p[i].name);
		t = record_find(r, name);
		if (!t || t->dtype != DT_U8 || t->bytes != p[i].bytes)
			return err_set(e, "no tensor \"%s\" of %zu bytes", name,
				p[i].bytes);
		memcpy(p[i].data, t->data, t->bytes);
	}
	if (l->stream)
		l->stream->reseeded = l->revived;
	return 0;
}
