#include <stdlib.h>
#include <string.h>

#include "report/canvas.h"
#include "report/plot.h"
#include "report/plot_make.h"
#include "util/mem.h"
#include "util/near.h"
#include "util/output.h"

/* A chart, and how much finer a PNG is than a page on a screen. */
#define WIDE 600.0
#define HIGH 400.0
#define FINER 2.0

static const struct {
	const char *name, *needs;
	size_t (*make)(const json_t *root, struct chart to[PLOT_MAKE_MAX]);
} kinds[PLOT_KINDS] = {
	[PLOT_USAGE] = { "usage", "codes", plot_codes_usage },
	[PLOT_CURVE] = { "curve", "codes", plot_codes_curve },
	[PLOT_TRAINING] = { "training", "a training log", plot_training },
	[PLOT_LOAD] = { "load", "routes", plot_routes_load },
	[PLOT_FLUCTUATION] = { "fluctuation", "--trace",
		plot_routes_fluctuation },
	[PLOT_RATE_DISTORTION] = { "rate-distortion",
		"--by item, codes, -R and decoded items, or several models",
		plot_rate },
};

/* Charts of one picture, in rows. */
struct sheet {
	struct chart chart[PLOT_KINDS * PLOT_MAKE_MAX];
	size_t count;
};

const char *
plot_name(enum plot_kind kind)
{
	return kinds[kind].name;
}

bool
plot_available(void)
{
	return canvas_available();
}

static void
add_kind(struct sheet *s, const json_t *root, enum plot_kind kind)
{
	s->count += kinds[kind].make(root, &s->chart[s->count]);
}

static void
sheet_free(struct sheet *s)
{
	for (size_t i = 0; i < s->count; i++)
		chart_free(&s->chart[i]);
}

bool
plot_has(const json_t *root, enum plot_kind kind)
{
	struct sheet s = { .count = 0 };
	bool any;

	add_kind(&s, root, kind);
	any = s.count != 0;
	sheet_free(&s);
	return any;
}

/* In so many columns; paper: fill the page first. */
static int
draw(const struct sheet *s, size_t columns, bool svg, enum chart_theme theme,
	bool paper, char **bytes, size_t *size, struct err *e)
{
	size_t rows = (s->count + columns - 1) / columns;
	double w = WIDE * (double)columns, h = HIGH * (double)rows;
	struct canvas *c = canvas_open(svg, w, h, FINER, e);

	if (!c)
		return -1;
	if (paper) {
		canvas_color(c, chart_draw_paper(theme), 1);
		canvas_fill(c, 0, 0, w, h);
	}
	for (size_t i = 0; i < s->count; i++)
		chart_draw(&s->chart[i], c, theme, WIDE * (double)(i % columns),
			HIGH * (double)(i / columns), WIDE, HIGH);
	return canvas_close(c, bytes, size, e);
}

static int
no_data(enum plot_kind kind, struct err *e)
{
	return err_set(e, "no data for a plot of %s: it needs %s",
		kinds[kind].name, kinds[kind].needs);
}

int
plot_svg(const json_t *root, enum plot_kind kind, enum plot_theme theme,
	char **svg, size_t *size, struct err *e)
{
	struct sheet s = { .count = 0 };
	int status;

	add_kind(&s, root, kind);
	if (s.count)
		status = draw(&s, 1, true,
			theme == PLOT_DARK ? CHART_DARK : CHART_LIGHT, false,
			svg, size, e);
	else
		status = no_data(kind, e);
	sheet_free(&s);
	return status;
}

static bool
ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

/* The next of names with commas between them, which is NULL behind the last;
 * -1: there is no such kind. */
static int
next_kind(const char **names, struct err *e)
{
	size_t n = strcspn(*names, ",");
	const char *name = *names;
	char *hint;

	*names = name[n] ? name + n + 1 : NULL;
	for (int i = 0; i < PLOT_KINDS; i++)
		if (strlen(kinds[i].name) == n &&
			memcmp(kinds[i].name, name, n) == 0)
			return i;
	hint = near_hint(PLOT_NAMES, name, n);
	err_set(e,
		"--plot-kind: no kind '%.*s' (there are usage, curve, training, load, fluctuation, rate-distortion)%s",
		(int)(n < 40 ? n : 40), name, hint);
	free(hint);
	return -1;
}

int
plot_check(const struct plot_opts *o, struct err *e)
{
	const char *names = o->kinds;

	if (!o->path)
		return names ? err_set(e, "--plot-kind goes with --plot") : 0;
	if (!plot_available())
		return err_set(e,
			"--plot: this build has no plots (it was made without cairo)");
	if (!ends_in(o->path, ".png") && !ends_in(o->path, ".svg"))
		return err_set(e,
			"--plot: %s: a picture is FILE.png or FILE.svg",
			o->path);
	while (names)
		if (next_kind(&names, e) < 0)
			return -1;
	return 0;
}

/* The kinds that were asked for, in their order, or all that there are. */
static int
fill(struct sheet *s, const json_t *root, const char *names, struct err *e)
{
	bool asked[PLOT_KINDS] = { false };

	for (int i = 0; !names && i < PLOT_KINDS; i++)
		add_kind(s, root, (enum plot_kind)i);
	while (names) {
		int kind = next_kind(&names, e);
		size_t before = s->count;

		if (kind < 0)
			return -1;
		if (asked[kind])
			continue;
		asked[kind] = true;
		add_kind(s, root, (enum plot_kind)kind);
		if (s->count == before)
			return no_data((enum plot_kind)kind, e);
	}
	return s->count ? 0
			: err_set(e,
				  "no data for a plot: it needs codes, "
				  "routes, a trace or a training log");
}

int
plot_open(struct plot_opts *o, bool force, struct err *e)
{
	if (!o->path)
		return 0;
	o->out =
		output_open(o->path, (struct output_opts){ .force = force }, e);
	return o->out ? 0 : err_wrap(e, "--plot: %s", o->path);
}

static int
make(const struct plot_opts *o, const json_t *root, char **bytes, size_t *size,
	struct err *e)
{
	struct sheet s = { .count = 0 };
	int status = fill(&s, root, o->kinds, e);

	if (status == 0)
		status = draw(&s, s.count > 1 ? 2 : 1, ends_in(o->path, ".svg"),
			CHART_LIGHT, true, bytes, size, e);
	sheet_free(&s);
	return status;
}

int
plot_write(struct plot_opts *o, const json_t *root, struct err *e)
{
	struct output *out = o->out;
	char *bytes = NULL;
	size_t size;
	int status;

	if (!out)
		return 0;
	status = make(o, root, &bytes, &size, e);
	if (status == 0)
		status = output_write(out, bytes, size, e);
	free(bytes);
	if (status != 0)
		return err_wrap(e, "--plot: %s", o->path);
	o->out = NULL;
	return output_commit(out, e) == 0 ? 0
					  : err_wrap(e, "--plot: %s", o->path);
}

void
plot_close(struct plot_opts *o)
{
	output_abort(o->out);
	o->out = NULL;
}
