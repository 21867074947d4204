/* Logs of trainings, as a whole and as they are followed. */
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
	json_t *line;
	int more;

	while ((more = log_line_next(in, &line, &e)) == 1) {
		json_decref(log_line_figures(line, RENDER_TEXT, "new"));
		json_decref(line);
	}
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
