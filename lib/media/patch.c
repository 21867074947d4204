#include <assert.h>
#include <string.h>

#include "media/patch.h"

void
patch_gather(
	const float *band, size_t rows, size_t w, size_t c, size_t p, float *x)
{
	assert(rows >= 1 && rows <= p && w >= 1);
	for (size_t left = 0; left < w; left += p) {
		size_t cols = w - left < p ? w - left : p;

		for (size_t r = 0; r < p; r++) {
			size_t from = r < rows ? r : rows - 1;
			const float *src = band + (from * w + left) * c;

			memcpy(x, src, cols * c * sizeof *x);
			for (size_t i = cols; i < p; i++)
				memcpy(x + i * c, src + (cols - 1) * c,
					c * sizeof *x);
			x += p * c;
		}
	}
}

void
patch_scatter(
	const float *x, size_t rows, size_t w, size_t c, size_t p, float *band)
{
	assert(rows >= 1 && rows <= p && w >= 1);
	for (size_t left = 0; left < w; left += p) {
		size_t cols = w - left < p ? w - left : p;

		for (size_t r = 0; r < rows; r++)
			memcpy(band + (r * w + left) * c, x + r * p * c,
				cols * c * sizeof *x);
		x += p * p * c;
	}
}
