/*
 * machine.h - how numbers lie in the memory of this machine.
 *
 * Files that other machines read have one form everywhere.  What a program
 * keeps for itself as it lies in memory says what memory that was.
 */
#ifndef UTIL_MACHINE_H
#define UTIL_MACHINE_H

#include "util/err.h"

/* "le64": the lowest byte first, sizes of 64 bits; be64, le32, be32. */
const char *machine_layout(void);

/* -1 if what is kept lies otherwise than here; NULL stands for le64. */
int machine_check(const char *layout, struct err *e);

#endif
