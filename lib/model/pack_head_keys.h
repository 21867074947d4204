/*
 * pack_head_keys.h - what pack_head and pack_head_read agree on.
 */
#ifndef MODEL_PACK_HEAD_KEYS_H
#define MODEL_PACK_HEAD_KEYS_H

enum { FIRST = 1, LAST = 2, FAILED = 4, EVEN = 8, MEDIA_SHIFT = 4 };

/* Numbers that have a place of their own. */
static const char *const numbers[] = { "rows", "height", "width", "channels",
	"bit_depth", "frames", "sample_rate" };
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* What stands elsewhere in the head, or follows from what it is. */
static const char *const others[] = { "format", "kind", "media", "item", "part",
	"last", "crc32", "codes", "model", "program" };
#define OTHERS (sizeof(others) / sizeof(others[0]))

#endif
