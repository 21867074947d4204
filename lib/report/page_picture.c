#include <stdio.h>
#include <stdlib.h>

#include "report/page_picture.h"
#include "report/plot.h"
#include "tensor/slurp.h"
#include "util/input.h"

/* For those who do not see it; the picture has a title of its own. */
static const char *
words(enum plot_kind kind)
{
	switch (kind) {
	case PLOT_USAGE: return "Counts of the codes, the most used first";
	case PLOT_CURVE: return "Share of the tokens by share of the codes";
	case PLOT_TRAINING: return "The training, step by step";
	case PLOT_LOAD: return "Load of each expert";
	case PLOT_FLUCTUATION:
		return "Share of the probe tokens whose experts changed";
	case PLOT_RATE_DISTORTION: return "Quality by rate, of each item";
	default: return "";
	}
}

bool
page_picture_any(const json_t *root, const char *atlas)
{
	for (enum plot_kind kind = 0; kind < PLOT_KINDS; kind++)
		if (plot_available() && plot_has(root, kind))
			return true;
	return atlas != NULL;
}

/* The plot as a data: URI between quotes. */
static int
embed(struct markup *m, const json_t *root, enum plot_kind kind,
	enum plot_theme theme, struct err *e)
{
	char *svg;
	size_t n;

	if (plot_svg(root, kind, theme, &svg, &n, e) != 0)
		return -1;
	markup_data(m, "image/svg+xml", svg, n);
	free(svg);
	return 0;
}

static int
plot(struct markup *m, const json_t *root, enum plot_kind kind, struct err *e)
{
	markup_raw(m,
		"<figure><picture><source media=\"screen and "
		"(prefers-color-scheme: dark)\" srcset=\"");
	if (embed(m, root, kind, PLOT_DARK, e) != 0)
		return -1;
	markup_raw(m, "\"/><img alt=\"");
	markup_text(m, words(kind));
	markup_raw(m, "\" src=\"");
	if (embed(m, root, kind, PLOT_LIGHT, e) != 0)
		return -1;
	markup_raw(m, "\"/></picture></figure>\n");
	return 0;
}

/* From its file, unless that is a device. */
static int
atlas_png(struct markup *m, const char *path, struct err *e)
{
	struct input *in = input_open(path, e);
	unsigned char *png = NULL;
	uint64_t n;

	if (!in)
		return err_wrap(e, "%s", path);
	if (!input_left(in, &n)) {
		input_close(in);
		return 0;
	}
	png = slurp_exact(in, n, e);
	input_close(in);
	if (!png)
		return err_wrap(e, "%s", path);
	markup_raw(m, "<figure><img alt=\"Each code, decoded\" src=\"");
	markup_data(m, "image/png", png, n);
	markup_raw(m, "\"/></figure>\n");
	free(png);
	return 0;
}

int
page_picture_all(
	struct markup *m, const json_t *root, const char *atlas, struct err *e)
{
	markup_raw(m, "<div class=\"pictures\">\n");
	for (enum plot_kind kind = 0; kind < PLOT_KINDS; kind++)
		if (plot_available() && plot_has(root, kind) &&
			plot(m, root, kind, e) != 0)
			return -1;
	markup_raw(m, "</div>\n");
	return atlas ? atlas_png(m, atlas, e) : 0;
}
