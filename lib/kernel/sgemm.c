#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include <cblas.h>

#include "kernel/sgemm.h"
#include "kernel/sgemm_host.h"
#include "util/mem.h"

/* LAPACK inside OpenBLAS, by its Fortran names: column-major, all by
 * reference.  Debian's libopenblas-dev has no C header for it. */
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a,
	const int *lda, double *w, double *work, const int *lwork, int *iwork,
	const int *liwork, int *info);
void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv,
	double *b, const int *ldb, int *info);

static void
one_thread(void)
{
	openblas_set_num_threads(1);
}

static void
begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, one_thread);
	sgemm_host_enter();
}

void
sgemm_run(const struct sgemm *g)
{
	if (g->m == 0 || g->n == 0)
		return;
	begin();
	cblas_sgemm(CblasRowMajor, g->ta == 't' ? CblasTrans : CblasNoTrans,
		g->tb == 't' ? CblasTrans : CblasNoTrans, (int)g->m, (int)g->n,
		(int)g->k, g->alpha, g->a, (int)g->lda, g->b, (int)g->ldb,
		g->beta, g->c, (int)g->ldc);
	sgemm_host_leave();
}

/* The entry of largest magnitude becomes positive: one sign on any machine. */
static void
fix_sign(const double *from, size_t d, double *to)
{
	size_t top = 0;

	for (size_t i = 1; i < d; i++)
		if (fabs(from[i]) > fabs(from[top]))
			top = i;
	for (size_t i = 0; i < d; i++)
		to[i] = from[top] < 0 ? -from[i] : from[i];
}

int
sgemm_eigen(double *a, size_t d, double *vec, double *val)
{
	int n = (int)d, info = 0, lwork, liwork;
	double *w, *work;
	int *iwork;

	lwork = 1 + 6 * n + 2 * n * n;
	liwork = 3 + 5 * n;
	w = mem_alloc(d, sizeof(*w));
	work = mem_alloc((size_t)lwork, sizeof(*work));
	iwork = mem_alloc((size_t)liwork, sizeof(*iwork));
	begin();
	dsyevd_("V", "U", &n, a, &n, w, work, &lwork, iwork, &liwork, &info);
	sgemm_host_leave();
	for (size_t i = 0; i < d && info == 0; i++) {
		val[i] = w[d - 1 - i]; /* LAPACK's are ascending */
		fix_sign(a + (d - 1 - i) * d, d, vec + i * d);
	}
	free(w);
	free(work);
	free(iwork);
	return info == 0 ? 0 : -1;
}

int
sgemm_eigenvalues(double *a, size_t d, double *val)
{
	int n = (int)d, info = 0, lwork = 1 + 2 * n, liwork = 1, unused;
	double *work = mem_alloc((size_t)lwork, sizeof(*work));

	begin();
	dsyevd_("N", "U", &n, a, &n, val, work, &lwork, &unused, &liwork,
		&info);
	sgemm_host_leave();
	for (size_t i = 0; i < d / 2; i++) {
		double least = val[i];

		val[i] = val[d - 1 - i];
		val[d - 1 - i] = least;
	}
	free(work);
	return info == 0 ? 0 : -1;
}

void
sgemm_gram(const double *x, size_t n, size_t d, double *a)
{
	begin();
	cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)d, (int)n, 1, x,
		(int)d, 1, a, (int)d);
	sgemm_host_leave();
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < i; j++)
			a[i * d + j] = a[j * d + i];
}

int
sgemm_solve(double *a, size_t d, double *b, size_t r)
{
	int n = (int)d, nrhs = (int)r, info = 0;
	int *pivot = mem_alloc(d, sizeof(*pivot));
	double *t = mem_alloc(d * d, sizeof(*t));

	for (size_t i = 0; i < d; i++) /* row-major to column-major */
		for (size_t j = 0; j < d; j++)
			t[j * d + i] = a[i * d + j];
	begin();
	dgesv_(&n, &nrhs, t, &n, pivot, b, &n, &info);
	sgemm_host_leave();
	free(pivot);
	free(t);
	return info == 0 ? 0 : -1;
}
