#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/condition_pick.h"
#include "util/mem.h"
#include "util/num.h"

#define LISTED_MAX 8 /* names in a message */

static const char *const word[] = { "item", "stage", "layer", "path", "expert",
	"code", "label", "step", "group", "part", "rank", "kind" };

#define WORDS (sizeof(word) / sizeof(*word))

static bool
is_word(const char *w)
{
	for (size_t i = 0; i < WORDS; i++)
		if (strcmp(w, word[i]) == 0)
			return true;
	return false;
}

/* A text or a whole number as text, malloc'd; NULL: neither. */
static char *
name_of(const json_t *element, const char *w)
{
	const json_t *v = json_object_get(element, w);

	if (json_is_string(v))
		return mem_strdup(json_string_value(v));
	if (json_is_integer(v))
		return mem_printf("%lld", (long long)json_integer_value(v));
	return NULL;
}

const char *
condition_pick_name(const json_t *element)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)element, key, v)
	{
		if (is_word(key))
			return key;
	}
	return NULL;
}

char *
condition_pick_label(const json_t *element, size_t place)
{
	const char *own = condition_pick_name(element);
	char *name = own ? name_of(element, own) : NULL;

	return name ? name : mem_printf("%zu", place);
}

/* The elements whose name by w is text: how many, and the last one. */
static size_t
named(const json_t *array, const char *w, const char *text, json_t **found)
{
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *element = json_array_get(array, i);
		char *name = name_of(element, w);

		if (name && strcmp(name, text) == 0) {
			count++;
			*found = element;
		}
		free(name);
	}
	return count;
}

/* "a, b, c, and 4 more"; malloc'd. */
static char *
list(const json_t *array)
{
	size_t n = json_array_size(array);
	char *all = mem_strdup(""), *more, *label;

	for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
		label = condition_pick_label(json_array_get(array, i), i);
		more = mem_printf("%s%s%s", all, i ? ", " : "", label);
		free(label);
		free(all);
		all = more;
	}
	if (n <= LISTED_MAX)
		return all;
	more = mem_printf("%s, and %zu more", all, n - LISTED_MAX);
	free(all);
	return more;
}

static json_t *
refuse(const json_t *array, const struct condition_step *s, const char *what,
	struct err *e)
{
	char *all = list(array);

	if (json_array_size(array) == 0)
		err_set(e, "there is no %s here%s", s->name,
			strncmp(s->name, "item", 4) == 0 ? " (--by item)" : "");
	else if (s->index)
		err_set(e, "%s of %s[%s]; there are: %s", what, s->name,
			s->index, all);
	else
		err_set(e,
			"there are %zu of %s (%s): say which in [ ], or "
			"take min, max, mean or count over %s[]",
			json_array_size(array), s->name, all, s->name);
	free(all);
	return NULL;
}

/* By the name of their own, else by any other that they have. */
static json_t *
by_name(const json_t *array, const struct condition_step *s, struct err *e)
{
	const char *own = condition_pick_name(json_array_get(array, 0));
	json_t *found = NULL;
	size_t count = own ? named(array, own, s->index, &found) : 0;

	for (size_t i = 0; i < WORDS && !count; i++)
		count = named(array, word[i], s->index, &found);
	if (count == 1)
		return found;
	return refuse(
		array, s, count ? "there is more than one" : "no sign", e);
}

json_t *
condition_pick(
	const json_t *array, const struct condition_step *s, struct err *e)
{
	json_t *found = NULL;
	size_t place, count;

	if (s->pick == CONDITION_ONLY && json_array_size(array) == 1)
		return json_array_get(array, 0);
	if (s->pick == CONDITION_ONLY)
		return refuse(array, s, "", e);
	if (s->pick == CONDITION_NAMED)
		return by_name(array, s, e);
	if (is_word(s->name)) {
		count = named(array, s->name, s->index, &found);
		if (count == 1)
			return found;
		if (count ||
			json_is_integer(json_object_get(
				json_array_get(array, 0), s->name)))
			return refuse(array, s,
				count ? "there is more than one" : "no sign",
				e);
	}
	if (num_size(s->index, NUM_DECIMAL, &place) == 0)
		found = json_array_get(array, place);
	return found ? found : refuse(array, s, "no sign", e);
}
