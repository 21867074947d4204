#include <stdlib.h>

#include "util/mem.h"
#include "util/strlist.h"

void
strlist_take(struct strlist *l, char *s)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 16;
		l->item = mem_grow(l->item, l->room, sizeof(*l->item));
	}
	l->item[l->count++] = s;
}

void
strlist_add(struct strlist *l, const char *s)
{
	strlist_take(l, mem_strdup(s));
}

void
strlist_free(struct strlist *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->item[i]);
	free(l->item);
	*l = (struct strlist){ 0 };
}
