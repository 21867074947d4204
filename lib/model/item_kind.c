#include <string.h>

#include "model/item_kind.h"

static const char *const names[] = { "image", "audio", "rows" };

const char *
item_kind_name(enum item_kind kind)
{
	return names[kind];
}

int
item_kind_find(const char *name)
{
	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}
