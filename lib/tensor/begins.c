#include <stdbool.h>
#include <string.h>

#include "tensor/begins.h"

#define PICKLE "a PyTorch pickle (vq-python(7) makes safetensors of it)"
#define LENGTH_MOST 100000000 /* of a header, see safetensors.h */

/* Eight bytes of ASCII are a length far above what is possible. */
static bool
is_text(uint64_t n)
{
	for (int i = 0; i < 8; i++, n >>= 8) {
		unsigned char c = n & 0xff;

		if (c != '\t' && c != '\n' && c != '\r' && (c < ' ' || c > '~'))
			return false;
	}
	return true;
}

const char *
begins_as(uint64_t n)
{
	static const struct {
		char magic[5];
		const char *name;
	} known[] = { { "\x93NUM", "a NumPy array" },
		{ "\x89PNG", "a PNG image" }, { "RIFF", "a WAV sound" },
		{ "fLaC", "a FLAC sound" }, { "OggS", "an Ogg sound" },
		{ "PK\x03\x04", "a zip archive or " PICKLE } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint32_t magic = 0;

		for (int b = 3; b >= 0; b--)
			magic = magic << 8 | (unsigned char)known[i].magic[b];
		if ((uint32_t)n == magic)
			return known[i].name;
	}
	/* PROTO 2 to 5; as a length, what follows it makes it too large. */
	if ((n & 0xff) == 0x80 && (n >> 8 & 0xff) >= 2 &&
		(n >> 8 & 0xff) <= 5 && n > LENGTH_MOST)
		return PICKLE;
	if (!is_text(n))
		return NULL;
	return (n & 0xff) == '{' ? "text (JSON: a training log?)" : "text";
}
