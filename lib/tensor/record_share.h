/*
 * record_share.h - a record that one rank (util/ranks.h) has, for all.
 */
#ifndef TENSOR_RECORD_SHARE_H
#define TENSOR_RECORD_SHARE_H

#include "tensor/record.h"

/* On the first rank r is given, and stays; on the others it is made (theirs to
 * free). */
void record_share(struct record *r);

#endif
