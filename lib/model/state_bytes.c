#include <stdio.h>
#include <string.h>

#include "model/state_bytes.h"

static void
name_of(char to[96], const char *name, size_t i)
{
	snprintf(to, 96, "%s.%zu", name, i);
}

void
state_bytes_put(struct record *r, const char *name, size_t i, const void *data,
	size_t n)
{
	char full[96];
	struct tensor *t;

	name_of(full, name, i);
	t = record_add(r, full, DT_U8, 1, &n, NULL);
	if (n)
		memcpy(t->data, data, n);
}

const struct tensor *
state_bytes_find(
	const struct record *r, const char *name, size_t i, struct err *e)
{
	const struct tensor *t;
	char full[96];

	name_of(full, name, i);
	t = record_find(r, full);
	if (t && t->dtype == DT_U8)
		return t;
	err_set(e, "no tensor \"%s\" of bytes", full);
	return NULL;
}

int
state_bytes_take(const struct record *r, const char *name, size_t i, void *to,
	size_t n, struct err *e)
{
	const struct tensor *t = state_bytes_find(r, name, i, e);

	if (!t)
		return -1;
	if (t->bytes != n)
		return err_set(e, "tensor \"%s\" has %zu bytes, not %zu",
			t->name, t->bytes, n);
	if (n)
		memcpy(to, t->data, n);
	return 0;
}
