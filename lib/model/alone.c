#include <stdlib.h>

#include "model/alone.h"
#include "model/crops.h"
#include "util/mem.h"

#define PER_CODE 64               /* vectors for Lloyd's iterations */
#define BYTES ((size_t)512 << 20) /* of them, at most */

/* Crops, to be freed. */
static float *
draw(struct dataset *data, size_t k, struct sample *s)
{
	size_t tokens = grid_tokens(data->field), dim = data->transform->dim;
	size_t fit = BYTES / (tokens * dim * sizeof(float));
	size_t count = k * PER_CODE / tokens;
	float *x;

	count = (count < fit ? count : fit) + 1;
	x = mem_floats(count * tokens * dim);
	crops_draw(data, count, x);
	*s = (struct sample){ .x = x, .grid = data->field };
	s->grid.count = count;
	s->n = grid_tokens(s->grid);
	return x;
}

int
alone_begin(struct trainee *t, struct step *s, struct dataset *data,
	const struct record *r, struct err *e)
{
	struct sample sample;
	struct model m;
	float *x;
	int status;

	if (model_from_record(&m, r, e) != 0)
		return -1;
	x = draw(data, t->o->k, &sample);
	status = trainee_settle(t, &m, r, &sample, e);
	free(x);
	model_free(&m);
	trainee_freeze(t);
	params_start_average(&t->ps);
	s->decoder_alone = true;
	return status;
}
