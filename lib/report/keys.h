/*
 * keys.h - every key of a report: where it stands, its unit, what it means in
 * a few words.  vq-stats(1) has sentences that say how to read each.
 *
 * The page's table of keys is written from this (tests/keys-man), --prometheus
 * takes its HELP lines from here, and a test holds that vq-stats writes no key
 * that is missing.
 */
#ifndef REPORT_KEYS_H
#define REPORT_KEYS_H

#include "util/err.h"
#include "util/near.h"
#include "util/output.h"

struct keys_row {
	const char *key;
	const char *scope; /* as TSV and JSON lines call it; several by blanks;
	                      "total" is the object itself */
	const char *unit;  /* "" where there is none; "share": 0 to 1 */
	const char *meaning;
};

/* The first of that key; NULL: there is none. */
const struct keys_row *keys_find(const char *key);

/* Try each as what a mistyped key may have meant (util/near.h). */
void keys_try(struct near *s);

/* All of them, in a table, two blanks or more between columns: vq-stats
 * --list-keys. */
int keys_list(struct output *o, struct err *e);

#endif
