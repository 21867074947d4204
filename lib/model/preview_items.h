/*
 * preview_items.h - some items of a corpus in memory, to be looked at: of an
 * image the middle, of a sound the beginning.
 */
#ifndef MODEL_PREVIEW_ITEMS_H
#define MODEL_PREVIEW_ITEMS_H

#include "model/dataset.h"

#define PREVIEW_ITEMS 4
#define PREVIEW_SIDE ((size_t)512) /* pixels of an image, at most */
#define PREVIEW_SECONDS 5          /* of a sound, at most */

struct preview_item {
	char *name;        /* the last part of its path, no two alike */
	size_t rows, cols; /* as an encoder takes them */
	float *x;          /* [rows, cols] */
};

struct preview_items {
	struct preview_item item[PREVIEW_ITEMS];
	size_t count;
};

/* Of c, whose items come as s->transform wants them: those that s holds back,
 * or any where c is not what s was opened with or whole items are not held
 * back.  Items that cannot be read are left out. */
void preview_items_read(
	struct preview_items *p, const struct dataset *s, struct corpus *c);
void preview_items_free(struct preview_items *p);

#endif
