#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/condition_find.h"
#include "report/condition_pick.h"
#include "report/keys.h"
#include "util/mem.h"
#include "util/near.h"

#define LISTED_MAX 4 /* places in a message */

/* An object of the tree, and where it is. */
struct spot {
	json_t *object;
	size_t parent;   /* spot; that of a root is itself */
	const char *key; /* in the parent; NULL: a root */
	size_t place;    /* of an array's element */
	bool in_array;
};

struct spots {
	struct spot *spot;
	size_t count, room;
};

static void
add_spot(struct spots *s, struct spot spot)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->spot = mem_grow(s->spot, s->room, sizeof(*s->spot));
	}
	s->spot[s->count++] = spot;
}

/* The objects in the one at i. */
static void
add_children(struct spots *s, size_t i)
{
	json_t *object = s->spot[i].object, *v;
	const char *key;

	json_object_foreach(object, key, v)
	{
		/* What was judged before is no figure. */
		if (strcmp(key, "conditions") == 0)
			continue;
		if (json_is_object(v))
			add_spot(s, (struct spot){ v, i, key, 0, false });
		for (size_t j = 0; j < json_array_size(v); j++)
			if (json_is_object(json_array_get(v, j)))
				add_spot(s,
					(struct spot){ json_array_get(v, j), i,
						key, j, true });
	}
}

/* "routes[0].paths[union]", malloc'd; "" of a root. */
static char *
spot_text(const struct spots *s, size_t i)
{
	const struct spot *at = &s->spot[i];
	char *above, *label, *text;

	if (!at->key)
		return mem_strdup("");
	above = spot_text(s, at->parent);
	label = at->in_array ? condition_pick_label(at->object, at->place)
			     : mem_strdup("");
	text = mem_printf("%s%s%s%s%s%s", above, *above ? "." : "", at->key,
		at->in_array ? "[" : "", label, at->in_array ? "]" : "");
	free(above);
	free(label);
	return text;
}

static bool
is_table(const json_t *v)
{
	return json_is_array(v) || json_is_object(v);
}

/* The key in object that a step means, or NULL. */
static const char *
member(json_t *object, const struct condition_step *s, bool figure)
{
	const char *key, *own, *plural = NULL, *alias = NULL;
	size_t n = strlen(s->name);
	json_t *v;

	json_object_foreach(object, key, v)
	{
		bool same = strcmp(key, s->name) == 0;

		if (figure != !is_table(v) ||
			(s->pick != CONDITION_ONLY && !json_is_array(v)))
			continue;
		if (same)
			return key;
		if (figure || !json_is_array(v))
			continue;
		if (strncmp(key, s->name, n) == 0 && strcmp(key + n, "s") == 0)
			plural = key;
		own = condition_pick_name(json_array_get(v, 0));
		if (!alias && own && strcmp(own, s->name) == 0)
			alias = key;
	}
	return plural ? plural : alias;
}

/* The key of the arrays that all of them are elements of, or NULL. */
static const char *
one_array(const struct spots *s, const size_t *hit, size_t hits)
{
	const char *key = s->spot[hit[0]].key;

	for (size_t i = 0; i < hits; i++)
		if (!s->spot[hit[i]].in_array ||
			strcmp(s->spot[hit[i]].key, key) != 0)
			return NULL;
	return key;
}

/* Several places are equally near: spots, by their numbers in `hit`. */
static int
ambiguous(const struct spots *s, const struct condition_step *step,
	const size_t *hit, size_t hits, struct err *e)
{
	char *all = mem_strdup(""), *more, *where, *over;
	const char *array;

	for (size_t i = 0; i < hits && i < LISTED_MAX; i++) {
		where = spot_text(s, hit[i]);
		more = mem_printf("%s%s%s%s%s", all, i ? ", " : "", where,
			*where ? "." : "", step->name);
		free(where);
		free(all);
		all = more;
	}
	array = one_array(s, hit, hits);
	over = array ? mem_printf(", or take max(%s[].%s)", array, step->name)
		     : mem_strdup("");
	err_set(e, "\"%s\" is in %zu places (%s%s): say which%s", step->name,
		hits, all, hits > LISTED_MAX ? ", ..." : "", over);
	free(over);
	free(all);
	return -1;
}

/* Keys of all within root that text shows or that are tables: a set, so that
 * each is tried once.  A new reference. */
static json_t *
all_keys(const json_t *root)
{
	struct spots s = { 0 };
	json_t *set = json_object(), *v;
	const char *key;

	add_spot(&s, (struct spot){ .object = (json_t *)root });
	for (size_t i = 0; i < s.count; i++) {
		json_object_foreach(s.spot[i].object, key, v)
		{
			if (is_table(v))
				json_object_set_new(set, key, json_true());
			else if (cell_shown(key, v) &&
				!json_object_get(set, key))
				json_object_set_new(set, key, json_false());
		}
		add_children(&s, i);
	}
	free(s.spot);
	return set;
}

/* "a" or "b": keys of the set that begin with this word; NULL: none does. */
static char *
beginning(json_t *set, const char *word)
{
	size_t n = strlen(word), found = 0;
	char *all = NULL, *more;
	const char *key;
	json_t *v;

	json_object_foreach(set, key, v)
	{
		if (strncmp(key, word, n) != 0 || key[n] != '_' ||
			found == LISTED_MAX)
			continue;
		more = mem_printf(
			"%s%s\"%s\"", all ? all : "", all ? " or " : "", key);
		free(all);
		all = more;
		found++;
	}
	return all;
}

/* What there is instead, malloc'd, or NULL. */
static char *
nearest(json_t *set, const char *word)
{
	char *longer = beginning(set, word);
	struct near near;
	const char *key;
	json_t *v;

	if (longer)
		return longer;
	near_init(&near, word, strlen(word));
	json_object_foreach(set, key, v)
	{
		near_try(&near, key);
	}
	if (!near.found)
		keys_try(&near);
	if (!near.found || strcmp(near.found, word) == 0)
		return NULL;
	return mem_printf("\"%s\"", near.found);
}

static int
unknown(const json_t *root, const struct condition_step *step, struct err *e)
{
	json_t *set = all_keys(root);
	char *instead = nearest(set, step->name);

	if (json_is_true(json_object_get(set, step->name)) &&
		step->pick == CONDITION_ONLY)
		err_set(e, "\"%s\" is a table: name a figure in it",
			step->name);
	else if (keys_find(step->name))
		err_set(e,
			"no \"%s\" in this report: nothing that was read has "
			"it",
			step->name);
	else if (instead)
		err_set(e, "no \"%s\" in this report; nearest: %s", step->name,
			instead);
	else
		err_set(e, "no \"%s\" in this report (--list-keys)",
			step->name);
	free(instead);
	json_decref(set);
	return -1;
}

/* What a step leads to. */
struct hits {
	struct condition_figure *figure;
	size_t count, room;
	bool empty; /* an array without elements was there */
};

static void
add_hit(struct hits *h, const json_t *in, const char *key)
{
	if (h->count == h->room) {
		h->room = h->room ? 2 * h->room : 16;
		h->figure = mem_grow(h->figure, h->room, sizeof(*h->figure));
	}
	h->figure[h->count++] = (struct condition_figure){ in, key };
}

/* The step from a place where it is. */
static int
go(struct hits *to, const json_t *object, const char *key,
	const struct condition_step *s, bool figure, struct err *e)
{
	json_t *v = json_object_get(object, key);

	if (figure) {
		add_hit(to, object, key);
		return 0;
	}
	if (json_is_array(v) && s->pick != CONDITION_ALL) {
		v = condition_pick(v, s, e);
		if (!v)
			return -1;
	}
	if (!json_is_array(v))
		add_hit(to, v, NULL);
	for (size_t i = 0; i < json_array_size(v); i++)
		add_hit(to, json_array_get(v, i), NULL);
	to->empty |= json_is_array(v) && json_array_size(v) == 0;
	return 0;
}

/* One step from one object.  Nothing found is no error. */
static int
take_step(struct hits *to, const json_t *from, const struct condition_step *s,
	bool figure, struct err *e)
{
	struct spots spots = { 0 };
	size_t *hit = NULL, hits = 0, end;
	int status = 0;

	add_spot(&spots, (struct spot){ .object = (json_t *)from });
	for (size_t i = 0; i < spots.count && !hits; i = end) {
		end = spots.count;
		for (size_t j = i; j < end; j++) {
			if (member(spots.spot[j].object, s, figure)) {
				hit = mem_grow(hit, hits + 1, sizeof(*hit));
				hit[hits++] = j;
			}
			add_children(&spots, j);
		}
	}
	if (hits > 1 && s->pick != CONDITION_ALL)
		status = ambiguous(&spots, s, hit, hits, e);
	for (size_t i = 0; i < hits && status == 0; i++) {
		const json_t *in = spots.spot[hit[i]].object;

		status = go(
			to, in, member((json_t *)in, s, figure), s, figure, e);
	}
	free(hit);
	free(spots.spot);
	return status;
}

ptrdiff_t
condition_find(const struct condition *c, const struct condition_node *n,
	const json_t *root, struct condition_figure **figure, struct err *e)
{
	struct hits at = { 0 };
	int status = 0;

	add_hit(&at, root, NULL);
	for (size_t i = 0; i < n->steps && status == 0; i++) {
		const struct condition_step *s = &c->step[n->step + i];
		bool last = i + 1 == n->steps && s->pick == CONDITION_ONLY;
		struct hits to = { .empty = at.empty };

		for (size_t j = 0; j < at.count && status == 0; j++)
			status = take_step(&to, at.figure[j].in, s, last, e);
		if (status == 0 && !to.count && !to.empty)
			status = unknown(root, s, e);
		free(at.figure);
		at = to;
	}
	if (status != 0) {
		free(at.figure);
		return -1;
	}
	*figure = at.figure;
	return (ptrdiff_t)at.count;
}

int
condition_find_number(struct condition_figure f, double *number, struct err *e)
{
	const json_t *v = f.key ? json_object_get(f.in, f.key) : f.in;
	char *flag;

	if (json_is_string(v))
		return err_set(
			e, "it is a text, \"%.40s\"", json_string_value(v));
	if (is_table(v))
		return err_set(e, "it is a table: name a figure in it");
	*number = NAN;
	if (json_is_number(v))
		*number = json_number_value(v);
	else if (json_is_boolean(v))
		*number = json_is_true(v);
	else if (json_is_null(v) && f.key) {
		flag = mem_printf("%s_infinite", f.key);
		if (json_is_true(json_object_get(f.in, flag)))
			*number = INFINITY;
		free(flag);
	}
	return 0;
}
