#include "report/pictures.h"

bool
pictures_any(const struct pictures *p)
{
	return p->plot.path != NULL;
}

int
pictures_check(const struct pictures *p, struct err *e)
{
	return plot_check(&p->plot, e);
}

int
pictures_open(struct pictures *p, bool force, struct err *e)
{
	return plot_open(&p->plot, force, e);
}

int
pictures_write(struct pictures *p, const json_t *root, struct err *e)
{
	return plot_write(&p->plot, root, e);
}

void
pictures_close(struct pictures *p)
{
	plot_close(&p->plot);
}
