/*
 * err.h - why a call failed, in words.
 *
 * A function that can fail on bad input takes a struct err * last and returns
 * -1 (or NULL) after it put one sentence there: no trailing newline, no
 * program name.  main() decides where the words go.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

struct err {
	char msg[1024];
};

/* Set the message.  Returns -1, so that a caller can return it. */
int err_set(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and strerror(errno). */
int err_sys(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "prefix: " before the message that is there.  Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
