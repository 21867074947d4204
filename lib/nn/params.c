#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/params.h"
#include "util/mem.h"

size_t
params_add(struct params *p, enum param_group group, const char *name,
	size_t rows, size_t cols)
{
	struct param *row;

	p->row = mem_grow(p->row, p->count + 1, sizeof(*p->row));
	row = &p->row[p->count];
	*row = (struct param){ .rows = rows, .cols = cols, .group = group };
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->size = rows * cols;
	row->at = p->total;
	/* Rows start at whole cache lines. */
	p->total += (row->size + 15) / 16 * 16;
	return p->count++;
}

void
params_sparse(struct params *p, size_t i)
{
	p->row[i].sparse = true;
}

void
params_build(struct params *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->row[i].sparse)
			p->row[i].touched = mem_zalloc(p->row[i].rows, 1);
	params_build_weights(p);
	p->g = mem_zfloats(p->total);
	p->m = mem_zfloats(p->total);
	p->v = mem_zfloats(p->total);
	p->avg = mem_zfloats(p->total);
}

void
params_build_weights(struct params *p)
{
	p->w = mem_zfloats(p->total);
}

void
params_free(struct params *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->row[i].touched);
	free(p->row);
	free(p->w);
	free(p->g);
	free(p->m);
	free(p->v);
	free(p->avg);
	*p = (struct params){ 0 };
}

float *
params_in(const struct params *p, float *block, size_t i)
{
	return block + p->row[i].at;
}

void
params_untouch(struct params *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->row[i].touched)
			memset(p->row[i].touched, 0, p->row[i].rows);
}

void
params_drop_gradient(struct params *p)
{
	memset(p->g, 0, p->total * sizeof(*p->g));
	params_untouch(p);
}

void
params_start_average(struct params *p)
{
	memcpy(p->avg, p->w, p->total * sizeof(*p->avg));
}
