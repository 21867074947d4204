/*
 * item_kind.h - what an item is: an image, a sound, or rows of numbers.
 */
#ifndef MODEL_ITEM_KIND_H
#define MODEL_ITEM_KIND_H

enum item_kind { ITEM_IMAGE, ITEM_AUDIO, ITEM_ROWS };

/* "image", "audio", "rows"; -1 for other names. */
const char *item_kind_name(enum item_kind kind);
int item_kind_find(const char *name);

#endif
