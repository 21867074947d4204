#include "report/pictures.h"

int
pictures_check(const struct pictures *p, const char *model, struct err *e)
{
	if (plot_check(&p->plot, e) != 0)
		return -1;
	return atlas_check(&p->atlas, model, e);
}

int
pictures_open(struct pictures *p, bool force, struct err *e)
{
	if (plot_open(&p->plot, force, e) != 0)
		return -1;
	if (atlas_open(&p->atlas, force, e) == 0)
		return 0;
	pictures_close(p);
	return -1;
}

int
pictures_write(struct pictures *p, const struct survey *s, const char *model,
	const json_t *root, struct err *e)
{
	int status = plot_write(&p->plot, root, e);

	if (status == 0)
		status = atlas_write(
			&p->atlas, model, survey_counts(s, p->atlas.stage), e);
	return status;
}

void
pictures_close(struct pictures *p)
{
	plot_close(&p->plot);
	atlas_close(&p->atlas);
}
