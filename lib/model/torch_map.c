#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/need.h"
#include "model/torch_map.h"
#include "quant/project.h"
#include "tensor/shape.h"
#include "util/mem.h"
#include "util/progress.h"

#define TABLE_MAX ((size_t)1 << 31) /* numbers in a table that is computed */

int
torch_map_flatten(struct tensor *t, struct err *e)
{
	size_t *s = t->shape;

	if (t->rank == 3 && s[0] == 1) {
		s[0] = s[1];
		s[1] = s[2];
		t->rank = 2;
	} else if (t->rank == 3 && s[2] == 1) {
		t->rank = 2;
	}
	if (t->rank == 2)
		return 0;
	if (t->rank == 3)
		return err_set(e,
			"tensor \"%s\": shape [%zu, %zu, %zu] is that of %zu "
			"codebooks",
			t->name, s[0], s[1], s[2], s[0]);
	return err_set(e, "tensor \"%s\": not a matrix", t->name);
}

/* That of a linear map, or of a convolution of width 1 [rows, cols, 1]. */
static int
flatten_weight(struct tensor *t, struct err *e)
{
	if (t->rank == 3 && t->shape[2] == 1) {
		t->rank = 2;
		return 0;
	}
	return torch_map_flatten(t, e);
}

/* A tensor beside the table; NULL if there is none. */
static struct tensor *
beside(const struct torch_map *m, const char *name, const char *end)
{
	char *full = mem_printf(
		"%.*s%s.%s", (int)m->from_length, m->from, name, end);
	struct tensor *t = record_find(m->r, full);
	char *shape = t ? shape_text(t) : NULL;

	if (t)
		say_verbose("with it: %s %s", full, shape);
	free(shape);
	free(full);
	return t;
}

static void
move(const struct torch_map *m, struct tensor *t, const char *name,
	struct record *to)
{
	char *full = mem_printf("%s%s", m->to, name);

	record_add(to, full, t->dtype, t->rank, t->shape, t->data);
	t->data = NULL;
	free(full);
}

static void
add(const struct torch_map *m, const char *name, const float *x, size_t rows,
	size_t cols, struct record *to)
{
	char *full = mem_printf("%s%s", m->to, name);
	size_t shape[2] = { rows, cols };
	struct tensor *t = rows ? record_add(to, full, DT_F32, 2, shape, NULL)
				: record_add(to, full, DT_F32, 1, &cols, NULL);

	dtype_from_f32(t->data, x, (rows ? rows : 1) * cols, DT_F32);
	free(full);
}

/* Tensors of a module by that name that is not one linear map. */
static bool
is_more(const struct torch_map *m, const char *name)
{
	char *full = mem_printf("%.*s%s.", (int)m->from_length, m->from, name);
	bool more = false;

	for (size_t i = 0; i < m->r->count && !more; i++)
		more = strncmp(m->r->tensor[i].name, full, strlen(full)) == 0;
	free(full);
	return more;
}

static int
refuse(const struct torch_map *m, const char *name, struct err *e)
{
	return err_set(e,
		"\"%.*s%s\" is not one linear map: save its codes instead "
		"(vq-python(7))",
		(int)m->from_length, m->from, name);
}

int
torch_map_linear(const struct torch_map *m, const char *name, struct record *to,
	size_t *width, struct err *e)
{
	struct tensor *w = *name ? beside(m, name, "weight") : NULL;
	struct tensor *b = *name ? beside(m, name, "bias") : NULL;

	if (!w && *name && is_more(m, name))
		return refuse(m, name, e);
	if (w && flatten_weight(w, e) != 0)
		return -1;
	*width = w ? w->shape[0] : m->table->shape[1];
	move(m, m->table, "embedding.weight", to);
	if (w)
		move(m, w, "embedding_proj.weight", to);
	if (w && b)
		move(m, b, "embedding_proj.bias", to);
	return 0;
}

/* The rows of v at the lengths g: what torch's weight_norm keeps. */
static void
lengthen(float *v, const float *g, size_t rows, size_t cols)
{
	for (size_t i = 0; i < rows; i++) {
		double sum = 0;

		for (size_t j = 0; j < cols; j++)
			sum += (double)v[i * cols + j] *
				(double)v[i * cols + j];
		for (size_t j = 0; sum > 0 && j < cols; j++)
			v[i * cols + j] = (float)((double)v[i * cols + j] *
				(double)g[i] / sqrt(sum));
	}
}

/* A linear map or a convolution of width 1, [rows, cols]. */
struct map {
	float *w, *b; /* b NULL: without */
	size_t rows, cols;
};

static void
map_free(struct map *a)
{
	free(a->w);
	free(a->b);
}

/* The weight as it is, or what weight_norm keeps of it, in *g and the return. */
static struct tensor *
find_weight(const struct torch_map *m, const char *name, struct tensor **g)
{
	struct tensor *w = beside(m, name, "weight");

	*g = NULL;
	if (w)
		return w;
	if ((*g = beside(m, name, "weight_g")))
		return beside(m, name, "weight_v");
	if ((*g = beside(m, name, "parametrizations.weight.original0")))
		return beside(m, name, "parametrizations.weight.original1");
	return NULL;
}

static float *
lengths(const struct tensor *g, size_t rows, struct err *e)
{
	if (tensor_elements(g) == rows)
		return tensor_floats(g);
	err_set(e, "tensor \"%s\": not %zu numbers", g->name, rows);
	return NULL;
}

/* 1: read; 0: there is none. */
static int
read_map(const struct torch_map *m, const char *name, struct map *a,
	struct err *e)
{
	struct tensor *g, *w = find_weight(m, name, &g), *b;
	float *length;

	*a = (struct map){ 0 };
	if (!w)
		return is_more(m, name) ? refuse(m, name, e) : 0;
	if (flatten_weight(w, e) != 0)
		return -1;
	a->rows = w->shape[0];
	a->cols = w->shape[1];
	if (!(a->w = need_floats(m->r, w->name, a->rows, a->cols, e)))
		return -1;
	if (g) {
		if (!(length = lengths(g, a->rows, e)))
			return -1;
		lengthen(a->w, length, a->rows, a->cols);
		free(length);
	}
	b = beside(m, name, "bias");
	if (b && !(a->b = need_floats(m->r, b->name, 1, a->rows, e)))
		return -1;
	return 1;
}

static int
check_shapes(const struct torch_map *m, const struct map *in,
	const struct map *out, struct err *e)
{
	const size_t *s = m->table->shape;

	if (in->rows == s[1] && out->cols == s[1] && in->cols == out->rows &&
		s[0] <= TABLE_MAX / (out->rows ? out->rows : 1))
		return 0;
	return err_set(e,
		"tensor \"%s\": [%zu, %zu] between maps [%zu, %zu] and [%zu, "
		"%zu]",
		m->table->name, s[0], s[1], in->rows, in->cols, out->rows,
		out->cols);
}

static int
add_mapped(const struct torch_map *m, const struct map *in,
	const struct map *out, struct record *to, struct err *e)
{
	size_t k = m->table->shape[0], w = m->table->shape[1], d = out->rows;
	float *c, *q;

	if (check_shapes(m, in, out, e) != 0 ||
		!(c = need_floats(m->r, m->table->name, k, w, e)))
		return -1;
	q = mem_floats(k * d);
	project_table(&(struct project){ k, w, d, c, out->w, out->b }, NULL, q);
	add(m, "codebook", q, k, d, to);
	add(m, "search", c, k, w, to);
	add(m, "project_in.weight", in->w, w, d, to);
	if (in->b)
		add(m, "project_in.bias", in->b, 0, w, to);
	free(c);
	free(q);
	return 0;
}

/* 1: with the maps of these names; 0: there are none. */
static int
take_mapped(const struct torch_map *m, const char *in_name,
	const char *out_name, struct record *to, size_t *width, struct err *e)
{
	struct map in, out = { 0 };
	int status = read_map(m, in_name, &in, e), other = 0;

	if (status >= 0)
		other = read_map(m, out_name, &out, e);
	if (other < 0)
		status = -1;
	if (status >= 0 && status != other)
		status = err_set(e, "tensor \"%s\": only one of %s and %s",
			m->table->name, in_name, out_name);
	if (status == 1) {
		*width = in.cols;
		status = add_mapped(m, &in, &out, to, e) == 0 ? 1 : -1;
	}
	map_free(&in);
	map_free(&out);
	return status;
}

/* Of the prefix of a table in a list called layers: the length of the list's,
 * true. */
static bool
is_layer(const struct torch_map *m, size_t *outer)
{
	static const char list[] = "layers.";
	size_t length = sizeof(list) - 1, n, end = m->from_length;

	if (end == 0)
		return false;
	n = --end; /* the point behind the number */
	while (n > 0 && isdigit((unsigned char)m->from[n - 1]))
		n--;
	if (n == end || n < length ||
		strncmp(m->from + n - length, list, length) != 0)
		return false;
	*outer = n - length;
	return *outer == 0 || m->from[*outer - 1] == '.';
}

int
torch_map_outside(const struct torch_map *m, const char *choice, struct err *e)
{
	static const char *const names[] = { "project_in", "project_out" };
	struct torch_map all = *m;

	if (!is_layer(m, &all.from_length) ||
		(choice && strlen(choice) > all.from_length))
		return 0;
	for (size_t i = 0; i < 2; i++)
		if (is_more(&all, names[i]))
			return err_set(e,
				"\"%.*s%s\" is outside of all stages: "
				"FILE#%.*slayers chooses the stages, for rows "
				"that it has mapped (vq-python(7))",
				(int)all.from_length, m->from, names[i],
				(int)all.from_length, m->from);
	return 0;
}

int
torch_map_around(const struct torch_map *m, bool by_angle, struct record *to,
	size_t *width, bool *cosine, struct err *e)
{
	static const char *const pairs[][2] = { { "in_proj", "out_proj" },
		{ "in_project", "out_project" },
		{ "project_in", "project_out" } };
	int status = 0;

	for (size_t i = 0; i < 3 && status == 0; i++)
		status = take_mapped(m, pairs[i][0], pairs[i][1], to, width, e);
	if (status < 0)
		return -1;
	if (status == 1) {
		*cosine = by_angle;
		return 0;
	}
	*width = m->table->shape[1];
	move(m, m->table, "codebook", to);
	return 0;
}
