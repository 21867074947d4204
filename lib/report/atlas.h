/*
 * atlas.h - a picture of what each code decodes to.
 *
 * Of image models a patch a code, in rows; of sound models a column a code,
 * its magnitudes by frequency; of others a column of numbers.  One column of
 * codes (stage and group) at a time.
 */
#ifndef REPORT_ATLAS_H
#define REPORT_ATLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/counts.h"
#include "util/err.h"
#include "util/output.h"

struct atlas_opts {
	const char *path, *sort; /* NULL: not given */
	size_t stage;            /* column of codes, from 0 */
	struct output *out;      /* set by atlas_open */
};

#define ATLAS_ROWS(a) \
	{ 0, "atlas", "FILE", "with -m: draw what each code is: FILE.png", \
		.str = &(a)->path }, \
		{ 0, "atlas-sort", "ORDER", "of its codes", .str = &(a)->sort, \
			.choices = "use|similarity|index", \
			.none = "use where codes are counted, else index" }, \
	{ \
		0, "atlas-stage", "N", "which stage, from 0", \
			.num = &(a)->stage \
	}

/* Before anything is read; model: what -m names, or NULL. */
int atlas_check(const struct atlas_opts *o, const char *model, struct err *e);
int atlas_open(struct atlas_opts *o, bool force, struct err *e);

/*
 * Loads the model, draws, and o->path is there whole or not at all.  counts:
 * of this column, NULL where none were counted.
 */
int atlas_write(struct atlas_opts *o, const char *model,
	const struct counts *counts, struct err *e);

/* Drop what was not written. */
void atlas_close(struct atlas_opts *o);

#endif
