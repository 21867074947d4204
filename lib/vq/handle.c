#include "vq/handle.h"
#include "vq/fail.h"
#include "vq/vq.h"

int
handle_suits(const struct vq_model *m, enum item_kind kind, size_t columns)
{
	static const char *const kinds[] = { [ITEM_IMAGE] = "images",
		[ITEM_AUDIO] = "sounds",
		[ITEM_ROWS] = "rows" };
	const struct quantizer *q;

	if (!m)
		return fail_set(VQ_EINVAL, "the model is NULL");
	if (m->model.transform.kind != kind)
		return fail_set(VQ_EKIND, "the model is for %s, not for %s",
			kinds[m->model.transform.kind], kinds[kind]);
	q = &m->model.quantizer;
	if (columns == 0 || columns % q->groups ||
		columns > quantizer_columns(q))
		return fail_set(VQ_ESHAPE,
			"%zu codes in a token, but the model has %zu (%zu "
			"stage%s of %zu group%s)",
			columns, q->stages * q->groups, q->stages,
			q->stages > 1 ? "s" : "", q->groups,
			q->groups > 1 ? "s" : "");
	return VQ_OK;
}

/* Scratch of a row of so many tokens: its vectors as they come, centred, as
 * latents and as codes, and some rows of a net's channels. */
static int
room(const struct vq_model *m, size_t tokens, size_t columns)
{
	const struct model *l = &m->model;
	size_t across = 4 * (l->transform.dim + l->net.d + columns);

	return fail_room(tokens, across + (l->net.conv ? 64 * l->net.d : 0));
}

int
handle_rows(const struct vq_model *m, size_t dim, size_t columns)
{
	int status = handle_suits(m, ITEM_ROWS, columns);

	if (status == VQ_OK && dim != m->model.transform.dim)
		return fail_set(VQ_ESHAPE,
			"rows of %zu numbers, but the model is for %zu", dim,
			m->model.transform.dim);
	return status;
}

int
handle_image(const struct vq_model *m, size_t width, size_t height,
	size_t channels, size_t columns)
{
	int status = handle_suits(m, ITEM_IMAGE, columns);

	if (status != VQ_OK)
		return status;
	if (channels < 1 || channels > 4)
		return fail_set(VQ_ESHAPE, "%zu channels: an image has 1 to 4",
			channels);
	if (width == 0 || height == 0)
		return fail_set(VQ_EINVAL, "an image of %zu x %zu pixels",
			width, height);
	if ((status = fail_size(width, height, channels, 1)) != VQ_OK)
		return status;
	return room(m, width / m->model.transform.patch + 1, columns);
}

int
handle_sound(
	const struct vq_model *m, size_t n, size_t channels, size_t columns)
{
	int status = handle_suits(m, ITEM_AUDIO, columns);

	if (status != VQ_OK)
		return status;
	if (channels == 0)
		return fail_set(VQ_EINVAL, "a sound without channels");
	if ((status = fail_size(n, channels, 1, sizeof(float))) != VQ_OK)
		return status;
	return room(m, channels, columns);
}
