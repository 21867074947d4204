#include <stddef.h>
#include <string.h>

#include "report/columns.h"
#include "report/keys.h"
#include "report/keys_table.h"
#include "util/mem.h"

#define KEYS (sizeof(keys_table) / sizeof(*keys_table))

const struct keys_row *
keys_find(const char *key)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(key, keys_table[i].key) == 0)
			return &keys_table[i];
	return NULL;
}

void
keys_try(struct near *s)
{
	for (size_t i = 0; i < KEYS; i++)
		near_try(s, keys_table[i].key);
}

int
keys_list(struct output *o, struct err *e)
{
	struct columns g = { .cols = 4 };
	int status;

	columns_add(&g, mem_strdup("key"));
	columns_add(&g, mem_strdup("scope"));
	columns_add(&g, mem_strdup("unit"));
	columns_add(&g, mem_strdup("meaning"));
	for (size_t i = 0; i < KEYS; i++) {
		columns_add(&g, mem_strdup(keys_table[i].key));
		columns_add(&g, mem_strdup(keys_table[i].scope));
		columns_add(&g, mem_strdup(keys_table[i].unit));
		columns_add(&g, mem_strdup(keys_table[i].meaning));
	}
	status = columns_aligned(&g, 4, o, e);
	columns_free(&g);
	return status;
}
