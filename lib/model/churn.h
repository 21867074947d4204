/*
 * churn.h - what a training that goes on with a model has made of its codes:
 * the same vectors, encoded by the model as it was and as it is.
 */
#ifndef MODEL_CHURN_H
#define MODEL_CHURN_H

#include "model/model.h"
#include "model/sample.h"
#include "stats/drift.h"

/* A sample and its old codes; all-zero: nothing is gone on with. */
struct churn {
	const struct model *old; /* borrowed */
	size_t n;
	uint32_t *codes; /* [n, columns] */
	size_t *k;       /* [columns] */
};

/* s is borrowed for the call. */
void churn_init(struct churn *c, const struct model *old, struct pool *pool,
	const struct sample *s);
void churn_free(struct churn *c);

/* Against the codes [n, columns] of the same vectors now; root, all and
 * column as drift.h has them. */
void churn_measure(const struct churn *c, const uint32_t *codes,
	uint32_t *const *root, struct drift *all, struct drift *column);

/* Keys prefix + churn, drift, and split where codebooks have grown; of several
 * columns also prefix + churn_columns and so on, each a list by commas. */
void churn_describe(const struct churn *c, const char *prefix, bool grown,
	const struct drift *all, const struct drift *column, struct meta *m);

#endif
