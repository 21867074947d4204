/*
 * train_watch.h - what is seen of a training while it runs: the progress line,
 * the log, the previews.
 */
#ifndef MODEL_TRAIN_WATCH_H
#define MODEL_TRAIN_WATCH_H

#include "model/preview.h"
#include "model/training.h"

struct train_watch {
	const struct training *t; /* borrowed */
	struct training_result *r;
	struct preview *preview; /* NULL: none */
	bool begun;
	size_t step;      /* of the last report */
	double reported;  /* its time */
	char figures[80]; /* for the progress line */
};

/* With t->preview: of items of c, which is what s trains on or is judged by. */
int train_watch_begin(struct train_watch *w, const struct training *t,
	struct training_result *r, const struct dataset *s, struct corpus *c,
	struct pool *pool, struct err *e);
void train_watch_end(struct train_watch *w);

/* Its functions, and w as their argument. */
struct trainer_hooks train_watch_hooks(struct train_watch *w);

/* What was saved, r->trainer.record, is shown as well. */
void train_watch_saved(struct train_watch *w);

#endif
