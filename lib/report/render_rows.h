/*
 * render_rows.h - a report as rows (rows.h), for programs that read lines.
 */
#ifndef REPORT_RENDER_ROWS_H
#define REPORT_RENDER_ROWS_H

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

/* A head line, then a line a row; those of curves are left out. */
int render_rows_tsv(const json_t *root, struct output *o, struct err *e);

/*
 * An object a line: "scope", the row's place, its members as they are, but for
 * those that are rows themselves.  Warnings and notes follow: {"scope":
 * "warning", "warning"}, {"scope": "note", "note"}.
 */
int render_rows_json(const json_t *root, struct output *o, struct err *e);

#endif
