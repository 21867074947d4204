/*
 * about.h - what people say of a model, in its metadata: `about.KEY`.
 *
 * Beside what a training says by itself, for example where its data are from,
 * their licence, and figures that were measured afterwards.
 */
#ifndef MODEL_ABOUT_H
#define MODEL_ABOUT_H

#include "tensor/meta.h"
#include "util/err.h"
#include "util/strlist.h"

#define ABOUT_PREFIX "about."

/* Texts KEY=VALUE; a key is of small letters, digits, '.', '_' and '-'. */
int about_check(const struct strlist *texts, struct err *e);

/* Set them; one without a value takes its key away.  Checked before. */
void about_set(struct meta *m, const struct strlist *texts);

/* NULL if nothing is said. */
const char *about_get(const struct meta *m, const char *key);

#endif
