/*
 * names.h - item names as text, and as paths under an output directory.
 */
#ifndef UTIL_NAMES_H
#define UTIL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are not UTF-8, marks as below and '%' become %XX.  malloc'd. */
char *names_escape(const char *raw);

/*
 * For messages: marks as below and bytes that are not UTF-8 become %XX, so that
 * no name steers the terminal; '%' stays.  malloc'd.
 */
char *names_printable(const char *raw);

/*
 * Does this character of UTF-8, of len bytes, steer a terminal or a reader?
 * C0, DEL, U+0080 to U+009F; what ends a line (U+2028, U+2029); what turns the
 * order of text (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069).
 */
bool names_is_mark(const unsigned char *s, size_t len);

/* The inverse of names_escape; a malformed %XX and %00 stay.  malloc'd. */
char *names_unescape(const char *text);

/*
 * DIR/ITEM+suffix: leading '/' dropped, "." and empty components dropped, ".."
 * becomes "__", so that the result is always below dir; an item with nothing
 * left is "_".  suffix may be NULL.  malloc'd.
 */
char *names_output_path(const char *dir, const char *item, const char *suffix);

/* Replace or append the extension: ("a/b.flac", "wav") -> "a/b.wav". malloc'd. */
char *names_extension(const char *path, const char *ext);

/* For tables: FNV-1a (Fowler, Noll, Vo), 64 bit, its halves mixed. */
uint64_t names_hash(const char *name);

/* A set of names, to find two items that would write the same file. */
struct names_set;
struct names_set *names_set_open(void);
/* False if it was there already. */
bool names_set_add(struct names_set *s, const char *name);
void names_set_close(struct names_set *s);

#endif
