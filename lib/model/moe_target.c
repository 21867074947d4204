#include <stdio.h>
#include <unistd.h>

#include "model/moe_target.h"
#include "util/names.h"

int
moe_target_open(struct moe_target *t, const char *path, struct err *e)
{
	const struct record *r = &t->file.head;
	const char *name;

	*t = (struct moe_target){ .path = path };
	if (!path || access(path, F_OK) != 0)
		return 0;
	if (router_file_open(&t->file, path, e) != 0)
		return err_wrap(e, "--target %s", path);
	t->y = record_find(r, "y");
	if (!t->y && r->count == 1)
		t->y = &r->tensor[0];
	if (!t->y || t->y->rank == 0)
		return err_set(e,
			"--target %s: no tensor \"y\", nor only one with rows",
			path);
	name = t->y->name;
	if (router_file_load(&t->file, &name, 1, e) != 0)
		return err_wrap(e, "--target %s", path);
	return 0;
}

void
moe_target_close(struct moe_target *t)
{
	router_file_close(&t->file);
	*t = (struct moe_target){ 0 };
}

int
moe_target_find(const struct moe_target *t, const struct part *p,
	const char *name, struct tensor *view, const struct tensor **y,
	struct err *e)
{
	size_t end = p->row0 + p->rows, row;

	*y = name ? record_find(&p->rec, name) : NULL;
	if (*y || !t || !t->y)
		return 0;
	if (end > t->y->shape[0] || (p->last && end < t->y->shape[0]))
		return err_set(e,
			"%s has %zu rows%s, but --target %s has %zu targets",
			p->item, end, p->last ? "" : " or more", t->path,
			t->y->shape[0]);
	row = tensor_row_elements(t->y) * dtype_size(t->y->dtype);
	*view = *t->y;
	view->name = (char *)(uintptr_t)t->path;
	view->shape[0] = p->rows;
	view->data += p->row0 * row;
	view->bytes = p->rows * row;
	*y = view;
	return 0;
}

char *
moe_target_names(const struct record *r)
{
	char text[200] = "";
	size_t at = 0;

	for (size_t i = 0; i < r->count && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
			i ? ", " : "", r->tensor[i].name);
	return names_escape(text);
}
