/*
 * outform.h - the forms in which items are written: --format.
 */
#ifndef MODEL_OUTFORM_H
#define MODEL_OUTFORM_H

#include <stdbool.h>

#include "tensor/dtype.h"
#include "util/err.h"

enum outform_kind {
	OUTFORM_AUTO, /* what suits the item */
	OUTFORM_RECORD,
	OUTFORM_NPY,
	OUTFORM_RAW,
	OUTFORM_PNG,
	OUTFORM_WAV,
	OUTFORM_FLAC,
	OUTFORM_PACKED /* by --pack, not by its name */
};

struct outform {
	enum outform_kind kind;
	bool typed; /* raw:TYPE */
	enum dtype type;
};

/* What --format takes, as words of a row (util/opt.h); raw:TYPE too. */
#define OUTFORM_NAMES "record|npy|raw"
#define OUTFORM_MEDIA_NAMES "png|wav|flac|" OUTFORM_NAMES

/*
 * "record", "npy", "raw", "raw:TYPE" (f32, f64, s16, u8, u16, u32), and with
 * media "png", "wav", "flac".  The error lists what there is.
 */
int outform_parse(
	const char *text, bool media, struct outform *f, struct err *e);

/* Extension of a file of that kind, without a dot. */
const char *outform_extension(enum outform_kind k);

/* True for forms of which several items fit one output. */
bool outform_joins(enum outform_kind k);

#endif
