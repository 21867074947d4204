#include <stdlib.h>
#include <string.h>

#include "report/repeats.h"
#include "util/mem.h"
#include "util/names.h"

void
repeats_free(struct repeats *r)
{
	free(r->slot);
	*r = (struct repeats){ 0 };
}

/* Where it is, or the free slot where it belongs. */
static uint64_t *
find(const struct repeats *r, uint64_t hash)
{
	size_t i = (size_t)hash;

	while (r->slot[i & (r->room - 1)] != 0 &&
		r->slot[i & (r->room - 1)] != hash)
		i++;
	return &r->slot[i & (r->room - 1)];
}

static void
widen(struct repeats *r)
{
	struct repeats old = *r;

	r->room = old.room ? 2 * old.room : 64;
	r->slot = mem_zalloc(r->room, sizeof(*r->slot));
	for (size_t i = 0; i < old.room; i++)
		if (old.slot[i])
			*find(r, old.slot[i]) = old.slot[i];
	free(old.slot);
}

void
repeats_item(struct repeats *r, const char *name)
{
	uint64_t hash = names_hash(name) | 1, *at;

	if (strcmp(name, "stdin") == 0)
		return;
	if (2 * r->names >= r->room && r->names < REPEATS_NAMES)
		widen(r);
	at = find(r, hash);
	if (*at) {
		r->found++;
	} else if (r->names < REPEATS_NAMES) {
		*at = hash;
		r->names++;
	}
}
