/*
 * page_picture.h - the pictures of a page, within it.
 */
#ifndef REPORT_PAGE_PICTURE_H
#define REPORT_PAGE_PICTURE_H

#include <stdbool.h>

#include <jansson.h>

#include "report/markup.h"

/* atlas: a PNG file, or NULL. */
bool page_picture_any(const json_t *root, const char *atlas);

/* Each plot that the tree has data for, light and dark, and the atlas. */
int page_picture_all(
	struct markup *m, const json_t *root, const char *atlas, struct err *e);

#endif
