#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/clean.h"
#include "util/names.h"

static bool
text_is_clean(const char *text)
{
	char *shown = names_printable(text);
	bool same = strcmp(shown, text) == 0;

	free(shown);
	return same;
}

static bool
is_clean(const json_t *v)
{
	const char *key;
	json_t *at;

	switch (json_typeof(v)) {
	case JSON_STRING: return text_is_clean(json_string_value(v));
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(v); i++)
			if (!is_clean(json_array_get(v, i)))
				return false;
		return true;
	case JSON_OBJECT:
		json_object_foreach((json_t *)v, key, at)
		{
			if (!text_is_clean(key) || !is_clean(at))
				return false;
		}
		return true;
	default: return true;
	}
}

static json_t *
clean_text(const char *text)
{
	char *shown = names_printable(text);
	json_t *v = json_string(shown);

	free(shown);
	return v;
}

/* Two keys that become one were meant to: the last holds. */
static json_t *
clean_object(const json_t *v)
{
	json_t *copy = json_object(), *at;
	const char *key;

	json_object_foreach((json_t *)v, key, at)
	{
		char *shown = names_printable(key);

		json_object_set_new(copy, shown, clean_tree(at));
		free(shown);
	}
	return copy;
}

static json_t *
clean_array(const json_t *v)
{
	json_t *copy = json_array();

	for (size_t i = 0; i < json_array_size(v); i++)
		json_array_append_new(copy, clean_tree(json_array_get(v, i)));
	return copy;
}

json_t *
clean_tree(const json_t *root)
{
	if (is_clean(root))
		return json_incref((json_t *)root);
	switch (json_typeof(root)) {
	case JSON_STRING: return clean_text(json_string_value(root));
	case JSON_ARRAY: return clean_array(root);
	default: return clean_object(root);
	}
}
