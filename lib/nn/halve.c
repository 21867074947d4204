#include "nn/halve.h"

void
halve(const float *x, size_t h, size_t w, size_t c, float *half)
{
	for (size_t r = 0; r < h / 2; r++) {
		const float *up = x + 2 * r * w * c, *down = up + w * c;

		for (size_t i = 0; i < w / 2; i++, up += c, down += c)
			for (size_t j = 0; j < c; j++, up++, down++)
				*half++ = 0.25F *
					(up[0] + up[c] + down[0] + down[c]);
	}
}

void
halve_backward(const float *dhalf, size_t h, size_t w, size_t c, float *dx)
{
	for (size_t r = 0; r < h / 2; r++) {
		float *up = dx + 2 * r * w * c, *down = up + w * c;

		for (size_t i = 0; i < w / 2; i++, up += c, down += c)
			for (size_t j = 0; j < c; j++, up++, down++) {
				float d = 0.25F * *dhalf++;

				up[0] += d;
				up[c] += d;
				down[0] += d;
				down[c] += d;
			}
	}
}
