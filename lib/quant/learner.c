#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quant/learner.h"

const struct learner_type *const learner_types[] = { &learner_simvq,
	&learner_vq, &learner_ema, &learner_kmeans, NULL };

const struct learner_type *
learner_find(const char *name)
{
	for (size_t i = 0; learner_types[i]; i++)
		if (strcmp(learner_types[i]->name, name) == 0)
			return learner_types[i];
	return NULL;
}

void
learner_free(struct learner *l)
{
	free(l->q);
	free(l->count);
	free(l->sum);
	*l = (struct learner){ 0 };
}

void
learner_save_tensor(struct record *to, const char *prefix, const char *name,
	const float *x, size_t rows, size_t cols)
{
	size_t shape[2] = { rows, cols };
	struct tensor *t;
	char full[96];

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	if (rows == 0)
		t = record_add(to, full, DT_F32, 1, &cols, NULL);
	else
		t = record_add(to, full, DT_F32, 2, shape, NULL);
	dtype_from_f32(t->data, x, tensor_elements(t), DT_F32);
}
