/*
 * pictures.h - the files of pictures that a command was asked for.
 */
#ifndef REPORT_PICTURES_H
#define REPORT_PICTURES_H

#include "report/plot.h"

struct pictures {
	struct plot_opts plot;
};

/* The rows of a command's options (util/opt.h). */
#define PICTURES_ROWS(p) PLOT_ROWS(&(p)->plot)

bool pictures_any(const struct pictures *p);

/* What is wrong before anything is read; all NULL is right. */
int pictures_check(const struct pictures *p, struct err *e);

/* A file that exists is kept without force. */
int pictures_open(struct pictures *p, bool force, struct err *e);

/* root: survey_report's.  Each file is there whole or not at all. */
int pictures_write(struct pictures *p, const json_t *root, struct err *e);

/* Drop what was not written. */
void pictures_close(struct pictures *p);

#endif
