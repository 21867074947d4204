#include <assert.h>
#include <string.h>

#include "media/convert.h"

static float
luma(const float *rgb)
{
	return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

/* One pixel to one of `to` channels; both lay colour first, alpha last. */
static void
pixel(const float *in, size_t from, float *out, size_t to)
{
	size_t from_colours = from >= 3 ? 3 : 1, to_colours = to >= 3 ? 3 : 1;
	float colour[3], alpha = from_colours < from ? in[from - 1] : 1.0f;

	for (size_t i = 0; i < 3; i++)
		colour[i] = in[from_colours == 3 ? i : 0];
	if (to_colours == to && from_colours < from)
		for (size_t i = 0; i < 3; i++)
			colour[i] = alpha * colour[i] + (1.0f - alpha);
	if (to_colours == 1 && from_colours == 3)
		colour[0] = luma(colour);
	for (size_t i = 0; i < to_colours; i++)
		out[i] = colour[i];
	if (to_colours < to)
		out[to - 1] = alpha;
}

void
convert_channels(const float *in, size_t from, float *out, size_t to, size_t n)
{
	assert(from >= 1 && from <= 4 && to >= 1 && to <= 4);
	if (from == to) {
		memcpy(out, in, n * from * sizeof *out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		pixel(in + i * from, from, out + i * to, to);
}
