#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/keys.h"
#include "report/prometheus.h"
#include "report/put.h"
#include "report/rows.h"
#include "util/mem.h"
#include "util/names.h"

/* Rows that are written, and what the names of their metrics begin with. */
static const char *
prefix_of(const char *scope)
{
	static const char *const prefix[][2] = {
		{ "total", "" },
		{ "stage", "" },
		{ "item", "" },
		{ "group", "" },
		{ "layer", "" },
		{ "path", "" },
		{ "expert", "expert_" },
		{ "label", "label_" },
		{ "shadow", "shadow_" },
		{ "trace", "trace_" },
		{ "against", "against_" },
		{ "against_stage", "against_" },
		{ "against_model", "against_" },
		{ "against_table", "against_" },
		{ "input", "input_" },
		{ "model", "model_" },
		{ "table", "model_" },
		{ "gate", "model_gate_" },
		{ "training", "training_" },
		{ "condition", "condition_" },
	};

	for (size_t i = 0; i < sizeof(prefix) / sizeof(*prefix); i++)
		if (strcmp(scope, prefix[i][0]) == 0)
			return prefix[i][1];
	return NULL;
}

/* Members that say what a row is, whatever their type. */
static bool
is_label(const char *key)
{
	static const char *const label[] = { "item", "part", "group", "stage",
		"layer", "path", "expert", "label", "router", "kind", "variant",
		"expression" };

	for (size_t i = 0; i < sizeof(label) / sizeof(*label); i++)
		if (strcmp(key, label[i]) == 0)
			return true;
	return false;
}

/* A line of n bytes as a terminal may get it, with a \ before each \ and ":
 * at most three bytes for each.  Where it ends. */
static char *
put_line(char *to, const char *line, size_t n)
{
	char *raw = mem_printf("%.*s", (int)n, line);
	char *text = names_printable(raw);

	for (const char *at = text; *at; at++) {
		if (*at == '\\' || *at == '"')
			*to++ = '\\';
		*to++ = *at;
	}
	free(raw);
	free(text);
	return to;
}

/* Within quotes: the end of a line is \n. */
static char *
escape(const char *text)
{
	char *out = mem_alloc(3 * strlen(text) + 1, 1), *to = out;
	size_t n = strcspn(text, "\n");

	to = put_line(to, text, n);
	while (text[n]) {
		text += n + 1;
		n = strcspn(text, "\n");
		*to++ = '\\';
		*to++ = 'n';
		to = put_line(to, text, n);
	}
	*to = '\0';
	return out;
}

/* "stage=\"1\"" and so on, of what both o and keys that are labels have. */
static char *
add_labels(char *labels, const json_t *o)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)o, key, v)
	{
		char *word, *value, *more;

		if (!is_label(key) || !cell_shown(key, v) || json_is_null(v))
			continue;
		word = cell_exact(o, key);
		value = escape(word);
		more = mem_printf("%s%s%s=\"%s\"", labels, *labels ? "," : "",
			key, value);
		free(word);
		free(value);
		free(labels);
		labels = more;
	}
	return labels;
}

static char *
labels_of(const struct rows_row *r)
{
	json_t *all = json_copy((json_t *)r->place);
	char *labels;

	json_object_update(all, (json_t *)r->object);
	labels = add_labels(mem_strdup(""), all);
	json_decref(all);
	return labels;
}

struct metrics {
	json_t *samples; /* {name: {labels: value}} */
	json_t *copies;  /* {name{labels}: how many wanted to be that} */
};

/* labels, or with another one where a sample has these: two items of one name
 * are two series, and one that is there twice spoils the file.  malloc'd. */
static char *
own_labels(const struct metrics *m, const char *name, const char *labels)
{
	char *series = mem_printf("%s{%s}", name, labels);
	json_int_t n =
		1 + json_integer_value(json_object_get(m->copies, series));

	json_object_set_new(m->copies, series, json_integer(n));
	free(series);
	if (n == 1)
		return mem_strdup(labels);
	return mem_printf(
		"%s%scopy=\"%lld\"", labels, *labels ? "," : "", (long long)n);
}

/* Takes value. */
static void
add_sample(const struct metrics *m, const char *name, const char *labels,
	char *value)
{
	json_t *samples = json_object_get(m->samples, name);
	char *own = own_labels(m, name, labels);

	if (!samples) {
		samples = json_object();
		json_object_set_new(m->samples, name, samples);
	}
	json_object_set_new(samples, own, json_string(value));
	free(own);
	free(value);
}

/* The number of a member as text, or NULL. */
static char *
number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	char *text;

	if (!cell_shown(key, v) || json_is_string(v) || is_label(key))
		return NULL;
	text = json_is_boolean(v) ? mem_strdup(json_is_true(v) ? "1" : "0")
				  : cell_exact(o, key);
	if (*text && strcmp(text, "inf") != 0)
		return text;
	if (!*text) {
		free(text);
		return NULL;
	}
	free(text);
	return mem_strdup("+Inf");
}

static int
add_row(void *arg, const struct rows_row *r, struct err *e)
{
	const char *prefix = prefix_of(r->scope), *key;
	char *labels, *name, *value;
	json_t *v;

	(void)e;
	if (!prefix)
		return 0;
	labels = labels_of(r);
	json_object_foreach((json_t *)r->object, key, v)
	{
		value = number(r->object, key);
		if (!value || strcmp(key, "format") == 0) {
			free(value);
			continue;
		}
		name = mem_printf("%s%s", prefix, key);
		add_sample(arg, name, labels, value);
		free(name);
	}
	free(labels);
	return 0;
}

/* name: of a metric, without vq_; its key is behind a prefix. */
static const char *
meaning(const char *name)
{
	static const char *const prefix[] = { "", "expert_", "label_",
		"shadow_", "trace_", "against_", "input_", "model_",
		"condition_" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(*prefix); i++) {
		size_t n = strlen(prefix[i]);
		const struct keys_row *k = strncmp(name, prefix[i], n) == 0
			? keys_find(name + n)
			: NULL;

		if (k)
			return k->meaning;
	}
	return "see vq-stats(1)";
}

static int
write_metric(const char *name, const json_t *samples, struct output *o,
	struct err *e)
{
	const char *labels;
	json_t *v;
	int status = put_text(o, e, "# HELP vq_%s %s\n# TYPE vq_%s gauge\n",
		name, meaning(name), name);

	json_object_foreach((json_t *)samples, labels, v)
	{
		if (status == 0)
			status = put_text(o, e, "vq_%s%s%s%s %s\n", name,
				*labels ? "{" : "", labels, *labels ? "}" : "",
				json_string_value(v));
	}
	return status;
}

int
prometheus_write(const json_t *root, struct output *o, struct err *e)
{
	const json_t *warnings = json_object_get(root, "warnings");
	struct metrics m = { json_object(), json_object() };
	const char *name;
	json_t *v;
	int status = 0;

	rows_each(root, add_row, &m, e);
	if (warnings)
		add_sample(&m, "warnings", "",
			mem_printf("%zu", json_array_size(warnings)));
	json_object_foreach(m.samples, name, v)
	{
		if (status == 0)
			status = write_metric(name, v, o, e);
	}
	json_decref(m.samples);
	json_decref(m.copies);
	return status;
}
