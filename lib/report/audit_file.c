#include <stdlib.h>
#include <string.h>

#include "report/audit_file.h"
#include "report/cell.h"
#include "report/figures.h"
#include "report/columns.h"
#include "report/route_figures.h"
#include "util/mem.h"
#include "util/names.h"

static const char *const column[] = { "layer", "router", "model", "tokens",
	"code", "count", "share", "expert", "expert_share", "experts",
	"code_dropped", "mean_margin", "least_margin" };
#define COLUMNS (sizeof(column) / sizeof(column[0]))

int
audit_file_open(
	struct audit_file *f, const char *path, bool force, struct err *e)
{
	const struct output_opts how = { .force = force, .text = true };

	*f = (struct audit_file){ .path = path };
	f->out = output_open(path, how, e);
	return f->out ? 0 : err_wrap(e, "%s", output_label(path));
}

void
audit_file_close(struct audit_file *f)
{
	output_abort(f->out);
	strlist_free(&f->item);
	*f = (struct audit_file){ 0 };
}

void
audit_file_item(struct audit_file *f, const char *item)
{
	size_t n = f->item.count;

	/* One behind the other: the layers of an item. */
	if (n == 0 || strcmp(f->item.item[n - 1], item) != 0)
		strlist_add(&f->item, item);
}

/* Takes raw: a stranger's words steer no terminal. */
static void
add(struct columns *g, char *raw)
{
	columns_add(g, names_printable(raw));
	free(raw);
}

static int
write(struct audit_file *f, struct columns *g, struct err *e)
{
	int status = columns_tabbed(g, f->out, e);

	columns_free(g);
	return status == 0 ? 0 : err_wrap(e, "%s", output_label(f->path));
}

static int
write_head(struct audit_file *f, struct err *e)
{
	struct columns g = { .cols = 2 };

	columns_add(&g, mem_strdup("# vq-stats"));
	columns_add(&g, mem_strdup("codes to experts"));
	columns_add(&g, mem_strdup("# items"));
	columns_add(&g, mem_printf("%zu", f->item.count));
	for (size_t i = 0; i < f->item.count; i++) {
		columns_add(&g, mem_strdup("# item"));
		add(&g, mem_strdup(f->item.item[i]));
	}
	if (write(f, &g, e) != 0)
		return -1;
	g.cols = COLUMNS;
	for (size_t i = 0; i < COLUMNS; i++)
		columns_add(&g, mem_strdup(column[i]));
	f->begun = true;
	return write(f, &g, e);
}

int
audit_file_layer(
	struct audit_file *f, const struct route_layer *l, struct err *e)
{
	json_t *table = audit_table(&l->audit), *head = json_object();
	struct columns g = { .cols = COLUMNS };
	int status = f->begun ? 0 : write_head(f, e);

	route_figures_layer(head, l->name);
	figures_text(head, "router", l->router ? l->router : "");
	figures_text(head, "model", l->model ? l->model : "");
	figures_count(head, "tokens", l->tokens);
	for (size_t i = 0; i < json_array_size(table); i++) {
		json_t *row = json_array_get(table, i);

		json_object_update_missing(row, head);
		for (size_t k = 0; k < COLUMNS; k++)
			add(&g, cell_exact(row, column[k]));
	}
	json_decref(table);
	json_decref(head);
	if (status == 0)
		return write(f, &g, e);
	columns_free(&g);
	return status;
}

int
audit_file_commit(struct audit_file *f, struct err *e)
{
	int status = f->begun ? 0 : write_head(f, e);

	if (status == 0) {
		status = output_commit(f->out, e);
		f->out = NULL;
		if (status != 0)
			err_wrap(e, "%s", output_label(f->path));
	}
	return status;
}
