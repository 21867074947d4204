#include <math.h>
#include <stdlib.h>

#include "stats/moments.h"
#include "util/mem.h"

void
moments_free(struct moments *m)
{
	free(m->sum);
	*m = (struct moments){ 0 };
}

void
moments_add(struct moments *m, const float *x, size_t n)
{
	if (!m->sum)
		m->sum = mem_zalloc(m->d, sizeof(*m->sum));
	for (size_t i = 0; i < n; i++) {
		double power = 0;

		for (size_t j = 0; j < m->d; j++) {
			double v = x[i * m->d + j];

			m->sum[j] += v;
			power += v * v;
		}
		m->power += power;
	}
	m->n += n;
}

double
moments_mean_square(const struct moments *m)
{
	return m->n ? m->power / (double)m->n : NAN;
}

double
moments_variance(const struct moments *m)
{
	double n = (double)m->n, centre = 0;

	if (!m->n)
		return NAN;
	for (size_t j = 0; j < m->d; j++)
		centre += m->sum[j] / n * (m->sum[j] / n);
	return fmax(0, moments_mean_square(m) - centre);
}
