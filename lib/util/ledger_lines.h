/*
 * ledger_lines.h - the lines of a ledger (ledger.h), read and found by name.
 */
#ifndef UTIL_LEDGER_LINES_H
#define UTIL_LEDGER_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/ledger.h"

struct ledger_line {
	char model[17];
	char stamp[LEDGER_STAMP];
	uint64_t options, size;
	uint32_t crc;
};

struct ledger_lines;

/* All whole lines of the file; none if it is not there.  Memory: the file's
 * size and 16 to 32 bytes a line. */
struct ledger_lines *ledger_lines_read(const char *path, struct err *e);
void ledger_lines_free(struct ledger_lines *l); /* NULL is allowed */

/* The last line of this name. */
bool ledger_lines_find(const struct ledger_lines *l, const char *name,
	struct ledger_line *line);

/* How things were made that have this number; malloc'd, NULL: it does not say. */
char *ledger_lines_how(const struct ledger_lines *l, uint64_t options);
char *ledger_lines_how_text(uint64_t options, const char *how);

/* A line, with a newline before it and behind it; malloc'd. */
char *ledger_lines_text(const char *name, const struct ledger_line *line);

#endif
