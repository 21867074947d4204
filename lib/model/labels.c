#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/labels.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/num.h"

struct label {
	char *item;
	uint32_t class;
};

static int
compare(const void *a, const void *b)
{
	const struct label *x = a, *y = b;

	return strcmp(x->item, y->item);
}

static int
add(struct labels *l, char *line, size_t number, struct err *e)
{
	char *tab = strrchr(line, '\t');
	size_t class;

	line[strcspn(line, "\r\n")] = '\0';
	if (!tab || tab == line)
		return err_set(e, "line %zu: no item, tab, class", number);
	*tab = '\0';
	if (num_size(tab + 1, NUM_DECIMAL, &class) != 0 || class > UINT32_MAX)
		return err_set(e, "line %zu: class \"%s\" is no whole number",
			number, tab + 1);
	if ((l->count & (l->count - 1)) == 0)
		l->sorted = mem_grow(l->sorted, l->count ? 2 * l->count : 1,
			sizeof(*l->sorted));
	l->sorted[l->count++] =
		(struct label){ mem_strdup(line), (uint32_t) class };
	return 0;
}

static int
read_lines(struct labels *l, FILE *f, struct err *e)
{
	char *line = NULL;
	size_t room = 0, number = 0;
	int status = 0;

	while (status == 0 && getline(&line, &room, f) > 0)
		status = add(l, line, ++number, e);
	if (status == 0 && !feof(f)) /* no memory is no error of the stream */
		status = err_sys(e, "read");
	free(line);
	return status;
}

int
labels_load(struct labels *l, const char *path, struct err *e)
{
	FILE *f = fopen(path, "re");
	int status;

	*l = (struct labels){ 0 };
	if (!f)
		return err_sys(e, "%s", path);
	status = read_lines(l, f, e);
	fclose(f);
	if (l->count)
		qsort(l->sorted, l->count, sizeof(*l->sorted), compare);
	for (size_t i = 1; i < l->count && status == 0; i++)
		if (compare(&l->sorted[i - 1], &l->sorted[i]) == 0)
			status = err_set(e, "item \"%s\" is there twice",
				l->sorted[i].item);
	if (status == 0)
		return 0;
	labels_free(l);
	return err_wrap(e, "%s", path);
}

void
labels_free(struct labels *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->sorted[i].item);
	free(l->sorted);
	*l = (struct labels){ 0 };
}

static const struct label *
find(const struct labels *l, char *item)
{
	const struct label key = { .item = item };

	if (!l->count)
		return NULL;
	return bsearch(&key, l->sorted, l->count, sizeof(key), compare);
}

int
labels_find(const struct labels *l, const char *item, uint32_t *class,
	struct err *e)
{
	const struct label *found = find(l, (char *)item);
	char *raw;

	if (!found) {
		raw = names_unescape(item);
		found = find(l, raw);
		free(raw);
	}
	if (!found)
		return err_set(e, "no class in the labels");
	*class = found->class;
	return 0;
}
