/*
 * signal.h - an image, a clip or vectors as rows of floats, wherever they
 * come from: a PNG, an audio file, or an item of a tensor stream.
 *
 * A row is one row of pixels, one frame of all channels, or one vector.
 * Image and audio tensors of integers are scaled to 0..1 and -1..1 by their
 * dtype.  NaN and infinity are refused.
 */
#ifndef REPORT_SIGNAL_H
#define REPORT_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "media/limit.h"
#include "tensor/stream.h"
#include "util/err.h"
#include "util/input.h"

enum signal_kind { SIGNAL_IMAGE, SIGNAL_AUDIO, SIGNAL_ROWS };

#define SIGNAL_ROWS_UNKNOWN ((size_t)-1)

struct signal {
	enum signal_kind kind;
	size_t rows;     /* or SIGNAL_ROWS_UNKNOWN */
	size_t width;    /* image: pixels in a row; else 1 */
	size_t channels; /* of a pixel, of a frame; length of a vector */
	size_t rate;     /* audio, Hz; 0: not known */
	struct signal_from *from;
};

/* "image", "audio", "vectors". */
const char *signal_word(enum signal_kind k);

/* An image or audio file; in is borrowed until signal_close. */
int signal_image(struct signal *s, struct input *in, const struct limit *most,
	struct err *e);
int signal_audio(struct signal *s, struct input *in, const struct limit *most,
	struct err *e);

/* The item of a stream whose first part is *p.  Both are borrowed until
 * signal_close; *p is filled anew with the item's further parts. */
int signal_item(
	struct signal *s, struct stream *stream, struct part *p, struct err *e);

/* True if p's main tensor is an image, a clip or vectors rather than codes:
 * floats, or integers that the tensor's name says are samples. */
bool signal_is(const struct part *p);

/* The next n rows into out [n, width, channels]; fewer only at the end. */
ptrdiff_t signal_read(struct signal *s, float *out, size_t n, struct err *e);

/* All-zero is allowed.  Of a stream: the item's parts that were not read stay
 * unread.  False: the stream broke, and e of the failed read said why. */
bool signal_close(struct signal *s);

#endif
