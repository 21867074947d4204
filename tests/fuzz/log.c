/* Logs of trainings, as a whole and as they are followed. */
#include <stdlib.h>

#include "fuzz.h"
#include "report/log_line.h"
#include "report/logs.h"

static void
whole(struct input *in)
{
	json_t *log = NULL, *warnings = json_array();
	struct err e = { "" };

	fuzz_said(logs_read(in, "item", &log, warnings, &e), &e);
	json_decref(log);
	json_decref(warnings);
	input_close(in);
}

static void
lines(struct input *in)
{
	struct err e = { "" };
	struct logs l = { 0 };
	char *line;
	size_t n;
	int more;

	while ((more = log_line_next(in, &line, &n, &e)) == 1) {
		more = logs_line(&l, line, n, &e);
		free(line);
		if (more != 0)
			break;
	}
	for (size_t i = 0; i < json_array_size(l.points); i++)
		json_decref(log_line_figures(
			json_array_get(l.points, i), RENDER_TEXT, "new"));
	logs_free(&l);
	fuzz_said(more, &e);
	input_close(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	whole(fuzz_input(data, size));
	lines(fuzz_input(data, size));
	return 0;
}
