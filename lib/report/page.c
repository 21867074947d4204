#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/cell.h"
#include "report/glance.h"
#include "report/markup.h"
#include "report/page.h"
#include "report/page_picture.h"
#include "report/page_section.h"
#include "report/page_style.h"
#include "report/page_table.h"
#include "util/mem.h"
#include "util/output.h"

int
page_check(const struct page_opts *o, const char *output, struct err *e)
{
	bool to_stdout = !output || strcmp(output, "-") == 0;

	if (!o->path)
		return 0;
	if (strcmp(o->path, "-") == 0 && to_stdout)
		return err_set(e,
			"--html -: the report itself goes to stdout (-o FILE)");
	return 0;
}

int
page_probe(const struct page_opts *o, struct err *e)
{
	struct output *probe;
	struct stat st;

	if (!o->path || strcmp(o->path, "-") == 0)
		return 0;
	/* Who reads a FIFO would see its end. */
	if (stat(o->path, &st) == 0 && !S_ISREG(st.st_mode) &&
		!S_ISDIR(st.st_mode))
		return 0;
	probe = output_open(
		o->path, (struct output_opts){ .force = o->force }, e);
	if (!probe)
		return err_wrap(e, "--html: %s", o->path);
	output_abort(probe);
	return 0;
}

/* What the page is called: "Report on photos.codes and 3 more". */
static char *
title(const json_t *root)
{
	const json_t *inputs = json_object_get(root, "inputs");
	size_t n = json_array_size(inputs);
	char *first, *text;

	if (n == 0)
		return mem_strdup("Report of vq-stats");
	first = cell_exact(json_array_get(inputs, 0), "item");
	text = n > 1 ? mem_printf("Report on %s and %zu more", first, n - 1)
		     : mem_printf("Report on %s", first);
	free(first);
	return text;
}

static void
head(struct markup *m, const char *name)
{
	markup_raw(m,
		"<!DOCTYPE html>\n<html lang=\"en\" "
		"xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
		"<meta charset=\"utf-8\"/>\n"
		/* The page asks nobody for anything, whatever is in it. */
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; img-src data:; "
		"style-src 'unsafe-inline'\"/>\n"
		"<meta name=\"viewport\" "
		"content=\"width=device-width, initial-scale=1\"/>\n");
	markup_element(m, "title", name);
	markup_raw(m, "\n<style>\n");
	markup_raw(m, page_style);
	markup_raw(m, "</style>\n</head>\n<body>\n");
}

static void
each_line(struct markup *m, const json_t *lines, const char *tag)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		markup_element(
			m, tag, json_string_value(json_array_get(lines, i)));
		markup_raw(m, "\n");
	}
}

static void
summary(struct markup *m, const json_t *root, const char *name)
{
	const json_t *warnings = json_object_get(root, "warnings");
	json_t *lines = glance_figures(root);

	markup_raw(m, "<header>\n");
	markup_element(m, "h1", name);
	markup_raw(m, "\n");
	each_line(m, lines, "p class=\"glance\"");
	if (json_array_size(warnings)) {
		markup_raw(
			m, "<ul class=\"warnings\" aria-label=\"Warnings\">\n");
		each_line(m, warnings, "li");
		markup_raw(m, "</ul>\n");
	}
	markup_raw(m, "</header>\n");
	json_decref(lines);
}

static bool
is_there(const struct page_section *s, const json_t *root, const char *atlas)
{
	const json_t *v;

	if (!s->write)
		return page_picture_any(root, atlas);
	if (!s->key)
		return page_table_any(root);
	v = json_object_get(root, s->key);
	return json_array_size(v) || json_object_size(v);
}

static void
contents(struct markup *m, const json_t *root, const char *atlas)
{
	markup_raw(m, "<nav aria-label=\"Sections\"><ul>\n");
	for (const struct page_section *s = page_section_all; s->title; s++)
		if (is_there(s, root, atlas))
			markup_format(m, "<li><a href=\"#%s\">%s</a></li>\n",
				s->id, s->title);
	markup_raw(m, "</ul></nav>\n");
}

static int
body(struct markup *m, const json_t *root, const struct page_opts *o,
	struct err *e)
{
	int status = 0;

	contents(m, root, o->atlas);
	markup_raw(m, "<main>\n");
	for (const struct page_section *s = page_section_all; s->title; s++) {
		if (!is_there(s, root, o->atlas) || status != 0)
			continue;
		markup_format(m,
			"<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s"
			"</h2>\n",
			s->id, s->id, s->title);
		if (s->write)
			s->write(m, root);
		else
			status = page_picture_all(m, root, o->atlas, e);
		markup_raw(m, "</section>\n");
	}
	markup_raw(m,
		"</main>\n<footer>Made by vq-stats (vqtools " VQ_VERSION
		"). How to read each figure: vq-stats(1).</footer>\n"
		"</body>\n</html>\n");
	return status;
}

int
page_file(const json_t *root, const struct page_opts *o, struct err *e)
{
	struct output_opts how = { .force = o->force, .text = true };
	struct markup m = { 0 };
	char *name;
	int status;

	if (!o->path)
		return 0;
	m.out = output_open(o->path, how, e);
	if (!m.out)
		return err_wrap(e, "%s", output_label(o->path));
	name = title(root);
	head(&m, name);
	summary(&m, root, name);
	status = body(&m, root, o, e);
	free(name);
	if (status == 0)
		status = markup_status(&m, e);
	if (status != 0)
		output_abort(m.out);
	else
		status = output_commit(m.out, e);
	return status ? err_wrap(e, "%s", output_label(o->path)) : 0;
}
