#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/outform.h"
#include "tensor/raw.h"
#include "util/near.h"

static const char *const names[] = { "", "record", "npy", "raw", "png", "wav",
	"flac", "vqp" };

static int
raw_type(const char *text, struct outform *f, struct err *e)
{
	struct raw_format raw;
	struct err unused;
	char one[16];

	snprintf(one, sizeof(one), "%.12s:1", text);
	if (strlen(text) > 12 || raw_format_parse(one, &raw, &unused) != 0)
		return err_set(e,
			"unknown type \"%s\" of raw: f32, f64, s16, u8, u16 "
			"or u32",
			text);
	f->kind = OUTFORM_RAW;
	f->typed = true;
	f->type = raw.dtype;
	return 0;
}

int
outform_parse(const char *text, bool media, struct outform *f, struct err *e)
{
	int last = media ? OUTFORM_FLAC : OUTFORM_RAW;
	char *hint;

	*f = (struct outform){ OUTFORM_AUTO, false, DT_F32 };
	if (strncmp(text, "raw:", 4) == 0)
		return raw_type(text + 4, f, e);
	for (int i = OUTFORM_RECORD; i <= last; i++)
		if (strcmp(text, names[i]) == 0) {
			f->kind = (enum outform_kind)i;
			return 0;
		}
	hint = near_hint(media ? OUTFORM_MEDIA_NAMES : OUTFORM_NAMES, text,
		strlen(text));
	err_set(e, "unknown format \"%s\": %srecord, npy, raw, raw:TYPE%s",
		text, media ? "png, wav, flac, " : "", hint);
	free(hint);
	return -1;
}

const char *
outform_extension(enum outform_kind k)
{
	return k == OUTFORM_RECORD ? "safetensors" : names[k];
}

bool
outform_joins(enum outform_kind k)
{
	return k == OUTFORM_RECORD || k == OUTFORM_NPY || k == OUTFORM_RAW ||
		k == OUTFORM_PACKED;
}
