/*
 * le.h - little-endian numbers at any alignment, on any machine.
 */
#ifndef TENSOR_LE_H
#define TENSOR_LE_H

#include <stddef.h>
#include <stdint.h>

/* Do numbers lie so in the memory of this machine? */
#define LE_HERE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline uint16_t
le_get16(const unsigned char *p)
{
	return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t
le_get32(const unsigned char *p)
{
	return le_get16(p) | (uint32_t)le_get16(p + 2) << 16;
}

static inline uint64_t
le_get64(const unsigned char *p)
{
	return le_get32(p) | (uint64_t)le_get32(p + 4) << 32;
}

static inline void
le_put16(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)(v & 255);
	p[1] = (unsigned char)(v >> 8);
}

static inline void
le_put32(unsigned char *p, uint32_t v)
{
	le_put16(p, (uint16_t)(v & 0xffff));
	le_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void
le_put64(unsigned char *p, uint64_t v)
{
	le_put32(p, (uint32_t)(v & 0xffffffff));
	le_put32(p + 4, (uint32_t)(v >> 32));
}

/* n numbers of `size` bytes, from the order of this machine to little endian or
 * back, in place. */
static inline void
le_turn(void *numbers, size_t n, size_t size)
{
	unsigned char *p = numbers;

	for (; !LE_HERE && n > 0; n--, p += size)
		for (size_t i = 0; i < size / 2; i++) {
			unsigned char low = p[i];

			p[i] = p[size - 1 - i];
			p[size - 1 - i] = low;
		}
}

#endif
