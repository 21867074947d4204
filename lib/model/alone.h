/*
 * alone.h - the last phase of training net conv: the decoder alone.
 */
#ifndef MODEL_ALONE_H
#define MODEL_ALONE_H

#include "model/dataset.h"
#include "model/step.h"
#include "model/trainee.h"

/* The encoder of the model that r is, and codes that two of Lloyd's iterations
 * fit to its latents, stay as they are from now on; its decoder learns. */
int alone_begin(struct trainee *t, struct step *s, struct dataset *data,
	const struct record *r, struct err *e);

#endif
