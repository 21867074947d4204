/*
 * progress.h - all that a command says on stderr while it works.
 *
 * One place, so that a progress line is cleared before a message and both
 * may come from any thread.  Progress appears only on a terminal, only after
 * a second, never with quiet, NO_COLOR or TERM=dumb.
 */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* Once, at the start of main(), before any file is opened: who speaks, and how
 * much.  A closed stdin, stdout or stderr is replaced, so that no file takes
 * its number. */
void say_init(const char *program, bool quiet, bool verbose);

/* Before say_init, as in programs of others (vq.h), there are no warnings, notes
 * and progress. */

/* "program: item: reason"; item may be NULL.  Never silenced. */
void say_error(const char *item, const char *reason);

/* "program: warning: ..."; never silenced. */
void say_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "program: ..."; silenced by -q. */
void say_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How such a note begins, so that a signal handler can write it: over the
 * progress line, "program: text".  malloc'd; NULL with -q. */
char *say_line(const char *text);

/* "program: ..."; only with -v. */
void say_verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Warnings and notes that were said already are not said again, from now on:
 * where much the same is done many times. */
void say_once(void);

/* From now on nothing but errors: somebody else says the rest. */
void say_only_errors(void);

/* Not even those, or again. */
void say_hush(bool hush);

/* From now on warnings and notes are about this: "program: about: ...", but
 * what is said once is so whatever it is about.  Copied; NULL: nothing. */
void say_about(const char *about);

/* total 0: unknown; unit: what is counted, for example "items", "steps". */
void progress_start(const char *what, const char *unit, size_t total);

/* Behind the start: the work begins now, and so many are done already.  seconds
 * above 0: it ends when so many have gone by, whatever is done then. */
void progress_begin(size_t done, double seconds);

/* done so far; extra (may be NULL) is shown behind, for example the loss. */
void progress_update(size_t done, const char *extra);

/* Clear the line. */
void progress_end(void);

#endif
