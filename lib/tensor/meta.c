#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/meta.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/num.h"

void
meta_free(struct meta *m)
{
	json_decref(m->map);
	m->map = NULL;
}

void
meta_copy(struct meta *dst, const struct meta *src)
{
	dst->map = NULL;
	if (src->map) {
		dst->map = json_deep_copy(src->map);
		assert(dst->map);
	}
}

const char *
meta_get(const struct meta *m, const char *key)
{
	return json_string_value(json_object_get(m->map, key));
}

void
meta_set(struct meta *m, const char *key, const char *value)
{
	json_t *v = json_string(value);
	char *escaped;
	int status;

	if (!v) { /* not UTF-8: as names are written */
		escaped = names_escape(value);
		v = json_string(escaped);
		free(escaped);
	}
	if (!m->map)
		m->map = json_object();
	status = json_object_set_new(m->map, key, v);
	assert(status == 0);
	(void)status;
}

void
meta_setf(struct meta *m, const char *key, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	s = mem_alloc((size_t)n + 1, 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	meta_set(m, key, s);
	free(s);
}

void
meta_del(struct meta *m, const char *key)
{
	json_object_del(m->map, key);
}

int
meta_size(const struct meta *m, const char *key, size_t *out)
{
	const char *s = meta_get(m, key);

	if (!s)
		return 0;
	if (s[strspn(s, "0123456789")] || num_size(s, NUM_DECIMAL, out) != 0)
		return -1;
	return 1;
}

int
meta_format(const struct meta *m, struct err *e)
{
	const char *format = meta_get(m, "format");

	if (!format || strcmp(format, "1") == 0)
		return 0;
	return err_set(e,
		"metadata key \"format\": %.20s, but this program knows 1",
		format);
}
