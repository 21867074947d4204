/*
 * corpus.h - the inputs of training as one long sequence of segments.
 *
 * A survey reads what each input holds without keeping it: kinds, sizes,
 * counts.  Then any number of passes read the items and cut them into
 * segments.  stdin and pipes are spooled once, so that they can be read again.
 */
#ifndef MODEL_CORPUS_H
#define MODEL_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/segment.h"
#include "model/source.h"
#include "util/strlist.h"

struct corpus {
	struct strlist paths;
	struct source_opts source;
	struct input **kept; /* an input: spooled, if it must be */
	size_t max_errors;   /* stop there; 0: never */
	size_t errors;       /* items that failed, as far as told */
	bool told;           /* by a pass that is through */
	bool *broken;        /* an input: told that it ends early */
	bool *lost;          /* an item: told that it failed */
	size_t failed;       /* items that the telling pass did not finish */

	struct corpus_ranks *ranks; /* corpus_ranks.h, behind the first pass */
	size_t ahead_bytes;         /* it may keep, of segments */

	/* What the survey found. */
	bool any;
	enum item_kind kind;
	size_t items, rows_total;
	size_t *first;      /* an input: the number of its first item; behind
				 * the last input all items */
	size_t width;       /* rows: numbers in a row */
	size_t channels;    /* images: 3 if any has colour, else 1 */
	size_t sample_rate; /* of the first sound */
	size_t tallest, widest; /* images: in pixels */
	double longest;         /* sounds: in seconds */
};

/*
 * Look at all of paths (taken).  Items that cannot be read are reported with
 * say_error and counted; items of different kinds or widths are an error that
 * names both.
 */
int corpus_survey(struct corpus *c, struct strlist *paths,
	const struct source_opts *o, size_t max_errors, struct err *e);
void corpus_free(struct corpus *c);

/* An input from its beginning, by its place in paths; NULL: it cannot be read
 * again. */
struct source *corpus_source(struct corpus *c, size_t path, struct err *e);

/* A pass over the segments, in the order of paths or in a shuffled one. */
struct corpus_pass;

struct corpus_cut {
	const struct transform *transform;
	size_t most;   /* floats in a segment, at most (but one token row) */
	size_t pieces; /* cut an item into at least about so many; 0: no */
	bool tell;     /* count items that fail in failed, if no pass did */
	bool hush;     /* others report what fails */
	bool weights;  /* rows: take their tensor w (weight.h) */
	struct rng *shuffle; /* order of the inputs; NULL: as given */
};

struct corpus_pass *corpus_begin(struct corpus *c, struct corpus_cut cut);

/* Of inputs first, first + step, ... in the order given, by this rank alone. */
struct corpus_pass *corpus_begin_some(
	struct corpus *c, struct corpus_cut cut, size_t first, size_t step);

/* The input that the last segment is of. */
size_t corpus_path(const struct corpus_pass *p);

/*
 * 1 and the next segment (the caller's to free; without x where several ranks
 * read: corpus_ranks.h) with the number of its item,
 * the same in every pass, and its own number within the item, which the
 * channels of a stretch of sound share; 0 at the end.  An item that fails ends
 * early, reported and counted the first time in any pass, and the pass goes on.
 */
int corpus_next(
	struct corpus_pass *p, struct segment *s, size_t *item, size_t *piece);
void corpus_end(struct corpus_pass *p);

#endif
