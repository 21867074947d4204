/*
 * audit_file.h - the code tables of --audit: a TSV file to be filed.
 *
 * Lines "# key TAB value" first: what it is, the items with their number;
 * then a line of names, then a line for each layer and code.  router, model
 * (the fingerprint) and tokens (N) stand in every line.
 */
#ifndef REPORT_AUDIT_FILE_H
#define REPORT_AUDIT_FILE_H

#include <stdbool.h>

#include "report/route_layer.h"
#include "util/err.h"
#include "util/output.h"
#include "util/strlist.h"

/* All-zero is closed. */
struct audit_file {
	struct output *out;
	const char *path;    /* borrowed */
	struct strlist item; /* names in order; one that repeats stands once */
	bool begun;
};

int audit_file_open(
	struct audit_file *f, const char *path, bool force, struct err *e);
/* Drops what was not committed. */
void audit_file_close(struct audit_file *f);

/* An item that is in the figures; all before the first layer. */
void audit_file_item(struct audit_file *f, const char *item);
int audit_file_layer(
	struct audit_file *f, const struct route_layer *l, struct err *e);
int audit_file_commit(struct audit_file *f, struct err *e);

#endif
