#include <stdlib.h>
#include <string.h>

#include "model/moe_ranks.h"
#include "util/mem.h"

static const char every_rank_reads[] =
	"every process reads all inputs, which are the same for all";

static int
check_inputs(const struct moe_sets_opts *o, struct err *e)
{
	for (size_t i = 0; i < o->inputs.count && ranks_count() > 1; i++)
		if (strcmp(o->inputs.item[i], "-") == 0)
			return err_set(e,
				"under mpirun stdin is not read: every process "
				"reads all rows, from files");
	return 0;
}

int
moe_ranks_read(struct moe_sets *s, const struct moe_sets_opts *o, struct err *e)
{
	size_t is[3];

	if (check_inputs(o, e) != 0 ||
		ranks_agree(moe_sets_read(s, o, e), e) != 0)
		return -1;
	is[0] = s->rows.n;
	is[1] = s->rows.errors;
	is[2] = s->errors;
	return ranks_alike("the numbers of rows read, or of items that failed,",
		every_rank_reads, is, sizeof(is), e);
}

int
moe_ranks_alike(const struct moe_sets *s, struct err *e)
{
	uint32_t crc[] = { moe_data_crc(&s->train), moe_data_crc(&s->held) };

	return ranks_alike(
		"the rows read", every_rank_reads, crc, sizeof(crc), e);
}

int
moe_ranks_check(const struct moe_opts *o, struct err *e)
{
	if (ranks_count() == 1)
		return 0;
	if (o->capacity > 0)
		return err_set(e,
			"--capacity counts rows as they arrive: not under "
			"mpirun");
	if (o->code_entropy > 0)
		return err_set(e,
			"--code-entropy is of a whole batch: not under mpirun");
	if (o->batch < ranks_count())
		return err_set(e, "a batch of %zu rows for %zu ranks", o->batch,
			ranks_count());
	return 0;
}

struct moe_batch
moe_ranks_batch(const struct moe *m, const struct moe_batch *b)
{
	struct ranks_share own = ranks_share(b->n, 1, ranks_own());
	size_t from = own.from, columns = m->o.columns;

	return (struct moe_batch){ .n = own.end - from,
		.x = b->x ? b->x + from * columns : NULL,
		.token = b->token ? b->token + from * m->o.context * columns
				  : NULL,
		.class = b->class ? b->class + from : NULL,
		.real = b->real ? b->real + from * moe_outputs(m) : NULL };
}

void
moe_ranks_loads(const struct moe *m, struct moe_work *w, size_t n)
{
	size_t e = m->o.experts;
	double *load = mem_alloc(e, sizeof(*load));

	for (size_t l = 0; l < m->o.layers; l++) {
		struct moe_layer_work *lw = &w->layer[l];

		lw->all = n;
		for (size_t j = 0; j < e; j++)
			load[j] = (double)lw->load[j];
		ranks_sum_doubles(load, e);
		for (size_t j = 0; j < e; j++)
			lw->load[j] = (size_t)load[j];
	}
	free(load);
}

void
moe_ranks_figures(struct moe_figures *f, size_t own, size_t n)
{
	double part = (double)own / (double)n;
	double sum[] = { f->task * part, f->vq * part, f->balance * part,
		f->z * part, (double)f->right };

	ranks_sum_doubles(sum, sizeof(sum) / sizeof(*sum));
	f->task = sum[0];
	f->vq = sum[1];
	f->balance = sum[2];
	f->z = sum[3];
	f->right = (size_t)sum[4];
	f->loss = f->task + f->vq + f->balance + f->z;
}

/* 1 where it is on any rank. */
static void
join_touched(unsigned char *touched, size_t n)
{
	size_t *from;
	unsigned char *all = ranks_collect(touched, n, 1, &from);

	for (size_t r = 0; r < ranks_count(); r++)
		for (size_t i = 0; i < n; i++)
			touched[i] |= all[from[r] + i];
	free(all);
	free(from);
}

void
moe_ranks_gradient(struct moe *m, size_t own, size_t n)
{
	struct params *p = &m->ps;
	float part = (float)own / (float)n;

	for (size_t i = 0; i < p->total; i++)
		p->g[i] *= part;
	ranks_sum(p->g, p->total);
	for (size_t i = 0; i < p->count; i++)
		if (p->row[i].touched)
			join_touched(p->row[i].touched, p->row[i].rows);
}

/* From the beginning of x to where this rank's rows are among all. */
static struct ranks_part
shift(void *x, size_t n, size_t bytes)
{
	struct ranks_share own = ranks_share(n, 1, ranks_own());

	memmove((char *)x + own.from * bytes, x, (own.end - own.from) * bytes);
	return (struct ranks_part){ x, n, 1, bytes };
}

void
moe_ranks_rows(const struct moe *m, struct moe_work *w, size_t n)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		const struct moe_layer *layer = &m->layer[l];
		struct moe_layer_work *lw = &w->layer[l];
		const struct ranks_part part[] = {
			shift(lw->experts, n,
				moe_layer_columns(layer) *
					sizeof(*lw->experts)),
			shift(lw->codes, n, sizeof(*lw->codes)),
			shift(lw->paths, n, 2 * sizeof(*lw->paths)),
			shift(lw->u, n, layer->d * sizeof(*lw->u)),
		};

		ranks_gather_parts(part, sizeof(part) / sizeof(*part));
	}
}
