#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "model/book_file.h"
#include "model/need.h"
#include "quant/learner.h"
#include "quant/project.h"
#include "util/mem.h"
#include "util/num.h"

#define TABLE_MAX ((size_t)1 << 31) /* numbers in a table that is computed */
#define COST_MAX 1e6 /* vectors have a squared length of about 1 */
#define NAME_MAX_ 96

struct place {
	const struct record *r;
	const char *prefix;
	char name[NAME_MAX_];
};

/* The tensor behind the prefix; NULL if there is none. */
static const struct tensor *
find(struct place *p, const char *name)
{
	snprintf(p->name, sizeof(p->name), "%s%s", p->prefix, name);
	return record_find(p->r, p->name);
}

static float *
floats(struct place *p, const char *name, size_t rows, size_t cols,
	struct err *e)
{
	find(p, name);
	return need_floats(p->r, p->name, rows, cols, e);
}

/* C W^T + b, where there is a W; takes c [k, d_in]. */
static float *
projected(struct place *p, float *c, size_t k, size_t d_in, size_t d,
	struct err *e)
{
	float *w = NULL, *b = NULL, *q = NULL;
	const struct tensor *t;

	if (k > TABLE_MAX / d) {
		err_set(e, "tensor \"%s\": %zu codes of %zu numbers", p->name,
			k, d);
		goto out;
	}
	t = find(p, "embedding_proj.weight");
	if (t->rank == 2 && t->shape[1] != d_in) {
		err_set(e,
			"tensor \"%s\": is [%zu, %zu], must be [d, %zu] for a "
			"table [%zu, %zu]",
			p->name, t->shape[0], t->shape[1], d_in, k, d_in);
		goto out;
	}
	w = floats(p, "embedding_proj.weight", d, d_in, e);
	if (w && find(p, "embedding_proj.bias") &&
		!(b = floats(p, "embedding_proj.bias", 1, d, e)))
		goto out;
	if (w) {
		q = mem_floats(k * d);
		project_table(
			&(struct project){ k, d_in, d, c, w, b }, NULL, q);
	}
out:
	free(c);
	free(w);
	free(b);
	return q;
}

/* The table as decoded: stored, or C W^T + b, or C. */
static float *
read_table(struct place *p, size_t d, size_t *rows, struct err *e)
{
	const struct tensor *t = find(p, "codebook");
	bool whole = t != NULL;
	size_t width;
	float *c;

	if (!t)
		t = find(p, "embedding.weight");
	if (!t || t->rank != 2 || t->shape[0] == 0 || t->shape[1] == 0 ||
		t->shape[0] > UINT32_MAX) {
		err_set(e, "no codebook \"%s\" of shape [k, d]", p->name);
		return NULL;
	}
	*rows = t->shape[0];
	width = t->shape[1];
	c = need_floats(p->r, t->name, *rows, width, e);
	if (c && !whole && find(p, "embedding_proj.weight"))
		return projected(p, c, *rows, width, d, e);
	if (c && width != d) {
		err_set(e, "tensor \"%s\" has width %zu, not %zu", t->name,
			width, d);
		free(c);
		return NULL;
	}
	return c;
}

/* [n] whole numbers, each below limit. */
static uint32_t *
read_whole(struct place *p, const struct tensor *t, size_t n, uint32_t limit,
	struct err *e)
{
	uint32_t *v;

	if (tensor_elements(t) != n) {
		err_set(e, "tensor \"%s\": not %zu entries", p->name, n);
		return NULL;
	}
	v = mem_alloc(n, sizeof(*v));
	if (dtype_to_u32(v, t->data, n, t->dtype, e) != 0) {
		err_wrap(e, "tensor \"%s\"", p->name);
		free(v);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (v[i] >= limit) {
			err_set(e,
				"tensor \"%s\": entry %zu is %u, not below "
				"%u",
				p->name, i, (unsigned)v[i], (unsigned)limit);
			free(v);
			return NULL;
		}
	return v;
}

/* Which table each code before chooses; *tables says how many there are. */
static int
read_variants(struct codebook *b, struct place *p, size_t before,
	size_t *tables, struct err *e)
{
	const struct tensor *t = find(p, "variant");
	uint32_t *v;

	*tables = 1;
	if (!t)
		return 0;
	if (before == 0)
		return err_set(
			e, "tensor \"%s\": there is no stage before", p->name);
	if (!(v = read_whole(p, t, before, (uint32_t)before, e)))
		return -1;
	for (size_t i = 0; i < before; i++)
		if (v[i] >= *tables)
			*tables = v[i] + 1;
	codebook_vary(b, *tables, v, before);
	free(v);
	return 0;
}

/* Products with it are beyond floats, and nobody searches infinity. */
static bool
too_long(const float *x, size_t rows, size_t d)
{
	return x && nearest_too_long(x, rows, d) < rows;
}

static int
read_map(struct codebook *b, struct place *p, struct err *e)
{
	const struct tensor *t = find(p, "project_in.weight");
	float *v, *s = NULL;
	size_t width;
	int status = 0;

	if (!t)
		return 0;
	if (t->rank != 2 || t->shape[0] == 0)
		return err_set(
			e, "tensor \"%s\": not a matrix [w, d]", p->name);
	width = t->shape[0];
	if (!(v = floats(p, "project_in.weight", width, b->d, e)))
		return -1;
	if (find(p, "project_in.bias") &&
		!(s = floats(p, "project_in.bias", 1, width, e))) {
		free(v);
		return -1;
	}
	if (too_long(v, width, b->d) || too_long(s, 1, width))
		status = err_set(e,
			"tensor \"%sproject_in\": no float holds a row's square",
			p->prefix);
	else
		front_map(&b->front, v, s, width, b->d);
	free(v);
	free(s);
	return status;
}

static int
read_edges(struct codebook *b, struct place *p, struct err *e)
{
	struct lattice *g = &b->lattice;
	float *edge = floats(p, "edges", g->dims, g->most, e);

	if (!edge)
		return -1;
	memcpy(g->edge, edge, g->dims * g->most * sizeof(*edge));
	free(edge);
	for (size_t i = 0; i < g->dims; i++)
		for (size_t m = 1; m + 1 < g->levels[i]; m++)
			if (!(g->edge[i * g->most + m] >=
				    g->edge[i * g->most + m - 1]))
				return err_set(e,
					"tensor \"%s\": row %zu does not "
					"ascend",
					p->name, i);
	return 0;
}

static int
read_lattice(struct codebook *b, struct place *p, struct err *e)
{
	const struct tensor *t = find(p, "levels");
	size_t w = front_width(&b->front, b->d), k = 1;
	uint32_t *levels;

	if (!t)
		return 0;
	if (w > LATTICE_MOST)
		return err_set(e, "tensor \"%s\": %zu dimensions are too many",
			p->name, w);
	if (!(levels = read_whole(p, t, w, UINT32_MAX, e)))
		return -1;
	for (size_t i = 0; i < w && k <= b->k; i++)
		k = levels[i] < 2 ? 0 : k * levels[i];
	if (k != b->k) {
		err_set(e,
			"tensor \"%s\": not levels of 2 and more whose product "
			"is %zu, the codes",
			p->name, b->k);
		free(levels);
		return -1;
	}
	lattice_init(&b->lattice, levels, w);
	free(levels);
	return read_edges(b, p, e);
}

/* A lattice is not searched: what belongs to a search would go unseen. */
static int
check_lattice(const struct codebook *b, struct place *p, struct err *e)
{
	static const char *const searched[] = { "search", "bits", "variant" };

	for (size_t i = 0; b->lattice.dims && i < 3; i++)
		if (find(p, searched[i]))
			return err_set(e,
				"tensor \"%s\": a codebook with levels has "
				"none",
				p->name);
	return 0;
}

/* bits [rows] and lambda: neither without the other, and no cost so large that
 * distances are lost beside it. */
static int
read_costs(struct codebook *b, struct place *p, size_t rows, struct err *e)
{
	const char *lambda = meta_get(&p->r->meta, "lambda");
	double cost = 0;
	float *x;

	if (!lambda && !find(p, "bits"))
		return 0;
	if (lambda && (num_real(lambda, &cost) != 0 || cost < 0))
		return err_set(e, "metadata key \"lambda\": not a cost");
	if (!(x = floats(p, "bits", 1, rows, e)))
		return -1;
	for (size_t j = 0; j < rows; j++)
		if (x[j] < 0 || !(cost * (double)x[j] <= COST_MAX)) {
			err_set(e,
				"tensor \"%s\": entry %zu, %g, is no number "
				"of bits",
				p->name, j, (double)x[j]);
			free(x);
			return -1;
		}
	codebook_cost(b, x, cost);
	free(x);
	return 0;
}

/* What is searched, where that is not the codes, and what codes cost. */
static int
read_search(struct codebook *b, struct place *p, struct err *e)
{
	const char *metric = meta_get(&p->r->meta, "metric");
	size_t rows = b->variants * b->k, w = front_width(&b->front, b->d);
	float *x;

	if (metric && strcmp(metric, "cosine") != 0 &&
		strcmp(metric, "l2") != 0)
		return err_set(e,
			"metadata key \"metric\": unknown value \"%s\"",
			metric);
	b->front.unit = metric && strcmp(metric, "cosine") == 0;
	if (find(p, "search")) {
		if (!(x = floats(p, "search", rows, w, e)))
			return -1;
		memcpy(codebook_keys(b), x, rows * w * sizeof(*x));
		free(x);
	} else if (b->front.mapped && b->lattice.dims == 0) {
		return err_set(
			e, "no tensor \"%s\" of what is searched", p->name);
	}
	return read_costs(b, p, rows, e);
}

static int
check_lengths(const struct codebook *b, const struct place *p, struct err *e)
{
	/* What is given has no room for costs. */
	size_t w = front_width(&b->front, b->d) - b->front.padded;
	size_t rows = b->variants * b->k, j;
	const float *x = b->given;

	if (!x) {
		x = b->q;
		w = b->d;
	}
	if ((j = nearest_too_long(x, rows, w)) < rows)
		return err_set(e,
			"codebook \"%s\": code %zu is so long that floats "
			"do not hold its square (over %.2g)",
			p->prefix, j, NEAREST_LONGEST);
	return 0;
}

int
book_file_load(struct codebook *b, const char *prefix, size_t d, size_t before,
	const struct record *r, struct err *e)
{
	struct place p = { .r = r, .prefix = prefix };
	size_t rows, tables;
	float *table;
	int status;

	if (!(table = read_table(&p, d, &rows, e)))
		return -1;
	status = read_variants(b, &p, before, &tables, e);
	if (status == 0 && rows % tables)
		status = err_set(e,
			"tensor \"%svariant\": %zu tables, but %zu "
			"codes in all",
			prefix, tables, rows);
	if (status == 0) {
		memcpy(codebook_table(b, rows / tables, d), table,
			rows * d * sizeof(*table));
		status = read_map(b, &p, e);
	}
	free(table);
	if (status != 0 || read_lattice(b, &p, e) != 0 ||
		check_lattice(b, &p, e) != 0 || read_search(b, &p, e) != 0 ||
		check_lengths(b, &p, e) != 0)
		return -1;
	codebook_prepare(b, NULL);
	return 0;
}

static void
save_whole(struct record *to, const char *prefix, const char *name,
	const uint32_t *v, size_t n)
{
	char full[NAME_MAX_];
	struct tensor *t;

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	t = record_add(to, full, DT_U32, 1, &n, NULL);
	dtype_from_u32(t->data, v, n, DT_U32);
}

void
book_file_save(const struct codebook *b, const char *prefix, struct record *to)
{
	size_t rows = b->variants * b->k;
	size_t w = front_width(&b->front, b->d) - b->front.padded;

	if (b->variants > 1)
		save_whole(to, prefix, "variant", b->variant, b->before);
	if (b->lattice.dims) {
		save_whole(to, prefix, "levels", b->lattice.levels,
			b->lattice.dims);
		learner_save_tensor(to, prefix, "edges", b->lattice.edge,
			b->lattice.dims, b->lattice.most);
	}
	if (b->given)
		learner_save_tensor(to, prefix, "search", b->given, rows, w);
	if (b->bits)
		learner_save_tensor(to, prefix, "bits", b->bits, 0, rows);
}
