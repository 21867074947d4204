/*
 * page.h - the tree of a report as one page of HTML (--html).
 *
 * The page needs nothing beside itself: no network, no script, no font; it
 * follows the light or dark scheme of who looks, and the same tree gives the
 * same bytes.  It is well-formed XML too.  Pictures are there where the build
 * can draw (plot.h).
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdbool.h>

#include <jansson.h>

#include "util/err.h"

/* What a command was asked for.  Nothing below does anything, or fails, where
 * no page was. */
struct page_opts {
	const char *path;  /* --html; NULL: not given */
	const char *atlas; /* a PNG file to be shown, or NULL */
	bool force;
};

#define PAGE_ROWS(p) \
	{ \
		0, "html", "FILE", \
			"write the report as one page with pictures too", \
			.str = &(p)->path \
	}

/* Is that what can be asked for?  output: -o, or NULL. */
int page_check(const struct page_opts *o, const char *output, struct err *e);

/* What would go wrong in the end, before anything is read: a file that is
 * there already, a folder that is not. */
int page_probe(const struct page_opts *o, struct err *e);

/* The page appears whole or not at all. */
int page_file(const json_t *root, const struct page_opts *o, struct err *e);

#endif
