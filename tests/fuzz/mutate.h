/*
 * mutate.h - for targets that read records: changes that leave them records.
 *
 * Of bytes that libFuzzer changes as they come nearly all are refused for the
 * length of their header.  Here it changes the header, whose length is set
 * then, one number of it, or the data.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <ctype.h>

#include "fuzz.h"
#include "tensor/le.h"

/* libFuzzer has both; replays call neither. */
__attribute__((weak)) size_t LLVMFuzzerMutate(
	uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t room, unsigned seed);

/* One of the numbers in text[0..n), which has the room for 20 more bytes, is
 * another one from now on.  The new length. */
FUZZ_HELP size_t
mutate_number(uint8_t *text, size_t n, unsigned seed)
{
	static const char *const other[] = { "0", "1", "2", "3", "7", "16", "",
		"255", "65536", "4294967295", "4294967296",
		"9223372036854775807", "18446744073709551615", "-1", "1e9",
		"nan", "0.5" };
	const char *to = other[seed % (sizeof(other) / sizeof(other[0]))];
	size_t at = n ? seed / 32 % n : 0, end;

	while (at < n && !isdigit(text[at]))
		at++;
	for (end = at; end < n && isdigit(text[end]);)
		end++;
	if (at == end)
		return n;
	memmove(text + at + strlen(to), text + end, n - end);
	memcpy(text + at, to, strlen(to));
	return n - (end - at) + strlen(to);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	size_t head = size > 8 ? (size_t)le_get64(data) : 0, tail, spare = 256;
	uint8_t *text;

	if (!head || head > size - 8 || seed % 16 == 0 || room < size + spare)
		return LLVMFuzzerMutate(data, size, room);
	tail = size - 8 - head;
	if (tail && seed % 16 < 4)
		return size - tail +
			LLVMFuzzerMutate(data + 8 + head, tail, tail);
	text = malloc(head + spare);
	FUZZ_HOLDS(text != NULL);
	memcpy(text, data + 8, head);
	size = seed % 16 < 12 ? mutate_number(text, head, seed / 16)
			      : LLVMFuzzerMutate(text, head, head + spare);
	memmove(data + 8 + size, data + 8 + head, tail);
	memcpy(data + 8, text, size);
	le_put64(data, size);
	free(text);
	return 8 + size + tail;
}

#endif
