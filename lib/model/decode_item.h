/*
 * decode_item.h - the items of a stream of codes through a decoder to a job.
 */
#ifndef MODEL_DECODE_ITEM_H
#define MODEL_DECODE_ITEM_H

#include "model/code_item.h"
#include "model/job.h"

struct decode_item {
	struct code_item_opts code;
	bool progress; /* this is the only job */
};

/*
 * All items of s.  An item that cannot be decoded is told and counted by the
 * job, and the next one follows.  -1: the stream itself cannot go on (what
 * was begun of an item is withdrawn).
 */
int decode_item_all(const struct decode_item *how, struct decoder *x,
	struct stream *s, struct job *job, struct err *e);

#endif
