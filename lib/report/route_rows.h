/*
 * route_rows.h - rows of a part of routes as numbers, a bounded number at a
 * time.
 *
 * An expert 65535 in a file, and any negative one, is an assignment that was
 * dropped (LOAD_DROPPED); its gate is taken as 0.
 */
#ifndef REPORT_ROUTE_ROWS_H
#define REPORT_ROUTE_ROWS_H

#include "report/route_part.h"

#define ROUTE_ROWS_MAX ((size_t)1 << 14)
#define ROUTE_ROWS_LABELS_MAX ((size_t)1 << 20)
#define ROUTE_ROWS_NO_LABEL UINT32_MAX

/* All-zero is empty; its memory is used again from call to call. */
struct route_rows {
	size_t n, cols, shadow_cols;
	uint64_t row0;    /* row 0 is this one of the item */
	uint16_t *expert; /* [n, cols] */

	/* NULL: the part has none. */
	float *gate;        /* [n, cols] */
	uint16_t *shadow;   /* [n, shadow_cols] */
	float *shadow_gate; /* [n, shadow_cols] */
	uint32_t *code;     /* [n] */
	float *margin;      /* [n] */
	uint32_t *label;    /* [n]; ROUTE_ROWS_NO_LABEL: a negative one */
	float *error;       /* [n] */
	float *loss;        /* [n] */
	uint32_t *kept;     /* [n] */

	float *wide; /* scratch */
};

void route_rows_free(struct route_rows *x);

/* Rows [from, from + n) of the part, n <= ROUTE_ROWS_MAX.  -1: an expert not
 * below E, a gate that is not a number, ...; e names the row. */
int route_rows_read(struct route_rows *x, const struct route_part *r,
	size_t from, size_t n, struct err *e);

/* The row of the input that row i of x is. */
uint64_t route_rows_number(const struct route_rows *x, size_t i);

#endif
