/*
 * code_errors.h - what a model's codes miss of the latents they stand for.
 *
 * Items are encoded as vq-encode does it by default.  With z [d] the latent of
 * a token and q_s what stages 0 .. s decode to, the error of a column (stage s,
 * group g) is |z - q_s|^2 over the dimensions of the group: per token, not per
 * number.  Its share is of |z|^2 there.
 */
#ifndef REPORT_CODE_ERRORS_H
#define REPORT_CODE_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "model/source.h"
#include "tensor/stream.h"
#include "util/err.h"
#include "util/input.h"

struct code_errors_opts {
	const char *model;
	struct raw_format raw;
	struct limit limit;
	bool drop;      /* --nan=drop */
	size_t threads; /* 0: as many as there are cores */
};

struct code_errors;
/* NULL: the model cannot be used. */
struct code_errors *code_errors_open(
	const struct code_errors_opts *o, struct err *e);
void code_errors_close(struct code_errors *x);

/* Its operand, which is taken. NULL: it cannot be read, or holds codes. */
struct source *code_errors_source(
	const struct code_errors *x, struct input *in, struct err *e);

/* A part of the item's codes [n, columns], of media [n, tokens, columns], as a
 * stream of codes has them; the last one is empty.  -1: they are refused. */
typedef int code_errors_fn(void *arg, const struct part *p, struct err *e);

/* The item that source_next gave.  -1: it failed; what was passed on of it
 * stays counted. */
int code_errors_item(struct code_errors *x, struct source *s,
	const struct item_info *i, code_errors_fn *fn, void *arg,
	struct err *e);

/* Into o: mean_square_error and error_share after the last stage, of the last
 * item; of all items, and these of each of its stages, with `errors`: an array
 * of {"code", "count", "mean_square_error", "share"}, most of the stage's error
 * first, ten at most. */
void code_errors_set_item(json_t *o, const struct code_errors *x);
void code_errors_report(json_t *o, const struct code_errors *x);

#endif
