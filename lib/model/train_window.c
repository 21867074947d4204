#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/state_bytes.h"
#include "model/train_window.h"
#include "util/mem.h"

void
train_window_init(struct train_window *w, size_t columns)
{
	*w = (struct train_window){ .columns = columns,
		.usage = mem_zalloc(columns, sizeof(*w->usage)) };
}

void
train_window_free(struct train_window *w)
{
	for (size_t c = 0; c < w->columns; c++)
		counts_free(&w->usage[c]);
	free(w->usage);
	*w = (struct train_window){ 0 };
}

void
train_window_add(
	struct train_window *w, const struct step *s, double recon, double vq)
{
	for (size_t c = 0; c < w->columns; c++)
		counts_add(&w->usage[c], s->idx[c], s->n, 1);
	w->recon += recon;
	w->vq += vq;
	w->entropy += s->entropy;
	w->steps++;
}

size_t
train_window_used(const struct train_window *w, double *perplexity)
{
	size_t used = 0;

	*perplexity = 0;
	for (size_t c = 0; c < w->columns; c++) {
		used += w->usage[c].used;
		*perplexity += exp2(counts_entropy_bits(&w->usage[c])) /
			(double)w->columns;
	}
	return used;
}

void
train_window_reset(struct train_window *w)
{
	for (size_t c = 0; c < w->columns; c++)
		counts_reset(&w->usage[c]);
	w->recon = w->vq = w->entropy = 0;
	w->steps = 0;
}

struct sums {
	double recon, vq, entropy, steps;
};

/* The codes that were hit and how often, in the order of their first token:
 * entropies are summed in that order. */
void
train_window_save(const struct train_window *w, struct record *r)
{
	struct sums s = { w->recon, w->vq, w->entropy, (double)w->steps };

	state_bytes_put(r, "window.sums", 0, &s, sizeof(s));
	for (size_t c = 0; c < w->columns; c++) {
		const struct counts *u = &w->usage[c];
		uint64_t *pair = mem_alloc(2 * u->used + 1, sizeof(*pair));

		for (size_t i = 0; i < u->used; i++) {
			pair[2 * i] = u->hit[i];
			pair[2 * i + 1] = u->n[u->hit[i]];
		}
		state_bytes_put(r, "window.usage", c, pair,
			2 * u->used * sizeof(*pair));
		free(pair);
	}
}

static int
load_usage(struct counts *u, const struct tensor *t, struct err *e)
{
	uint64_t pair[2];

	counts_reset(u);
	for (size_t i = 0; i < t->bytes / sizeof(pair); i++) {
		uint32_t code;

		memcpy(pair, t->data + i * sizeof(pair), sizeof(pair));
		if (pair[0] >= COUNTS_CODES_MAX)
			return err_set(e, "tensor \"%s\" is damaged", t->name);
		code = (uint32_t)pair[0];
		counts_add(u, &code, 1, 1);
		u->n[code] += pair[1] - 1;
		u->tokens += pair[1] - 1;
	}
	return 0;
}

int
train_window_load(struct train_window *w, const struct record *r, struct err *e)
{
	struct sums s;

	if (state_bytes_take(r, "window.sums", 0, &s, sizeof(s), e) != 0)
		return -1;
	w->recon = s.recon;
	w->vq = s.vq;
	w->entropy = s.entropy;
	w->steps = (size_t)s.steps;
	for (size_t c = 0; c < w->columns; c++) {
		const struct tensor *t =
			state_bytes_find(r, "window.usage", c, e);

		if (!t || load_usage(&w->usage[c], t, e) != 0)
			return -1;
	}
	return 0;
}
