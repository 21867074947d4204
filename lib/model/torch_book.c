#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/torch_book.h"
#include "model/torch_map.h"
#include "tensor/shape.h"
#include "util/mem.h"
#include "util/progress.h"

#define STAGES_MOST 256
#define NAMED_MOST 8 /* in a message */

/* How a table is called, and the linear map that makes codes of it. */
struct form {
	const char *table, *map;
};

static const struct form forms[] = { { "embedding.weight", "embedding_proj" },
	{ "frozen_codebook", "code_transform" },
	{ "codebook", "codebook_to_codes" }, { "_codebook.embed", NULL },
	{ "codebook.embed", NULL }, { "codebook.weight", NULL } };

struct place {
	struct tensor *t;
	const struct form *form;
	char *family; /* its name with "*" for the number of the stage */
	size_t prefix, stage;
};

struct places {
	struct place *p;
	size_t count;
};

static bool
is_table(const struct tensor *t)
{
	return (t->rank == 2 || t->rank == 3) && tensor_elements(t) > 0;
}

/* Its number of characters before the form's name; false if it has another. */
static bool
ends_as(const char *name, const char *end, size_t *prefix)
{
	size_t n = strlen(name), m = strlen(end);

	if (n < m || strcmp(name + n - m, end) != 0)
		return false;
	*prefix = n - m;
	return n == m || name[n - m - 1] == '.';
}

/* Any module may have an embedding: this one's name says that it quantizes. */
static bool
quantizes(const char *name)
{
	return strstr(name, "quant") || strstr(name, "Quant") ||
		strstr(name, "vq") || strstr(name, "VQ") ||
		strstr(name, "codebook");
}

static bool
has_map(const struct record *r, const char *name, size_t prefix,
	const struct form *f)
{
	char *full = mem_printf("%.*s%s.weight", (int)prefix, name, f->map);
	bool has = record_find(r, full) != NULL;

	free(full);
	return has;
}

static bool
match(const struct record *r, struct tensor *t, struct place *p)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (!is_table(t) ||
			!ends_as(t->name, forms[i].table, &p->prefix))
			continue;
		if ((i == 0 && !quantizes(t->name)) || i == 2)
			if (!has_map(r, t->name, p->prefix, &forms[i]))
				continue;
		p->t = t;
		p->form = &forms[i];
		return true;
	}
	return false;
}

/* The last part of the prefix that is a number is the stage. */
static void
find_stage(struct place *p)
{
	const char *name = p->t->name, *at = NULL;
	size_t n = 0;

	for (const char *c = name; c < name + p->prefix; c += 1) {
		size_t digits = strspn(c, "0123456789");

		if (digits && digits < 6 && c[digits] == '.') {
			at = c;
			n = digits;
		}
		c += strcspn(c, ".");
	}
	p->family = at ? mem_printf("%.*s*%s", (int)(at - name), name, at + n)
		       : mem_strdup(name);
	p->stage = at ? (size_t)strtoul(at, NULL, 10) : 0;
}

static bool
chosen(const char *name, const char *choice)
{
	size_t n = choice ? strlen(choice) : 0;

	return !choice ||
		(strncmp(name, choice, n) == 0 &&
			(name[n] == '\0' || name[n] == '.'));
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int by_name = strcmp(x->family, y->family);

	if (by_name)
		return by_name;
	return (x->stage > y->stage) - (x->stage < y->stage);
}

static void
places_find(struct places *s, const struct record *r, const char *choice)
{
	struct place p;

	*s = (struct places){ 0 };
	for (size_t i = 0; i < r->count; i++)
		if (chosen(r->tensor[i].name, choice) &&
			match(r, &r->tensor[i], &p)) {
			find_stage(&p);
			s->p = mem_grow(s->p, s->count + 1, sizeof(*s->p));
			s->p[s->count++] = p;
		}
	if (s->count)
		qsort(s->p, s->count, sizeof(*s->p), compare);
}

static void
places_free(struct places *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->p[i].family);
	free(s->p);
}

/* How many from the place i on are stages of one quantizer. */
static size_t
family(const struct places *s, size_t i)
{
	size_t n = 1;

	while (i + n < s->count &&
		strcmp(s->p[i + n].family, s->p[i].family) == 0)
		n++;
	return n;
}

/* What to choose the family of place i, of n tables, by: characters of its
 * first name. */
static size_t
name_length(const struct places *s, size_t i, size_t n)
{
	const char *family = s->p[i].family, *star = strchr(family, '*');

	if (n > 1 && star > family)
		return (size_t)(star - family) - 1;
	return strlen(s->p[i].t->name);
}

/* These names between commas.  malloc'd. */
static char *
names(const struct places *s)
{
	char *all = mem_strdup("");
	size_t listed = 0;

	for (size_t i = 0, n; i < s->count && listed <= NAMED_MOST; i += n) {
		bool more = listed++ == NAMED_MOST;
		char *was = all;

		n = family(s, i);
		all = mem_printf("%s%s%.*s", was, i ? ", " : "",
			more ? 3 : (int)name_length(s, i, n),
			more ? "..." : s->p[i].t->name);
		free(was);
	}
	return all;
}

static int
ambiguous(const struct places *s, struct err *e)
{
	char *all = names(s);

	err_set(e, "several codebooks, choose one as FILE#NAME: %s", all);
	free(all);
	return -1;
}

/* What has the number of the stage in its name has all from 0 on. */
static int
check_stages(const struct places *s, struct err *e)
{
	if (s->count > STAGES_MOST)
		return err_set(e, "\"%s\": more than %d stages", s->p[0].family,
			STAGES_MOST);
	for (size_t i = 0; s->count > 1 && i < s->count; i++)
		if (s->p[i].stage != i)
			return err_set(e,
				"\"%s\": stage %zu is missing: FILE#NAME "
				"chooses one table",
				s->p[0].family, i);
	return 0;
}

void
torch_book_origin(struct torch_book *b, const struct tensor *t)
{
	char *shape = shape_text(t);

	say_verbose("codebook: %s %s", t->name, shape);
	if (!*b->origin)
		snprintf(b->origin, sizeof(b->origin), "\"%.80s\" is %s",
			t->name, shape);
	free(shape);
}

/* Modules that k-means shall start keep whether it did. */
static void
warn_untrained(const struct record *r, const struct place *p)
{
	static const char *const flags[] = { "initted", "inited" };
	size_t n = strlen(p->t->name) - strlen("embed");

	for (size_t i = 0; i < 2; i++) {
		char *name = mem_printf("%.*s%s", (int)n, p->t->name, flags[i]);
		const struct tensor *t = record_find(r, name);
		float *x = t && tensor_elements(t) ? tensor_floats(t) : NULL;

		if (x && x[0] == 0.0F)
			say_warning("%s is 0: the codebook beside it was never "
				    "trained",
				name);
		free(x);
		free(name);
	}
}

static int
take_stage(struct record *to, struct record *r, const struct place *p,
	const char *prefix, const char *choice, struct torch_book *b,
	struct err *e)
{
	struct torch_map m = { .r = r,
		.table = p->t,
		.from = p->t->name,
		.from_length = p->prefix,
		.to = prefix };

	if (torch_map_flatten(p->t, e) != 0 ||
		torch_map_outside(&m, choice, e) != 0)
		return -1;
	torch_book_origin(b, p->t);
	if (strstr(p->form->table, "codebook.embed"))
		warn_untrained(r, p);
	if (p->form->map)
		return torch_map_linear(&m, p->form->map, to, &b->width, e);
	return torch_map_around(&m,
		strcmp(p->form->table, "codebook.weight") == 0, to, &b->width,
		&b->cosine, e);
}

static int
take_stages(struct record *r, const struct places *s, const char *choice,
	struct torch_book *b, struct err *e)
{
	struct record to = { 0 };
	int status = check_stages(s, e);

	*b = (struct torch_book){ .stages = s->count };
	for (size_t i = 0; i < s->count && status == 0; i++) {
		char prefix[64] = "quantize.";

		if (s->count > 1)
			snprintf(prefix, sizeof(prefix), "quantize.%zu.", i);
		status = take_stage(&to, r, &s->p[i], prefix, choice, b, e);
	}
	if (status != 0) {
		record_free(&to);
		return -1;
	}
	record_free(r);
	*r = to;
	return 1;
}

/* A choice by its whole name may be any table. */
static int
take_named(struct record *r, const char *choice, struct torch_book *b,
	struct err *e)
{
	static const struct form plain = { "", "" };
	struct tensor *t = record_find(r, choice);
	struct place p = {
		.t = t, .form = &plain, .family = t ? t->name : NULL
	};
	struct places all;
	char *known;

	if (t && is_table(t)) {
		p.prefix = strlen(t->name);
		return take_stages(r, &(struct places){ &p, 1 }, choice, b, e);
	}
	places_find(&all, r, NULL);
	known = names(&all);
	err_set(e, "no codebook by the name \"%s\"; known are: %s", choice,
		all.count ? known : "none");
	free(known);
	places_free(&all);
	return -1;
}

int
torch_book_take(struct record *r, const char *choice, struct torch_book *b,
	struct err *e)
{
	struct places s;
	int status = 0;

	places_find(&s, r, choice);
	if (s.count && family(&s, 0) < s.count)
		status = ambiguous(&s, e);
	else if (s.count)
		status = take_stages(r, &s, choice, b, e);
	else if (choice)
		status = take_named(r, choice, b, e);
	places_free(&s);
	return status;
}

bool
torch_book_is(const struct record *head)
{
	struct place p;

	for (size_t i = 0; i < head->count; i++)
		if (match(head, &head->tensor[i], &p))
			return true;
	return false;
}
