/*
 * subject.h - what an operand of vq-stats is, by how it begins.
 */
#ifndef REPORT_SUBJECT_H
#define REPORT_SUBJECT_H

#include "util/err.h"
#include "util/input.h"

enum subject {
	SUBJECT_NOTHING, /* no bytes */
	SUBJECT_IMAGE,
	SUBJECT_SOUND,
	SUBJECT_STREAM, /* of codes, routes, vectors: tensor/stream.h */
	SUBJECT_MODEL,  /* a tokenizer, or a codebook from elsewhere */
	SUBJECT_MOE,    /* a model of experts */
	SUBJECT_TRACE,  /* routes of the steps of a training */
	SUBJECT_LOG,    /* JSON lines */
};

/*
 * Looks ahead only.  -1: it cannot be read, or is of no known kind.  Of
 * something that is no regular file the first 64 KiB are seen: a header that
 * is longer begins a stream.
 */
int subject_find(struct input *in, enum subject *kind, struct err *e);

/* As a word of the report: "an image", ...  For messages. */
const char *subject_name(enum subject kind);

#endif
