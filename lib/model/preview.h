/*
 * preview.h - what a model under training makes of some items, as files to
 * look at and to listen to: an image beside its reconstruction, a sound and its
 * reconstruction.
 */
#ifndef MODEL_PREVIEW_H
#define MODEL_PREVIEW_H

#include "model/dataset.h"
#include "model/model.h"
#include "util/err.h"
#include "util/pool.h"

struct preview;

/* Items of c (preview_items.h) into dir, which is made at the first write; the
 * dataset and the pool outlive it.  -1: rows cannot be looked at, or no item
 * could be read. */
struct preview *preview_open(const char *dir, const struct dataset *s,
	struct corpus *c, struct pool *pool, struct err *e);

/* NULL is allowed. */
void preview_close(struct preview *p);

/*
 * Files named DIR/WHEN-ITEM.png: original and reconstruction side by side, or
 * DIR/WHEN-ITEM.wav, with DIR/original-ITEM.wav.  Each appears as a whole and
 * replaces one of its name.
 */
int preview_write(struct preview *p, const struct model *m, const char *when,
	struct err *e);

#endif
