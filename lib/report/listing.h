/*
 * listing.h - what streams, files and models hold (vq-stats --list).
 *
 * Headers only: data is passed over.  Written as it is read, so that a stream
 * of any length can be listed.
 */
#ifndef REPORT_LISTING_H
#define REPORT_LISTING_H

#include "media/limit.h"
#include "report/render.h"
#include "util/err.h"
#include "util/output.h"

/* All-zero but for the first three. */
struct listing {
	struct output *out;
	enum render as;
	struct limit limit; /* of sounds of no known length, which are read */
	size_t records;     /* so far */
};

int listing_begin(struct listing *l, struct err *e);

/*
 * One file or stream: a line (text, TSV) a tensor, an object (JSON) a record.
 * Of a model, by its file or its name, text has its metadata in lines of their
 * own, a key each.  A PNG or audio file is shown as the tensor it will be.  -1: bad input (what
 * came before is listed); 1: the output failed, and so will all that follows.
 */
int listing_operand(struct listing *l, const char *path, struct err *e);

int listing_end(struct listing *l, struct err *e);

#endif
