/*
 * sgemm_host.h - what OpenBLAS does to a process that it lives in, and how a
 * process lives with it.  For sgemm.c only.
 *
 * While it is loaded it starts a thread a processor, none of which we use; and
 * for each of its threads, and of ours that call it, it maps a buffer of 128
 * MiB.  Where that fails it tries again for ever.  So it is loaded while the
 * process may run on one processor only, which gives no threads, and calls
 * happen in brackets that end the program as mem_alloc does where the buffer
 * would not fit.
 */
#ifndef KERNEL_SGEMM_HOST_H
#define KERNEL_SGEMM_HOST_H

/* Around each call of OpenBLAS, by any thread. */
void sgemm_host_enter(void);
void sgemm_host_leave(void);

#endif
