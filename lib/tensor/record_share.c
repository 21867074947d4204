#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/record_share.h"
#include "util/mem.h"
#include "util/ranks.h"

/* A string of the first rank's; the caller's. */
static char *
share_text(const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy;

	ranks_copy(&size, sizeof(size));
	copy = mem_zalloc(size + 1, 1);
	if (text)
		memcpy(copy, text, size);
	ranks_copy(copy, size);
	return copy;
}

static void
share_meta(struct meta *m)
{
	char *ours = ranks_first() && m->map
		? json_dumps(m->map, JSON_COMPACT | JSON_PRESERVE_ORDER)
		: NULL;
	char *text = share_text(ours);

	if (!ranks_first() && *text)
		m->map = json_loads(text, 0, NULL);
	free(ours);
	free(text);
}

static void
share_tensor(struct record *r, size_t i)
{
	struct tensor t = { 0 };
	char *name;

	if (ranks_first())
		t = r->tensor[i];
	name = share_text(t.name);
	ranks_copy(&t, sizeof(t));
	if (!ranks_first())
		t = *record_add(r, name, t.dtype, t.rank, t.shape, NULL);
	ranks_copy(t.data, t.bytes);
	free(name);
}

void
record_share(struct record *r)
{
	size_t count = r->count;

	if (ranks_count() == 1)
		return;
	ranks_copy(&count, sizeof(count));
	share_meta(&r->meta);
	for (size_t i = 0; i < count; i++)
		share_tensor(r, i);
}
