#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/follow_text.h"
#include "util/jsontext.h"
#include "util/mem.h"

#define WIDTH 9 /* "1,234,567" */

void
follow_text_free(struct follow_text *t)
{
	free(t->columns);
	t->columns = NULL;
}

static const char *
heading(const char *key)
{
	static const char *const words[][2] = { { "tokens_per_second",
							"tokens/s" },
		{ "utilization", "used%" }, { "window_utilization", "window%" },
		{ "window_perplexity", "window" },
		{ "window_load_cv", "window_cv" }, { "dead_experts", "dead" },
		{ "valid_loss", "valid" }, { "held_error", "held" },
		{ "bits_per_byte", "bits/byte" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(key, words[i][0]) == 0)
			return words[i][1];
	return key;
}

static char *
shown(const json_t *o, const char *key)
{
	double v = json_number_value(json_object_get(o, key));

	if (strcmp(key, "seconds") == 0)
		return mem_printf("%.1f", v);
	if (strcmp(key, "utilization") == 0 ||
		strcmp(key, "window_utilization") == 0)
		return cell_short(o, key);
	return cell_grouped(o, key);
}

static int
width(const char *key)
{
	if (strcmp(key, "tokens") == 0)
		return 15;
	return strlen(heading(key)) > WIDTH ? (int)strlen(heading(key)) : WIDTH;
}

/* The whole line of cells, or (cells false) of headings. */
static char *
columns(const struct follow_text *t, const json_t *o, bool cells)
{
	char *line = NULL, *word;
	size_t n = 0;
	FILE *f = open_memstream(&line, &n);
	bool text = t->as == RENDER_TEXT;
	const char *key;
	json_t *v;

	if (!f)
		return mem_strdup("\n");
	json_object_foreach((json_t *)o, key, v)
	{
		const char *gap = ftell(f) == 0 ? "" : text ? "  " : "\t";

		if (!cell_shown(key, v))
			continue;
		word = !cells  ? mem_strdup(text ? heading(key) : key)
			: text ? shown(o, key)
			       : cell_exact(o, key);
		fprintf(f, "%s%*s", gap, text ? width(key) : 0, word);
		free(word);
	}
	fputc('\n', f);
	fclose(f);
	return line;
}

char *
follow_text_line(struct follow_text *t, const json_t *o)
{
	char *head, *cells, *both;

	if (t->as == RENDER_JSON) {
		cells = jsontext(o, JSON_COMPACT);
		both = mem_printf("%s\n", cells);
		free(cells);
		return both;
	}
	head = columns(t, o, false);
	cells = columns(t, o, true);
	both = NULL;
	if (!t->columns || strcmp(head, t->columns) != 0)
		both = mem_printf("%s%s", head, cells);
	free(t->columns);
	t->columns = head;
	if (!both)
		return cells;
	free(cells);
	return both;
}
