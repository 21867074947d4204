/*
 * resume.h - a learner goes on where the training of a model left it.
 */
#ifndef QUANT_RESUME_H
#define QUANT_RESUME_H

#include "quant/learner.h"

/*
 * l, of the type that made the model, whose tensors r has behind prefix; q [k,
 * d of l] is the table that l is to have, its first `old` rows the model's.
 *
 * What learns by gradient takes the model's tensors, if they give exactly the
 * model's table again; a table that has grown takes them as its first rows, and
 * what its new rows must be is left to the type (settle).  Else, and where
 * nothing learns by gradient, the type starts from q.  So the first `old` codes
 * are the model's to the bit where the tensors serve, and where the table is
 * all there is.  A type without a start must find its tensors (resume_check).
 */
void resume_learner(struct learner *l, const char *prefix,
	const struct record *r, const float *q, size_t old, struct pool *pool);

/* Fails where the tensors of a learner like l, whose ps is not yet there, are
 * not those of its type. */
int resume_check(const struct learner *l, const char *prefix,
	const struct record *r, struct err *e);

#endif
