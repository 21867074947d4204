/*
 * convert.h - between numbers of image channels.
 */
#ifndef MEDIA_CONVERT_H
#define MEDIA_CONVERT_H

#include <stddef.h>

/*
 * n pixels of `from` channels to `to` channels (each 1 gray, 2 gray+alpha, 3
 * RGB, 4 RGBA).  Alpha that goes away is composited on white; alpha that
 * appears is 1.  Colour to gray is luma (ITU-R BT.601: 0.299, 0.587, 0.114);
 * gray to colour repeats the value.  in and out may not overlap.
 */
void convert_channels(
	const float *in, size_t from, float *out, size_t to, size_t n);

#endif
