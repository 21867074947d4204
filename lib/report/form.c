#include "report/form.h"

int
form_check(const struct form *f, struct err *e)
{
	if (f->json + f->json_lines + f->tsv + f->prometheus < 2)
		return 0;
	return err_set(e,
		"--json, --json-lines, --tsv and --prometheus: only one of "
		"them");
}

enum render
form_of(const struct form *f)
{
	return f->json          ? RENDER_JSON
		: f->json_lines ? RENDER_JSON_LINES
		: f->tsv        ? RENDER_TSV
		: f->prometheus ? RENDER_PROMETHEUS
				: RENDER_TEXT;
}
