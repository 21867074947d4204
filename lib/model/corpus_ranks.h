/*
 * corpus_ranks.h - a corpus whose inputs are read by several ranks
 * (util/ranks.h): each reads its share, and all know what is in all.
 *
 * Input i is read by rank i modulo their number.  With fewer inputs than ranks
 * segments are dealt in the same way, of files: each rank reads them all then,
 * but holds its own.  Passes give the segments of all in the order of one
 * process; those of other ranks without what is in them.
 */
#ifndef MODEL_CORPUS_RANKS_H
#define MODEL_CORPUS_RANKS_H

#include "model/corpus.h"

/* Whether this rank is the one to read an input first. */
bool corpus_ranks_reads(size_t path);

/* Before the first pass with this cut: read what this rank has to read, and
 * learn what the others have. */
void corpus_ranks_scan(struct corpus *c, const struct corpus_cut *cut);
void corpus_ranks_free(struct corpus *c);

/* Segment i of an input; false behind its last. */
bool corpus_ranks_segment(const struct corpus *c, size_t path, size_t i,
	struct segment *s, size_t *item, size_t *piece);

/* Segment number of all (segment.home). */
void corpus_ranks_numbered(
	const struct corpus *c, size_t number, struct segment *s);

/* The rank that holds it. */
size_t corpus_ranks_holder(const struct corpus *c, size_t number);

/* What is in it, where it is this rank's.  An input that has changed ends all
 * ranks. */
void corpus_ranks_fetch(struct corpus *c, struct segment *s);

/* Forget what was read ahead. */
void corpus_ranks_drop(struct corpus *c);

#endif
