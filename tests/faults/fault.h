/*
 * fault.h - which calls are to fail, and how many there were.
 *
 * Every call of a kind gets a number, from 1, among those of its caller: the
 * command itself (with all of lib/), or the libraries that it stands on.  What
 * happens before main() is not counted and does not fail.
 *
 * Environment:
 *   FAULT_FILE  a file of sizeof(struct fault_tally) bytes for what was counted
 *   FAULT       rules: "KIND CALLER FIRST LAST EVERY HOW", apart by ";".  KIND
 *               and CALLER are numbers of the enums here; of the calls FIRST to
 *               LAST every EVERYth fails with the errno HOW, or is short if HOW
 *               is 0: fewer bytes than were asked for.
 *   FAULT_CHAINS  a file for the chains of calls that asked for memory, a number
 *               each: uint64_t [FAULT_CALLERS][FAULT_CHAINS], 0 where none is
 *   FAULT_TRAP  set: SIGTRAP where a call fails, for a debugger
 */
#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_ALLOC,
	FAULT_READ,
	FAULT_WRITE,
	FAULT_SYNC,
	FAULT_RENAME,
	FAULT_CLOSE,
	FAULT_OPEN,
	FAULT_CUT,
	FAULT_THREAD,
	FAULT_KINDS
};

enum fault_caller { FAULT_COMMAND, FAULT_LIBRARY, FAULT_CALLERS };

/* Mapped from FAULT_FILE: whoever reads it has it also after a crash. */
struct fault_tally {
	_Atomic uint64_t calls[FAULT_KINDS][FAULT_CALLERS];
	_Atomic uint64_t faults;
	char call[32];   /* the function that failed last */
	char about[480]; /* what file; of memory the library that asked */
};

#define FAULT_CHAINS ((size_t)1 << 16)
void fault_chain_begin(const char *path);
void fault_chain(unsigned caller, uint64_t number);

/* The file of who asks for memory, where libc does for somebody (strdup). */
const char *fault_asker(void);

/* A call as its wrapper sees it. */
struct fault_call {
	enum fault_kind kind;
	const char *name;
	const void *from; /* address in the caller */
	int fd;           /* -1: none */
	const char *path; /* NULL: none */
};

/* Count it.  0: it goes on, with *n bytes (NULL: it has none), which may be
 * fewer now; otherwise the errno that it fails with. */
int fault_next(struct fault_call c, size_t *n);

/* True if the address is the command's own. */
int fault_ours(const void *from);

/* Some address of the command: for calls that are made on its behalf. */
const void *fault_us(void);

#endif
