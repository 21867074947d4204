#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/code_tree.h"
#include "util/mem.h"

#define ROUNDS 8 /* of power iteration: the axis need not be exact */

/* The codes at hand, and what splitting them takes. */
struct split {
	const float *q;
	size_t d;
	float *mean, *axis, *next; /* [d] */
	struct place {
		float at;
		uint32_t code;
	} * place; /* [k] */
};

static float
dot(const float *a, const float *b, size_t d)
{
	float sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += a[i] * b[i];
	return sum;
}

static void
find_mean(struct split *s, const uint32_t *code, size_t n)
{
	memset(s->mean, 0, s->d * sizeof(*s->mean));
	for (size_t j = 0; j < n; j++)
		for (size_t i = 0; i < s->d; i++)
			s->mean[i] += s->q[code[j] * s->d + i];
	for (size_t i = 0; i < s->d; i++)
		s->mean[i] /= (float)n;
}

/* next = the covariance times axis, but for the factor n. */
static void
turn(struct split *s, const uint32_t *code, size_t n)
{
	float shift = dot(s->axis, s->mean, s->d);

	memset(s->next, 0, s->d * sizeof(*s->next));
	for (size_t j = 0; j < n; j++) {
		const float *q = s->q + code[j] * s->d;
		float along = dot(s->axis, q, s->d) - shift;

		for (size_t i = 0; i < s->d; i++)
			s->next[i] += along * (q[i] - s->mean[i]);
	}
}

static void
find_axis(struct split *s, const uint32_t *code, size_t n)
{
	float length;

	find_mean(s, code, n);
	for (size_t i = 0; i < s->d; i++)
		s->axis[i] = 1 / (float)(i + 1); /* nothing special */
	for (int r = 0; r < ROUNDS; r++) {
		turn(s, code, n);
		length = sqrtf(dot(s->next, s->next, s->d));
		if (!(length > 0) || !(length < INFINITY))
			return;
		for (size_t i = 0; i < s->d; i++)
			s->axis[i] = s->next[i] / length;
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

/* Order code [n], the leaves from `first` on below a node of that level. */
static void
order(struct split *s, uint32_t *code, size_t n, unsigned level)
{
	size_t half = level ? (size_t)1 << (level - 1) : 0;

	if (level == 0)
		return;
	if (n > half || n > 2) {
		find_axis(s, code, n);
		for (size_t j = 0; j < n; j++)
			s->place[j] = (struct place){
				dot(s->axis, s->q + code[j] * s->d, s->d),
				code[j]
			};
		qsort(s->place, n, sizeof(*s->place), by_place);
		for (size_t j = 0; j < n; j++)
			code[j] = s->place[j].code;
	}
	if (n <= half) {
		order(s, code, n, level - 1);
		return;
	}
	order(s, code, half, level - 1);
	order(s, code + half, n - half, level - 1);
}

void
code_tree_init(struct code_tree *t, const float *q, size_t k, size_t d)
{
	struct split s = { .q = q, .d = d };

	*t = (struct code_tree){ .k = k };
	while (((size_t)1 << t->depth) < k)
		t->depth++;
	t->leaf = mem_alloc(k, sizeof(*t->leaf));
	t->code = mem_alloc(k, sizeof(*t->code));
	for (size_t j = 0; j < k; j++)
		t->code[j] = (uint32_t)j;
	s.mean = mem_floats(3 * d);
	s.axis = s.mean + d;
	s.next = s.axis + d;
	s.place = mem_alloc(k, sizeof(*s.place));
	order(&s, t->code, k, t->depth);
	for (size_t j = 0; j < k; j++)
		t->leaf[t->code[j]] = (uint32_t)j;
	free(s.mean);
	free(s.place);
}

void
code_tree_free(struct code_tree *t)
{
	free(t->leaf);
	free(t->code);
	*t = (struct code_tree){ 0 };
}
