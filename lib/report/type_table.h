/*
 * type_table.h - the table of quantizers (quant/learner.h) as a text: type,
 * what learns, how it starts, source, what it is.
 */
#ifndef REPORT_TYPE_TABLE_H
#define REPORT_TYPE_TABLE_H

#include "util/err.h"
#include "util/output.h"

/* A line a type below a line of heads; two blanks or more between columns. */
int type_table_write(struct output *o, struct err *e);

#endif
