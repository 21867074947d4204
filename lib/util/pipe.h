/*
 * pipe.h - pipes that hold more.
 *
 * Linux gives a pipe 64 KiB, and the two ends then wait for each other every
 * 16 pages: a gibibyte takes 850 ms from cat to a reader, and 230 ms where the
 * pipe holds PIPE_BYTES.
 */
#ifndef UTIL_PIPE_H
#define UTIL_PIPE_H

/* Twice or four times as much is no faster.  All that a user may have in pipes
 * is 64 MiB: this leaves 256 of them. */
#define PIPE_BYTES (256 << 10)

/* If fd is a pipe that holds less, let it hold PIPE_BYTES, where that is
 * possible and allowed. */
void pipe_widen(int fd);

#endif
