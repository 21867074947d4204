/*
 * axis.h - where numbers stand along an axis, and which of them are named.
 *
 * Ticks are 1, 2 or 5 times a power of ten; on a logarithmic axis the powers
 * themselves where it holds three of them or more.
 */
#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

#define AXIS_TICKS_MAX 24
#define AXIS_TEXT_MAX 24

struct axis {
	const char *label; /* with its unit; borrowed */
	bool log;
	bool whole; /* counts: no ticks between whole numbers */
	bool exact; /* ends at the data, not at the next tick */
	bool zero;  /* 0 is there, whatever the data */
	double low, high;
	size_t ticks;
	double tick[AXIS_TICKS_MAX];
};

/*
 * Range and ticks for data from low to high, about `ticks` of them.  Data of
 * one value stand in the middle; none (a NaN), or none above 0 on a
 * logarithmic axis, give 0 to 1, or 1 to 10.
 */
void axis_fit(struct axis *a, double low, double high, size_t ticks);

/* 0 at the low end to 1 at the high one; NaN where v has no place. */
double axis_place(const struct axis *a, double v);

/* 0.05, 200, 10k, 1M: thousands as k, M, G. */
void axis_text(double tick, char to[AXIS_TEXT_MAX]);

#endif
