/*
 * compare.h - a decoded item held against its reference.
 *
 * Both are read once, side by side.  Images: gray is widened where one has
 * colour, alpha that only one has is composited on white; error over all
 * channels, SSIM on luma.  Sizes, channels of audio and rates must be equal.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "report/signal.h"
#include "stats/distortion.h"

struct compare_opts {
	double low_hz, high_hz; /* band of the log-spectral distance */
};

struct compare_result {
	enum signal_kind kind;
	struct distortion d;
	double ssim;        /* images; else NaN */
	double distance_db; /* log-spectral, audio; else NaN */
	long lag;           /* samples that the decoded clip comes late */
};

/* got is the decoded one, ref its reference. */
int compare_signals(struct signal *got, struct signal *ref,
	struct compare_opts o, struct compare_result *r, struct err *e);

#endif
