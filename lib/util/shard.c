#include <stdlib.h>
#include <string.h>

#include "util/crc.h"
#include "util/names.h"
#include "util/num.h"
#include "util/shard.h"

#define PARTS_MAX ((size_t)1000000)

/* The n digits at text. */
static int
number(const char *text, size_t n, size_t *out)
{
	char digits[16];

	if (n == 0 || n >= sizeof(digits) || strspn(text, "0123456789") < n)
		return -1;
	memcpy(digits, text, n);
	digits[n] = '\0';
	return num_size(digits, NUM_DECIMAL, out);
}

int
shard_parse(const char *text, struct shard *s, struct err *e)
{
	size_t n = strcspn(text, "/");
	struct shard got;

	if (text[n] != '/' || number(text, n, &got.index) != 0 ||
		number(text + n + 1, strlen(text + n + 1), &got.count) != 0)
		return err_set(e, "not a part, such as 3/16: \"%s\"", text);
	if (got.count < 1 || got.count > PARTS_MAX)
		return err_set(e, "%zu parts: there may be 1 to %zu", got.count,
			PARTS_MAX);
	if (got.index < 1 || got.index > got.count)
		return err_set(e, "%s: they go from 1/%zu to %zu/%zu", text,
			got.count, got.count, got.count);
	*s = got;
	return 0;
}

static uint32_t
sum(const char *raw)
{
	uint32_t crc = 0;
	const char *slash = "";

	for (size_t n; *raw; raw += n) {
		n = strcspn(raw, "/");
		if (n == 0) {
			n = 1;
			continue;
		}
		if (n == 1 && *raw == '.')
			continue;
		crc = crc_add(crc, slash, strlen(slash));
		crc = crc_add(crc, raw, n);
		slash = "/";
	}
	return crc;
}

bool
shard_has(const struct shard *s, const char *name)
{
	char *raw;
	uint32_t crc;

	if (!s->count)
		return true;
	raw = names_unescape(name);
	crc = sum(raw);
	free(raw);
	return crc % s->count == s->index - 1;
}
