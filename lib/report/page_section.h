/*
 * page_section.h - the sections of a page, each about one part of the tree.
 */
#ifndef REPORT_PAGE_SECTION_H
#define REPORT_PAGE_SECTION_H

#include <stddef.h>

#include <jansson.h>

#include "report/markup.h"

struct page_section {
	const char *id, *title;
	const char *key; /* of the tree; an empty array or none: no section */
	/* NULL: the place of the pictures (page_picture.h). */
	void (*write)(struct markup *m, const json_t *root);
};

/* All that there are, in the order of the page; title NULL ends them.  The one
 * without a key is about the root's own figures. */
extern const struct page_section page_section_all[];

#endif
