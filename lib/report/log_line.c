#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "report/figures.h"
#include "report/log_line.h"
#include "util/mem.h"

/* Up to and without the newline; NULL at the end of the input, or on error
 * (*failed). */
static char *
read_line(struct input *in, size_t *n, bool *failed, struct err *e)
{
	char *line = NULL;
	size_t room = 0;
	ptrdiff_t got;

	for (*n = 0; *n < LOG_LINE_MAX; (*n)++) {
		if (*n == room) {
			room = room ? 2 * room : 1024;
			line = mem_grow(line, room, 1);
		}
		got = input_read(in, line + *n, 1, e);
		*failed = got < 0 || (got == 0 && *n);
		if (got == 0 && *n)
			err_set(e, "its last line is not whole");
		if (got <= 0)
			break;
		if (line[*n] == '\n')
			return line;
	}
	if (*n == LOG_LINE_MAX) {
		*failed = true;
		err_set(e, "a line of more than %zu bytes", LOG_LINE_MAX);
	}
	free(line);
	return NULL;
}

int
log_line_next(struct input *in, char **line, size_t *n, struct err *e)
{
	uint64_t at = input_offset(in);
	bool failed;

	*line = read_line(in, n, &failed, e);
	if (*line)
		return 1;
	return failed ? err_wrap(e, "line at byte %" PRIu64, at) : 0;
}

/* The worst of the layers of a line. */
static void
set_layers(json_t *o, const json_t *layers)
{
	double cv = NAN, dead = 0;
	size_t i;
	json_t *layer;

	json_array_foreach((json_t *)layers, i, layer)
	{
		double now = figures_get(layer, "load_cv");
		double none = figures_get(layer, "dead_experts");

		if (isnan(cv) || now > cv)
			cv = now;
		dead += isnan(none) ? 0 : none;
	}
	figures_real(o, "load_cv", cv);
	figures_count(o, "dead_experts", (uint64_t)dead);
}

json_t *
log_line_figures(const json_t *line, enum render as, const char *state)
{
	static const char *const chief[] = { "step", "seconds", "loss", "recon",
		"held_error", "valid_loss", "valid_accuracy", "utilization",
		"perplexity" };
	const json_t *layers = json_object_get(line, "layers");
	json_t *o;

	if (as == RENDER_JSON) {
		o = json_copy((json_t *)line);
	} else {
		o = json_object();
		for (size_t i = 0; i < sizeof(chief) / sizeof(*chief); i++) {
			json_t *v = json_object_get(line, chief[i]);

			if (v)
				json_object_set(o, chief[i], v);
		}
		if (json_is_array(layers))
			set_layers(o, layers);
	}
	figures_text(o, "state", state);
	return o;
}
