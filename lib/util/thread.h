/*
 * thread.h - a thread that leaves signals to the main one.
 */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>

/*
 * pthread_create, but SIGINT, SIGTERM and SIGHUP are blocked in the new
 * thread: their handlers (stop, output_tmp) run in the main thread alone, so
 * never two at once, and never inside a piece of work.  SIGPIPE comes to the
 * thread that writes.  When it returns, the thread has the addresses that malloc
 * sets apart for it.  0, or -1 where there is no memory or no right for one
 * more.
 */
int thread_start(pthread_t *t, void *(*fn)(void *), void *arg);

#endif
