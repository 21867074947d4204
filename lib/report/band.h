/*
 * band.h - a band of frequencies as people type it.
 */
#ifndef REPORT_BAND_H
#define REPORT_BAND_H

/* "LO-HI" or "HI" (from 0), whole Hz, k is 1,000; LO below HI.  0, or -1 with
 * nothing stored. */
int band_parse(const char *text, double *low, double *high);

#endif
