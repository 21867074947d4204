/*
 * sink.h - one item into one output, in the form asked for.
 */
#ifndef MODEL_SINK_H
#define MODEL_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "media/audio.h"
#include "media/png.h"
#include "model/outform.h"
#include "model/transform.h"
#include "quant/code_model.h"
#include "tensor/writer.h"
#include "util/output.h"

/*
 * An item about to be written.  The first column is the main one; where it is
 * samples, it is F32: rows of an image [w, c], frames of a sound [c].
 */
struct sink_item {
	struct meta meta;
	const struct column *col;
	size_t cols;
	size_t rows; /* how many will come, or WRITER_ROWS_UNKNOWN */
	const char
		*place; /* what its own file is named after; NULL: its item */
	struct writer_extra extra; /* of records; all-zero: none */
	/* OUTFORM_PACKED: how probable the codes are; outlives the sink. */
	const struct code_model *probable;
	bool samples;        /* an image or a sound itself */
	enum item_kind kind; /* which of the two */
	size_t width, height, channels, bit_depth, frames, sample_rate;
};

/* OUTFORM_AUTO settled: png, wav, or record. */
enum outform_kind sink_form(enum outform_kind k, const struct sink_item *i);

struct sink;

/*
 * Begin; i is borrowed for the call.  An item that the form cannot hold is an
 * error.  raw:TYPE with whole numbers stores images of full scale 255 (u8) or
 * 65535 (u16), sounds of 32768 (s16).
 */
struct sink *sink_begin(struct output *o, struct outform f,
	const struct sink_item *i, struct err *e);

/* n more rows: data[i] are column i's rows in its dtype. */
int sink_rows(struct sink *s, const void *const *data, size_t n, struct err *e);

/* The item is complete.  Frees s, also on failure. */
int sink_end(struct sink *s, struct err *e);

/* The item failed: says so where the form can.  Frees s; NULL is allowed. */
int sink_fail(struct sink *s, struct err *e);

#endif
