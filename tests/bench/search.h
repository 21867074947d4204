/*
 * search.h - one search, measured, with its answers kept for peers.
 *
 * What was searched stays in a folder for peers.py, which reads sets.tsv
 * there: section, d, k, n, and the files of vectors, codes and answers.
 */
#ifndef BENCH_SEARCH_H
#define BENCH_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "util/pool.h"

#define SEARCH_LEAST ((size_t)2048) /* vectors in a call */
#define SEARCH_PATH 4096

/* x [n, d], code [k, d]; the m nearest codes are wanted.  folder, if not NULL,
 * has x_path and code_path, and takes the answers. */
struct search_task {
	const char *section, *what, *folder;
	const float *x, *code;
	size_t n, k, d, m;
	struct pool *pool;
	bool prune; /* measure nearest_prune beside it */
	char x_path[SEARCH_PATH], code_path[SEARCH_PATH];
};

/* Prints its row.  May search fewer vectors where a kernel is slow. */
void search_measure(const struct search_task *t);

#endif
