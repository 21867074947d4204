#include <math.h>
#include <string.h>

#include "kernel/product.h"
#include "quant/front.h"

void
front_map(
	struct front *f, const float *v, const float *s, size_t width, size_t d)
{
	if (f->mapped && f->map.rows == width && f->map.d == d) {
		panel_pack(&f->map, v, s);
		return;
	}
	front_free(f);
	f->mapped = true;
	panel_init(&f->map, v, s, width, d);
}

void
front_free(struct front *f)
{
	if (f->mapped)
		panel_free(&f->map);
	f->mapped = false;
}

bool
front_plain(const struct front *f)
{
	return !f->mapped && !f->unit && !f->padded;
}

size_t
front_width(const struct front *f, size_t d)
{
	return (f->mapped ? f->map.rows : d) + f->padded;
}

void
front_unit(const float *x, size_t n, size_t d, float *y)
{
	for (size_t v = 0; v < n; v++, x += d, y += d) {
		float sum = 0, norm;

		for (size_t i = 0; i < d; i++)
			sum += x[i] * x[i];
		norm = sqrtf(sum);
		for (size_t i = 0; i < d; i++)
			y[i] = norm > 0 ? x[i] / norm : 0;
	}
}

/* Rows of d numbers become rows of d + 1, the last zero, in place. */
static void
pad(float *y, size_t n, size_t d)
{
	for (size_t v = n; v-- > 0;) {
		memmove(y + v * (d + 1), y + v * d, d * sizeof(*y));
		y[v * (d + 1) + d] = 0;
	}
}

void
front_rows(const struct front *f, const float *x, size_t n, size_t d, float *y)
{
	size_t width = f->mapped ? f->map.rows : d;

	if (f->mapped)
		product_rows(&f->map, x, n, y);
	else
		memcpy(y, x, n * d * sizeof(*y));
	if (f->unit)
		front_unit(y, n, width, y);
	if (f->padded)
		pad(y, n, width);
}
