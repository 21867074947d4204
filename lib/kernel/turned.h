/*
 * turned.h - the transpose of a matrix, packed for products with rows.
 */
#ifndef KERNEL_TURNED_H
#define KERNEL_TURNED_H

#include "kernel/panel.h"

/* p holds the columns of w [rows, cols] as its rows; panel_free frees it. */
void turned_init(struct panel *p, const float *w, size_t rows, size_t cols);

/* The same in room of the caller's, floats at a 64-byte boundary, which stays
 * there: nothing is to be freed. */
size_t turned_room(size_t rows, size_t cols);
void turned_lay(
	struct panel *p, const float *w, size_t rows, size_t cols, float *room);

#endif
