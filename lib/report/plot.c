#include "report/plot.h"

static const char *const names[PLOT_KINDS] = { "usage", "curve", "training",
	"load", "fluctuation", "rate-distortion" };

const char *
plot_name(enum plot_kind kind)
{
	return names[kind];
}

bool
plot_available(void)
{
	return false;
}

bool
plot_has(const json_t *root, enum plot_kind kind)
{
	(void)root;
	(void)kind;
	return false;
}

int
plot_svg(const json_t *root, enum plot_kind kind, enum plot_theme theme,
	char **svg, size_t *size, struct err *e)
{
	(void)root;
	(void)theme;
	(void)svg;
	(void)size;
	return err_set(e,
		"%s: this build has no plots (it was made without "
		"cairo)",
		names[kind]);
}

int
plot_check(const struct plot_opts *o, struct err *e)
{
	(void)o;
	return err_set(
		e, "this build has no plots (it was made without cairo)");
}

int
plot_file(const json_t *root, const struct plot_opts *o, struct err *e)
{
	(void)root;
	return plot_check(o, e);
}
