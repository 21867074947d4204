/*
 * reference.h - the references of -R, opened one after another as signals.
 *
 * A directory is searched by name (match.h).  A tensor file holds references
 * in the order of the decoded items; where both say their `item`, the names
 * must match.  Another file is the reference of the only item, or of those of
 * its name.
 */
#ifndef REPORT_REFERENCE_H
#define REPORT_REFERENCE_H

#include <stdbool.h>

#include "report/signal.h"
#include "tensor/stream.h"
#include "util/err.h"

struct reference;

/* raw: --raw, which then holds for a file at path too. */
struct reference *reference_open(const char *path, struct raw_format raw,
	struct limit limit, struct err *e);
void reference_close(struct reference *r);

/* Who asks. */
struct reference_key {
	const char *rel, *whole; /* as match_find takes them */
	bool only;               /* no other item will come by name */
	bool named;              /* whole is the item's own, not its file's */
};

/* Open the one that belongs to k; reference_done closes it. */
int reference_get(struct reference *r, const struct reference_key *k,
	struct signal *s, struct err *e);
/* What was opened last, for messages: a path or an item's name; NULL if
 * nothing was.  Valid until reference_done. */
const char *reference_name(const struct reference *r);

void reference_done(struct reference *r, struct signal *s);

#endif
