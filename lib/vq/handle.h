/*
 * handle.h - what a struct vq_model is.
 */
#ifndef VQ_HANDLE_H
#define VQ_HANDLE_H

#include "model/frames.h"
#include "model/model.h"
#include "vq/crew.h"

struct vq_model {
	struct model model;
	struct frames frames; /* of sound */
	struct crew *crew;
};

/* What a public function has in common with the others: VQ_EKIND unless m is
 * of that kind, VQ_ESHAPE unless codes of so many columns are of whole stages,
 * VQ_EINVAL if m is NULL. */
int handle_suits(const struct vq_model *m, enum item_kind kind, size_t columns);

/* VQ_ESHAPE unless rows of m have dim numbers. */
int handle_rows(const struct vq_model *m, size_t dim, size_t columns);

/* Of an image with p and the like of m: VQ_EINVAL, VQ_ESHAPE, VQ_ENOMEM. */
int handle_image(const struct vq_model *m, size_t width, size_t height,
	size_t channels, size_t columns);

/* Of n frames. */
int handle_sound(
	const struct vq_model *m, size_t n, size_t channels, size_t columns);

#endif
