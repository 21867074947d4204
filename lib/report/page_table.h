/*
 * page_table.h - objects of a report as tables and lists of HTML.
 */
#ifndef REPORT_PAGE_TABLE_H
#define REPORT_PAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "report/markup.h"

/* What is not known, infinite or long is written as in text (cell.h). */
struct page_table {
	const char *caption;
	bool titled;        /* a heading above says it: it is only heard then */
	const json_t *rows; /* an array of objects; without any: nothing */
	/* Columns, as far as some row knows them ("a b c"); NULL: every member
	 * that text shows. */
	const char *keys;
	size_t most;     /* rows; how many more there are is said; 0: all */
	const char *bar; /* a share that is drawn too; NULL: none */
	/* One more column, behind the first, and what draws it; or NULL. */
	const char *picture;
	void (*draw)(struct markup *m, const json_t *row);
};

void page_table(struct markup *m, const struct page_table *t);

/* The single figures of an object as a list of names, values and what they
 * mean (page_words.h); `not`: an object of keys to be left out, or NULL. */
void page_table_list(struct markup *m, const json_t *o, const json_t * not );

/* True if such a list would hold anything. */
bool page_table_any(const json_t *o);

/* n heights 0..1 as bars; what: said to those who do not see them. */
void page_table_bars(
	struct markup *m, const double *height, size_t n, const char *what);

#endif
