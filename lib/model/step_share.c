#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "model/step_share.h"
#include "util/mem.h"

#define WEIGHTS ((size_t)256) /* of a gradient, a task */

#define PARTS_A_COLUMN 3
#define PARTS_MORE 4

/* Whether anything learns from what codes were found for. */
static bool
asked_for(const struct step *s)
{
	return step_pulls(s) || s->learner[0].type->moved ||
		s->entropy_weight > 0;
}

/* What of a column all need of all rows. */
static size_t
column_parts(const struct step *s, size_t c, struct ranks_part *part)
{
	size_t bytes = quantizer_width(s->q, c) * sizeof(float), n = 0;
	size_t unit = step_unit(s);

	part[n++] =
		(struct ranks_part){ s->idx[c], s->n, unit, sizeof(**s->idx) };
	if (asked_for(s))
		part[n++] =
			(struct ranks_part){ s->part[c], s->n, unit, bytes };
	if (!step_pulls(s) && !s->sums)
		part[n++] = (struct ranks_part){ s->dq[c], s->n, unit, bytes };
	return n;
}

void
step_share_rows(struct step *s)
{
	size_t columns = quantizer_columns(s->q), n = 0;
	struct ranks_part *part =
		mem_alloc(PARTS_A_COLUMN * columns + PARTS_MORE, sizeof(*part));

	for (size_t c = 0; c < columns; c++)
		n += column_parts(s, c, part + n);
	if (step_pulls(s))
		part[n++] = (struct ranks_part){ s->net != NET_NONE ? s->dz
								    : s->back,
			s->n, step_unit(s), s->d * sizeof(float) };
	if (!step_sums_apart(s)) {
		part[n++] = (struct ranks_part){ s->recon, s->chunks, 1,
			sizeof(*s->recon) };
		part[n++] = (struct ranks_part){ s->vq, s->chunks, 1,
			sizeof(*s->vq) };
	}
	ranks_gather_parts(part, n);
	free(part);
}

/* Of the gradients of maps and nets. */
static size_t
net_size(const struct step *s)
{
	const struct params *p = s->ps;

	return s->net_rows < p->count ? p->row[s->net_rows].at : p->total;
}

/* The gradient of a table side by side, of a sparse one the rows that are
 * touched; or (back) from there.  Returns the end. */
static float *
lay(const struct param *p, float *g, float *at, bool back)
{
	size_t n = p->group == PARAM_FIXED ? 0 : p->rows;

	for (size_t j = 0; j < n; j++) {
		float *row = g + p->at + j * p->cols;

		if (p->touched && !p->touched[j])
			continue;
		memcpy(back ? row : at, back ? at : row, p->cols * sizeof(*at));
		at += p->cols;
	}
	return at;
}

void
step_share_codes(struct step *s)
{
	struct params *p = s->ps;
	float *all, *at;

	if (ranks_count() == 1)
		return;
	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		learner_touch(step_learner(s, c), s->idx[c], s->n);
	all = at = mem_floats(p->total - net_size(s) + 1);
	for (size_t i = s->net_rows; i < p->count; i++)
		at = lay(&p->row[i], p->g, at, false);
	ranks_sum(all, (size_t)(at - all));
	at = all;
	for (size_t i = s->net_rows; i < p->count; i++)
		at = lay(&p->row[i], p->g, at, true);
	free(all);
}

/* to [n] += the chunks' partial sums, in their order. */
static void
reduce(const struct step *s, const float *part, size_t n, float *to)
{
	for (size_t c = 0; c < s->chunks; c++)
		axpy(1, part + c * s->d * s->dim, n, to);
}

static void
reduce_part(void *arg, size_t chunk, size_t worker)
{
	struct step *s = arg;
	size_t at = chunk * WEIGHTS, n = s->d * s->dim - at;

	(void)worker;
	if (n > WEIGHTS)
		n = WEIGHTS;
	reduce(s, s->da + at, n, params_in(s->ps, s->ps->g, s->encoder) + at);
	reduce(s, s->db + at, n, params_in(s->ps, s->ps->g, s->decoder) + at);
}

/* What the chunks left, to the maps' gradients. */
static void
reduce_maps(struct step *s)
{
	pool_run(s->pool, (s->d * s->dim + WEIGHTS - 1) / WEIGHTS, reduce_part,
		s);
}

void
step_share_maps(struct step *s)
{
	size_t bytes = s->d * s->dim * sizeof(*s->da);
	const struct ranks_part part[] = {
		{ s->da, s->chunks, 1, bytes },
		{ s->db, s->chunks, 1, bytes },
	};

	if (!step_sums_apart(s))
		ranks_gather_parts(part, 2);
	reduce_maps(s);
	if (step_sums_apart(s))
		ranks_sum(s->ps->g, net_size(s));
}

void
step_share_inputs(const struct step *s)
{
	const struct ranks_part part[] = {
		{ s->x, s->n, step_unit(s), s->dim * sizeof(*s->x) },
		{ s->z, s->n, step_unit(s), s->d * sizeof(*s->z) },
	};

	ranks_gather_parts(part, 2);
}
