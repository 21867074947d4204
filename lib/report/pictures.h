/*
 * pictures.h - the files of pictures that a command was asked for.
 */
#ifndef REPORT_PICTURES_H
#define REPORT_PICTURES_H

#include "report/atlas.h"
#include "report/plot.h"
#include "report/survey.h"

struct pictures {
	struct plot_opts plot;
	struct atlas_opts atlas;
};

/* The rows of a command's options (util/opt.h). */
#define PICTURES_ROWS(p) PLOT_ROWS(&(p)->plot), ATLAS_ROWS(&(p)->atlas)

/* What is wrong before anything is read.  model: -m, or NULL. */
int pictures_check(const struct pictures *p, const char *model, struct err *e);

/* A file that exists is kept without force. */
int pictures_open(struct pictures *p, bool force, struct err *e);

/* root: survey_report's of s.  Each file is there whole or not at all. */
int pictures_write(struct pictures *p, const struct survey *s,
	const char *model, const json_t *root, struct err *e);

/* Drop what was not written. */
void pictures_close(struct pictures *p);

#endif
