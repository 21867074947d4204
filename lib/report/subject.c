#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "media/sniff.h"
#include "model/foreign.h"
#include "report/subject.h"
#include "tensor/le.h"
#include "tensor/safetensors.h"

#define LENGTH ((size_t)8) /* bytes of a header's length */

/* The header of a record that fits into the look ahead. */
static int
read_ahead(struct input *in, size_t n, struct record *r)
{
	const unsigned char *p;
	struct extent *ext;
	uint64_t total;
	struct err unused;

	if (input_peek(in, LENGTH + n, &p, &unused) !=
			(ptrdiff_t)(LENGTH + n) ||
		safetensors_parse((const char *)p + LENGTH, n, r, &ext, &total,
			&unused) != 0)
		return -1;
	free(ext);
	return 0;
}

/* Of a file it is read a second time. */
static int
read_apart(struct input *in, struct record *r)
{
	struct err unused;
	struct input *again =
		input_is_regular(in) ? input_again(in, &unused) : NULL;
	struct extent *ext;
	uint64_t total;
	int status;

	if (!again)
		return -1;
	status = safetensors_read(again, r, &ext, &total, &unused);
	if (status == 0)
		free(ext);
	input_close(again);
	return status;
}

/* False of an array, of packed codes, and of what is damaged: whoever reads
 * the stream says how. */
static bool
read_head(struct input *in, struct record *r)
{
	const unsigned char *p;
	struct err unused;
	uint64_t n;

	if (input_peek(in, LENGTH + 1, &p, &unused) != LENGTH + 1 ||
		p[LENGTH] != '{')
		return false;
	n = le_get64(p);
	if (n > SAFETENSORS_HEADER_MAX)
		return false;
	return (n <= INPUT_PEEK_MAX - LENGTH ? read_ahead(in, (size_t)n, r)
					     : read_apart(in, r)) == 0;
}

static bool
is_kind(const char *kind, const char *a, const char *b)
{
	return kind && (strcmp(kind, a) == 0 || strcmp(kind, b) == 0);
}

/* A checkpoint goes where it is said what it is. */
static enum subject
of_record(const struct record *r)
{
	const char *kind = meta_get(&r->meta, "kind");

	if (is_kind(kind, "moe", "moe-checkpoint"))
		return SUBJECT_MOE;
	if (is_kind(kind, "model", "train-checkpoint") || foreign_is(r))
		return SUBJECT_MODEL;
	if (record_find(r, "experts") && meta_get(&r->meta, "step"))
		return SUBJECT_TRACE;
	return SUBJECT_STREAM;
}

static enum subject
of_tensors(struct input *in)
{
	struct record r = { 0 };
	enum subject kind = SUBJECT_STREAM;

	if (read_head(in, &r))
		kind = of_record(&r);
	record_free(&r);
	return kind;
}

static bool
is_log(struct input *in)
{
	const unsigned char *p;
	struct err unused;

	return input_peek(in, 1, &p, &unused) == 1 && *p == '{';
}

int
subject_find(struct input *in, enum subject *kind, struct err *e)
{
	enum media media;

	if (sniff_media(in, &media, e) != 0) {
		*kind = SUBJECT_LOG;
		return is_log(in) ? 0 : -1;
	}
	switch (media) {
	case MEDIA_EMPTY: *kind = SUBJECT_NOTHING; break;
	case MEDIA_IMAGE: *kind = SUBJECT_IMAGE; break;
	case MEDIA_AUDIO: *kind = SUBJECT_SOUND; break;
	default: *kind = of_tensors(in);
	}
	return 0;
}

const char *
subject_name(enum subject kind)
{
	static const char *const name[] = { [SUBJECT_NOTHING] = "nothing",
		[SUBJECT_IMAGE] = "an image",
		[SUBJECT_SOUND] = "a sound",
		[SUBJECT_STREAM] = "tensors",
		[SUBJECT_MODEL] = "a model",
		[SUBJECT_MOE] = "a model of experts",
		[SUBJECT_TRACE] = "a trace",
		[SUBJECT_LOG] = "a training log" };

	return name[kind];
}
