#include "media/limit.h"

int
limit_image(const struct limit *l, size_t width, size_t height, struct err *e)
{
	if (!l->pixels || width == 0 || height <= l->pixels / width)
		return 0;
	return err_set(e,
		"an image of %zu x %zu pixels: --max-pixels %zu allows no more",
		width, height, l->pixels);
}

int
limit_audio(const struct limit *l, size_t frames, struct err *e)
{
	if (!l->samples || frames <= l->samples)
		return 0;
	return err_set(e,
		"a sound of %zu samples a channel: --max-samples %zu allows no "
		"more",
		frames, l->samples);
}
