#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/census_inside.h"
#include "report/census_model.h"
#include "report/figures.h"
#include "report/neighbour_figures.h"
#include "report/verdict.h"
#include "stats/neighbours.h"
#include "util/mem.h"

#define CHUNK ((size_t)1 << 16) /* codes converted at a time */

struct census *
census_open(const struct census_opts *o, struct err *e)
{
	struct census *c = mem_zalloc(1, sizeof(*c));

	c->o = *o;
	c->code = mem_alloc(CHUNK, sizeof(*c->code));
	if (agreed_init(&c->agreed, o->model, o->codes, e) == 0)
		return c;
	census_close(c);
	return NULL;
}

void
census_close(struct census *c)
{
	if (!c)
		return;
	agreed_free(&c->agreed);
	census_model_free(c);
	tally_free(&c->total);
	tally_free(&c->item);
	lanes_free(&c->lanes);
	neighbours_free(&c->around);
	neighbours_free(&c->around_item);
	free(c->code);
	free(c);
}

/* A k that came after codes were counted must hold for them too. */
static int
check_counted(const struct census *c, struct err *e)
{
	for (size_t i = 0; i < c->total.cols; i++) {
		const struct counts *col = &c->total.col[i];
		size_t k = c->agreed.k[i];

		if (k && col->used && col->max >= k)
			return err_set(e,
				"column %zu has %zu codes, but code %u was "
				"counted before",
				i, k, col->max);
	}
	return 0;
}

static void
begin(struct census *c, size_t cols)
{
	size_t keys = c->o.joint_keys ? c->o.joint_keys : JOINT_KEYS;

	tally_init(&c->total, cols);
	tally_init(&c->item, cols);
	c->total.joint.keys = c->item.joint.keys = c->o.joint_keys;
	neighbours_init(&c->around, cols, keys);
	neighbours_init(&c->around_item, cols, keys);
	if (c->o.columns_only)
		joint_give_up(&c->total.joint);
}

/* Counts of items, or of parts, apart from those of all. */
static bool
apart(const struct census *c)
{
	return c->o.by_item || c->o.by_part;
}

static void
begin_grid(struct census *c, const struct part *p)
{
	enum neighbours_grid grid =
		c->o.columns_only ? NEIGHBOURS_NONE : neighbour_figures_grid(p);
	size_t width = p->main->rank > 1 ? p->main->shape[1] : 1;

	if (p->first)
		neighbours_begin(&c->around, grid, width);
	neighbours_reset(&c->around_item);
	neighbours_begin(
		&c->around_item, apart(c) ? grid : NEIGHBOURS_NONE, width);
}

static int
begin_item(struct census *c, const struct part *p, size_t cols, struct err *e)
{
	if (census_model_item(c, p, e) != 0 ||
		agreed_item(&c->agreed, p->item, cols,
			meta_get(&p->rec.meta, "codes"), e) != 0)
		return -1;
	if (!c->total.cols)
		begin(c, cols);
	c->item_tokens = 0;
	c->parts = 0;
	return check_counted(c, e);
}

/* Says which row of the item code `at` of the part is in, and where there. */
static int
refuse(const struct census *c, const struct part *p, size_t at, const char *why,
	struct err *e)
{
	size_t cols = c->total.cols, token = at / cols, col = at % cols;
	size_t a_row = tensor_row_elements(p->main) / cols;

	if (a_row == 1)
		return err_set(e, "row %zu, column %zu: %s", p->row0 + token,
			col, why);
	return err_set(e, "row %zu, token %zu of it, column %zu: %s",
		p->row0 + token / a_row, token % a_row, col, why);
}

/* One of n codes could not be converted: find it. */
static int
refuse_number(const struct census *c, const struct part *p, size_t from,
	size_t n, struct err *e)
{
	size_t size = dtype_size(p->main->dtype);
	uint32_t v;

	for (size_t i = from; i < from + n; i++)
		if (dtype_to_u32(&v, p->main->data + i * size, 1,
			    p->main->dtype, e) != 0)
			return refuse(c, p, i,
				"not a code: negative, or above 4294967295", e);
	return -1;
}

/* Most chunks are far below every limit: one pass says so. */
static bool
below_all(const struct census *c, size_t n)
{
	uint32_t max = 0;

	for (size_t i = 0; i < n; i++)
		max = c->code[i] > max ? c->code[i] : max;
	for (size_t i = 0; i < c->total.cols; i++)
		if (max >= c->total.col[i].room ||
			(c->agreed.k[i] && max >= c->agreed.k[i]))
			return false;
	return true;
}

static int
check_range(const struct census *c, const struct part *p, size_t from, size_t n,
	struct err *e)
{
	size_t col = 0; /* chunks begin at column 0 */
	char why[96];

	for (size_t i = 0; i < n; i++) {
		size_t k = c->agreed.k[col];

		if (c->code[i] >= (k ? k : COUNTS_CODES_MAX)) {
			snprintf(why, sizeof(why), "code %u is not below %s%zu",
				c->code[i], k ? "k = " : "the most counted, ",
				k ? k : COUNTS_CODES_MAX);
			return refuse(c, p, from + i, why, e);
		}
		if (++col == c->total.cols)
			col = 0;
	}
	return 0;
}

/* The item's counts are never more than those of all. */
static int
check_room(const struct census *c, size_t n, struct err *e)
{
	if (tally_fits(&c->total, c->code, n / c->total.cols))
		return 0;
	return err_set(e,
		"codes too large for %zu columns: they need more than %zu "
		"counters in all",
		c->total.cols, TALLY_COUNTERS_MAX);
}

/*
 * A large part of one column without neighbours, all at once; it is refused chunk by chunk, where
 * the code is found that is to be named.  False: nothing was counted.
 */
static bool
count_column(struct census *c, const struct part *p)
{
	size_t n = tensor_elements(p->main), k = c->agreed.k[0];
	size_t size = dtype_size(p->main->dtype);

	if (c->total.cols != 1 || neighbours_wanted(&c->around) ||
		neighbours_wanted(&c->around_item) || n < CHUNK ||
		n > LANES_CODES_MAX ||
		(p->main->dtype != DT_U8 && p->main->dtype != DT_U16))
		return false;
	lanes_add(&c->lanes, p->main->data, n, size);
	if (k && lanes_end(&c->lanes) > k) {
		lanes_forget(&c->lanes);
		return false;
	}
	tally_add_lanes(&c->total, &c->lanes);
	if (apart(c))
		tally_add_lanes(&c->item, &c->lanes);
	lanes_forget(&c->lanes);
	c->item_tokens += n;
	return true;
}

static int
count_part(struct census *c, const struct part *p, struct err *e)
{
	size_t cols = c->total.cols, all = tensor_elements(p->main);
	size_t chunk = CHUNK / cols * cols, n;
	size_t size = dtype_size(p->main->dtype);

	if (count_column(c, p))
		return 0;
	for (size_t i = 0; i < all; i += n) {
		n = all - i < chunk ? all - i : chunk;
		if (dtype_to_u32(c->code, p->main->data + i * size, n,
			    p->main->dtype, e) != 0)
			return refuse_number(c, p, i, n, e);
		if (!below_all(c, n) &&
			(check_range(c, p, i, n, e) != 0 ||
				check_room(c, n, e) != 0))
			return -1;
		tally_add(&c->total, c->code, n / cols);
		neighbours_add(&c->around, c->code, n / cols);
		neighbours_add(&c->around_item, c->code, n / cols);
		if (apart(c))
			tally_add(&c->item, c->code, n / cols);
		c->item_tokens += n / cols;
	}
	return 0;
}

/* Usage, rates; bits follow from the k that is known. */
static void
describe(json_t *o, const struct tally *t, const size_t *k,
	const struct rates *r)
{
	figures_tally(o, t, k);
	rates_set(o, r, figures_get(o, "bits_per_token"));
}

static json_t *
end_item(struct census *c, const struct part *p)
{
	struct rates r = { 0 };
	json_t *o;

	rates_add(&c->rates, &p->rec.meta, (double)c->item_tokens);
	c->whole_tokens += c->item_tokens;
	if (!c->o.by_item)
		return NULL;
	rates_add(&r, &p->rec.meta, (double)c->item_tokens);
	o = json_object();
	figures_text(o, "item", p->item);
	describe(o, &c->item, c->agreed.k, &r);
	neighbour_figures_set(o, &c->around_item);
	return o;
}

/* Without rates, which are of a whole item. */
static json_t *
end_part(struct census *c, const struct part *p)
{
	json_t *o = json_object();

	figures_text(o, "item", p->item);
	figures_count(o, "part", c->parts++);
	figures_count(o, "row", p->row0);
	figures_tally(o, &c->item, c->agreed.k);
	neighbour_figures_set(o, &c->around_item);
	return o;
}

int
census_part(
	struct census *c, const struct part *p, json_t **item, struct err *e)
{
	size_t rank = p->main->rank;
	size_t cols = rank > 1 ? p->main->shape[rank - 1] : 1;

	*item = NULL;
	if (rank == 0)
		return err_set(
			e, "tensor \"%s\" is a single number", p->main->name);
	if (p->first && begin_item(c, p, cols, e) != 0)
		return -1;
	if (cols != c->total.cols)
		return err_set(e, "%zu columns of codes after %zu", cols,
			c->total.cols);
	if (p->first || c->o.by_part) {
		tally_reset(&c->item);
		begin_grid(c, p);
	}
	if (count_part(c, p, e) != 0)
		return -1;
	if (p->last)
		*item = end_item(c, p);
	if (c->o.by_part)
		*item = end_part(c, p);
	return 0;
}

const struct tally *
census_tally(const struct census *c)
{
	return &c->total;
}

const size_t *
census_k(const struct census *c)
{
	return c->agreed.k;
}

void
census_report(struct census *c, json_t *o, json_t *warnings)
{
	size_t cols = c->total.cols ? c->total.cols : c->agreed.cols;
	size_t *k = mem_zalloc(cols, sizeof(*k));
	size_t guessed = 0, last = 0;
	json_t *notes = json_array();

	if (!c->total.cols)
		begin(c, cols);
	for (size_t i = 0; i < cols; i++) {
		const struct counts *col = &c->total.col[i];

		k[i] = c->agreed.k[i];
		if (!k[i] && col->used) {
			k[i] = (size_t)col->max + 1;
			last = i;
			guessed++;
		}
	}
	if (guessed)
		verdict_guessed(warnings, guessed, last, k[last]);
	describe(o, &c->total, k, &c->rates);
	neighbour_figures_set(o, &c->around);
	figures_curves(o, &c->total, k);
	if (c->total.tokens > c->whole_tokens)
		figures_count(
			o, "failed_tokens", c->total.tokens - c->whole_tokens);
	census_model_warn(warnings, c);
	verdict_tally(warnings, &c->total, k);
	neighbour_figures_warn(warnings, &c->around);
	verdict_note(notes, &c->total, k);
	neighbour_figures_note(notes, &c->around, &c->total);
	json_object_set_new(o, "notes", notes);
	free(k);
}

const struct counts *
census_counts(const struct census *c, size_t column)
{
	return column < c->total.cols ? &c->total.col[column] : NULL;
}
