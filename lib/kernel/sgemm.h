/*
 * sgemm.h - matrix products and eigenvectors by OpenBLAS, on one thread.
 *
 * The only door to BLAS and LAPACK.  Parallelism is the caller's: fixed
 * chunks, each one call, so that results do not depend on -j.
 */
#ifndef KERNEL_SGEMM_H
#define KERNEL_SGEMM_H

#include <stddef.h>

/* c [m, n] = alpha op(a) op(b) + beta c, row-major; op(a) is [m, k] and op(b)
 * [k, n]; `t` letters: 'n' as is, 't' transposed.  lda, ldb, ldc: the length
 * of a stored row. */
struct sgemm {
	char ta, tb;
	size_t m, n, k;
	float alpha;
	const float *a;
	size_t lda;
	const float *b;
	size_t ldb;
	float beta;
	float *c;
	size_t ldc;
};
void sgemm_run(const struct sgemm *g);

/*
 * Eigenvectors of the symmetric a [d, d] (overwritten), largest eigenvalue
 * first: vec row i is the ith vector [d, d], val is [d].  Each vector's sign
 * is such that its entry of largest magnitude is positive.  0, or -1 when the
 * iteration does not converge.
 */
int sgemm_eigen(double *a, size_t d, double *vec, double *val);

/* The eigenvalues alone, largest first. */
int sgemm_eigenvalues(double *a, size_t d, double *val);

/* a [d, d] += x^T x over the rows of x [n, d]: both halves of a. */
void sgemm_gram(const double *x, size_t n, size_t d, double *a);

/* Solve a x = b for r right-hand sides: a is [d, d] (overwritten), b [r, d] is
 * replaced by x, a row each.  -1 if a is singular. */
int sgemm_solve(double *a, size_t d, double *b, size_t r);

#endif
