#include <stdlib.h>

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

void
step_share_rows(struct step *s)
{
	size_t columns = quantizer_columns(s->q), n = 0, unit = step_unit(s);
	struct ranks_part *part =
		mem_alloc(PARTS_A_COLUMN * columns + PARTS_MORE, sizeof(*part));
	bool pulls = step_pulls(s), asked = asked_for(s);

	for (size_t c = 0; c < columns; c++) {
		size_t bytes = quantizer_width(s->q, c) * sizeof(float);

		part[n++] = (struct ranks_part){ s->idx[c], s->n, unit,
			sizeof(**s->idx) };
		if (asked)
			part[n++] = (struct ranks_part){ s->part[c], s->n, unit,
				bytes };
		if (!pulls)
			part[n++] = (struct ranks_part){ s->dq[c], s->n, unit,
				bytes };
	}
	if (pulls)
		part[n++] = (struct ranks_part){ s->net != NET_NONE ? s->dz
								    : s->back,
			s->n, unit, s->d * sizeof(float) };
	if (s->net != NET_CONV) {
		part[n++] = (struct ranks_part){ s->recon, s->chunks, 1,
			sizeof(*s->recon) };
		part[n++] = (struct ranks_part){ s->vq, s->chunks, 1,
			sizeof(*s->vq) };
	}
	ranks_gather_parts(part, n);
	free(part);
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

/* Of the gradients of maps and nets. */
static size_t
net_size(const struct step *s)
{
	const struct params *p = s->ps;

	return s->net_rows < p->count ? p->row[s->net_rows].at : p->total;
}

void
step_share_maps(struct step *s)
{
	size_t bytes = s->d * s->dim * sizeof(*s->da);
	const struct ranks_part part[] = {
		{ s->da, s->chunks, 1, bytes },
		{ s->db, s->chunks, 1, bytes },
	};

	if (s->net != NET_CONV)
		ranks_gather_parts(part, 2);
	reduce_maps(s);
	if (s->net == NET_CONV)
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
