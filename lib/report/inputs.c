#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/inputs.h"
#include "report/put.h"
#include "util/mem.h"
#include "util/names.h"

#define LINES_MAX 8

/* As in the report; for people, one and several of them. */
static const struct {
	const char *kind, *one, *many;
	bool tokens;
} word[INPUTS_KINDS] = {
	[INPUTS_CODES] = { "codes", "1 item of codes", "items of codes", true },
	[INPUTS_PACKED] = { "packed codes", "1 item of packed codes",
		"items of packed codes", true },
	[INPUTS_ROUTES] = { "routes", "1 item of routes", "items of routes",
		true },
	[INPUTS_TRACE] = { "trace", "a trace", "traces", false },
	[INPUTS_VECTORS] = { "vectors", "1 item of vectors", "items of vectors",
		true },
	[INPUTS_MODEL] = { "model", "a model", "models", false },
	[INPUTS_LOG] = { "training log", "a training log", "training logs",
		false },
	[INPUTS_STATE] = { "state", "a state", "states", false },
	[INPUTS_IMAGE] = { "image", "an image", "images", false },
	[INPUTS_SOUND] = { "sound", "a sound", "sounds", false },
};

void
inputs_free(struct inputs *i)
{
	json_decref(i->all);
	*i = (struct inputs){ 0 };
}

void
inputs_tokens(struct inputs *i, uint64_t tokens)
{
	i->waiting += tokens;
}

void
inputs_item(struct inputs *i, enum inputs_kind kind)
{
	i->records[kind]++;
	i->tokens[kind] += i->waiting;
	i->waiting = 0;
}

void
inputs_failed(struct inputs *i)
{
	i->waiting = 0;
}

static json_t *
entry(const struct inputs *i, size_t kind, const char *name)
{
	char *item = names_escape(name);
	json_t *o = json_object();

	figures_text(o, "item", item);
	figures_text(o, "kind", word[kind].kind);
	figures_count(o, "records", i->records[kind]);
	if (word[kind].tokens)
		figures_count(o, "tokens", i->tokens[kind]);
	else
		json_object_set_new(o, "tokens", json_null());
	free(item);
	return o;
}

void
inputs_end(struct inputs *i, const char *name)
{
	if (!i->all)
		i->all = json_array();
	for (size_t k = 0; k < INPUTS_KINDS; k++)
		if (i->records[k])
			json_array_append_new(i->all, entry(i, k, name));
	memset(i->records, 0, sizeof(i->records));
	memset(i->tokens, 0, sizeof(i->tokens));
	i->waiting = 0;
}

json_t *
inputs_report(const struct inputs *i)
{
	return i->all ? json_incref(i->all) : json_array();
}

static size_t
kind_of(const json_t *entry)
{
	const char *kind = json_string_value(json_object_get(entry, "kind"));
	size_t k = 0;

	while (k + 1 < INPUTS_KINDS && strcmp(kind, word[k].kind) != 0)
		k++;
	return k;
}

/* "3 items of codes, 768 tokens" */
static char *
phrase(size_t kind, uint64_t records, uint64_t tokens)
{
	char *what = records == 1
		? mem_strdup(word[kind].one)
		: mem_printf("%" PRIu64 " %s", records, word[kind].many);
	char *more;

	if (!word[kind].tokens)
		return what;
	more = mem_printf("%s (%" PRIu64 " token%s)", what, tokens,
		tokens == 1 ? "" : "s");
	free(what);
	return more;
}

static uint64_t
count(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static int
say_each(const json_t *all, struct output *o, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < json_array_size(all) && status == 0; i++) {
		const json_t *in = json_array_get(all, i);
		const char *name =
			json_string_value(json_object_get(in, "item"));
		char *what = phrase(
			kind_of(in), count(in, "records"), count(in, "tokens"));

		status = put_owned(mem_printf("%s: %s\n", name, what), o, e);
		free(what);
	}
	return status;
}

static int
say_sums(const json_t *all, struct output *o, struct err *e)
{
	struct inputs sum = { 0 };
	char *text = NULL;

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *in = json_array_get(all, i);
		size_t k = kind_of(in);

		sum.records[k] += count(in, "records");
		sum.tokens[k] += count(in, "tokens");
	}
	for (size_t k = 0; k < INPUTS_KINDS; k++) {
		char *was = text, *what;

		if (!sum.records[k])
			continue;
		what = phrase(k, sum.records[k], sum.tokens[k]);
		text = mem_printf(
			"%s%s%s", was ? was : "", was ? ", " : "", what);
		free(was);
		free(what);
	}
	return put_owned(text, o, e);
}

static bool
all_states(const json_t *all)
{
	for (size_t i = 0; i < json_array_size(all); i++)
		if (kind_of(json_array_get(all, i)) != INPUTS_STATE)
			return false;
	return true;
}

int
inputs_text(const json_t *all, struct output *o, struct err *e)
{
	size_t n = json_array_size(all);

	if (n < 2)
		return 0;
	if (n <= LINES_MAX && !all_states(all))
		return say_each(all, o, e);
	return say_sums(all, o, e) != 0 ? -1 : output_write(o, "\n", 1, e);
}
