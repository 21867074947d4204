/*
 * stop.h - SIGINT and SIGTERM as a question that is answered between two steps
 * of work, so that something can be kept first.
 *
 * Outside of begin and end, and at the second signal, they do what they did
 * before.  Two within a moment are one: timeout(1) sends its signal to the
 * program and to its group.  One that is ignored (nohup) stays so.  To be
 * begun and ended by the main thread (thread.h).
 */
#ifndef UTIL_STOP_H
#define UTIL_STOP_H

void stop_begin(void);

/* The signal that came since the begin, or 0. */
int stop_asked(void);

/* Returns the same.  Who has cleaned up raises it then. */
int stop_end(void);

#endif
