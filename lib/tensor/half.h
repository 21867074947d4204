/*
 * half.h - the two 16-bit floats, by bit arithmetic.
 *
 * F16 is IEEE 754 binary16, BF16 the upper half of a binary32.  To 16 bits
 * rounds to nearest, ties to even; F16 has subnormals, and what lies above
 * its range becomes infinity; a NaN stays a (quiet) NaN.
 */
#ifndef TENSOR_HALF_H
#define TENSOR_HALF_H

#include <stdint.h>

float half_f16_to_f32(uint16_t h);
uint16_t half_f32_to_f16(float x);
float half_bf16_to_f32(uint16_t h);
uint16_t half_f32_to_bf16(float x);

#endif
