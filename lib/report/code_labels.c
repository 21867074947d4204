#include <stdlib.h>
#include <string.h>

#include "report/code_labels.h"
#include "report/figures.h"
#include "report/route_side.h"
#include "stats/tally.h"
#include "util/mem.h"

#define CHUNK ((size_t)1 << 16) /* codes converted at a time */
#define NO_LABEL ROUTE_ROWS_NO_LABEL

struct code_labels {
	struct route_side side;
	struct route_rows rows; /* labels of the file */
	bool file;
	size_t cols;
	struct counts tokens; /* by label */
	uint64_t unlabelled;
	struct joint codes; /* (label, stage, code) */
	float *wide;        /* [ROUTE_ROWS_MAX] */
	uint32_t *code;     /* [CHUNK] */
	uint32_t *key;      /* [CHUNK, 3] */
};

struct code_labels *
code_labels_open(const char *file, size_t keys, struct err *e)
{
	const struct route_side_paths paths = { .labels = file };
	struct code_labels *c = mem_zalloc(1, sizeof(*c));

	c->file = file != NULL;
	c->codes.cols = 3;
	c->codes.keys = keys;
	c->wide = mem_floats(ROUTE_ROWS_MAX);
	c->code = mem_alloc(CHUNK, sizeof(*c->code));
	c->key = mem_alloc(3 * CHUNK, sizeof(*c->key));
	if (route_side_open(&c->side, &paths, e) == 0)
		return c;
	code_labels_close(c);
	return NULL;
}

void
code_labels_close(struct code_labels *c)
{
	if (!c)
		return;
	route_side_close(&c->side);
	route_rows_free(&c->rows);
	counts_free(&c->tokens);
	joint_free(&c->codes);
	free(c->wide);
	free(c->code);
	free(c->key);
	free(c);
}

/* y with a whole number for each row, or for each token; else NULL. */
static const struct tensor *
find_labels(const struct part *p, size_t tokens)
{
	const struct tensor *y = record_find(&p->rec, "y");

	if (!y || !y->data || y->rank == 0 || y->dtype < DT_I64 ||
		y->shape[0] != p->rows)
		return NULL;
	return tensor_elements(y) == p->rows || tensor_elements(y) == tokens
		? y
		: NULL;
}

/* Labels [from, from + n) of y, n <= ROUTE_ROWS_MAX. */
static int
read_labels(struct code_labels *c, const struct tensor *y, size_t from,
	size_t n, struct err *e)
{
	c->rows.label =
		mem_grow(c->rows.label, ROUTE_ROWS_MAX, sizeof(uint32_t));
	dtype_to_f32(
		c->wide, y->data + from * dtype_size(y->dtype), n, y->dtype);
	for (size_t i = 0; i < n; i++) {
		float v = c->wide[i];

		if (v >= (float)ROUTE_ROWS_LABELS_MAX)
			return err_set(e,
				"label %zu of y: %.9g is not below %zu",
				from + i, (double)v, ROUTE_ROWS_LABELS_MAX);
		c->rows.label[i] = v < 0 ? NO_LABEL : (uint32_t)v;
	}
	return 0;
}

/* n labels of `span` tokens each. */
static int
count_labels(struct code_labels *c, size_t n, size_t span, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t l = c->rows.label[i];

		if (l == NO_LABEL) {
			c->unlabelled += span;
			continue;
		}
		if (c->tokens.used == CODE_LABELS_MAX &&
			(l >= c->tokens.room || !c->tokens.n[l]))
			return err_set(e,
				"--by label: more than %zu different labels",
				CODE_LABELS_MAX);
		if (span)
			counts_put(&c->tokens, l, span);
	}
	return 0;
}

/* The tokens [from, from + n) of the part; the label of the first is [0]. */
static int
count_codes(struct code_labels *c, const struct part *p, size_t from, size_t n,
	size_t span, struct err *e)
{
	size_t size = dtype_size(p->main->dtype), cols = c->cols;
	size_t chunk = CHUNK / cols, some;

	for (size_t at = 0; at < n; at += some) {
		size_t keys = 0;

		some = n - at < chunk ? n - at : chunk;
		if (dtype_to_u32(c->code,
			    p->main->data + (from + at) * cols * size,
			    some * cols, p->main->dtype, e) != 0)
			return -1;
		for (size_t i = 0; i < some * cols; i++) {
			uint32_t l = c->rows.label[(at + i / cols) / span];

			if (l == NO_LABEL)
				continue;
			c->key[3 * keys] = l;
			c->key[3 * keys + 1] = (uint32_t)(i % cols);
			c->key[3 * keys++ + 2] = c->code[i];
		}
		joint_add(&c->codes, c->key, keys);
	}
	return 0;
}

int
code_labels_part(struct code_labels *c, const struct part *p, struct err *e)
{
	const struct tensor *t = p->main, *y;
	size_t tokens, labels, span, n;

	c->cols = t->rank > 1 ? t->shape[t->rank - 1] : 1;
	tokens = tensor_elements(t) / c->cols;
	y = c->file ? NULL : find_labels(p, tokens);
	if (!c->file && !y) {
		c->unlabelled += tokens;
		return 0;
	}
	labels = y ? tensor_elements(y) : p->rows;
	span = labels ? tokens / labels : 0;
	for (size_t i = 0; i < labels; i += n) {
		n = labels - i < ROUTE_ROWS_MAX ? labels - i : ROUTE_ROWS_MAX;
		c->rows.n = n;
		c->rows.row0 = p->row0 + i;
		if ((y ? read_labels(c, y, i, n, e)
		       : route_side_fill(&c->side, &c->rows, e)) != 0 ||
			count_labels(c, n, span, e) != 0 ||
			count_codes(c, p, i * span, n * span, span, e) != 0)
			return -1;
	}
	return 0;
}

void
code_labels_lost(struct code_labels *c)
{
	if (c)
		c->side.lost = true;
}

int
code_labels_end(struct code_labels *c, struct err *e)
{
	return route_side_end(&c->side, e);
}

bool
code_labels_any(const struct code_labels *c)
{
	return c->tokens.used > 0;
}

/* By label, then stage, then code. */
static int
by_key(const void *a, const void *b)
{
	const uint32_t *const *x = a, *const *y = b;

	for (size_t i = 0; i < 3; i++)
		if ((*x)[i] != (*y)[i])
			return (*x)[i] < (*y)[i] ? -1 : 1;
	return 0;
}

static json_t *
describe(const struct code_labels *c, uint32_t label, struct tally *t,
	const size_t *k)
{
	static const char *const joint[] = { "joint_used", "joint_entropy_bits",
		"joint_entropy_bias_bits", "joint_perplexity",
		"joint_limited" };
	json_t *o = json_object();

	t->tokens = c->tokens.n[label];
	figures_count(o, "label", label);
	figures_real(o, "share", (double)t->tokens / (double)c->tokens.tokens);
	figures_tally(o, t, k);
	for (size_t i = 0; i < sizeof(joint) / sizeof(*joint); i++)
		json_object_del(o, joint[i]);
	return o;
}

static json_t *
groups(const struct code_labels *c, const size_t *k)
{
	const struct joint *j = &c->codes;
	uint32_t **key = mem_alloc(j->used, sizeof(*key));
	json_t *rows = json_array();
	struct tally t = { 0 };

	for (size_t i = 0; i < j->used; i++)
		key[i] = j->key + 3 * i;
	qsort(key, j->used, sizeof(*key), by_key);
	tally_init(&t, c->cols);
	joint_give_up(&t.joint);
	for (size_t i = 0; i < j->used; i++) {
		const uint32_t *at = key[i];

		counts_put(&t.col[at[1]], at[2], j->n[(at - j->key) / 3]);
		if (i + 1 < j->used && key[i + 1][0] == at[0])
			continue;
		json_array_append_new(rows, describe(c, at[0], &t, k));
		tally_reset(&t);
		joint_give_up(&t.joint);
	}
	tally_free(&t);
	free(key);
	return rows;
}

void
code_labels_report(const struct code_labels *c, const size_t *k, json_t *o,
	json_t *warnings)
{
	char *text;

	figures_count(o, "unlabelled", c->unlabelled);
	if (!c->codes.full) {
		json_object_set_new(o, "groups",
			code_labels_any(c) ? groups(c, k) : json_array());
		return;
	}
	text = mem_printf("no figures by label: more than %zu different codes "
			  "of labels (--joint-limit)",
		joint_bound(&c->codes));
	json_array_append_new(warnings, json_string(text));
	free(text);
}
