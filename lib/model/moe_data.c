#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_data.h"
#include "nn/embed.h"
#include "util/crc.h"
#include "util/mem.h"

#define HOLD_EVERY 10
#define HOLD_FIRST 3
#define FEW_ITEMS 4 /* fewer items: pieces of items are held back */
#define PIECES 20

static void
add_span(struct moe_data *d, size_t first, size_t rows)
{
	size_t examples = d->form.next && rows ? rows - 1 : rows;

	if (examples == 0)
		return;
	d->span = mem_grow(d->span, d->spans + 1, sizeof(*d->span));
	d->edge = mem_grow(d->edge, d->spans + 1, sizeof(*d->edge));
	d->span[d->spans] = (struct moe_data_span){ first, rows };
	d->count += examples;
	d->edge[d->spans++] = d->count;
}

void
moe_data_all(
	struct moe_data *d, const struct moe_rows *r, struct moe_data_form form)
{
	*d = (struct moe_data){ .rows = r, .form = form };
	for (size_t i = 0; i < r->items; i++)
		add_span(d, r->item[i].first, r->item[i].count);
}

static bool
is_held(size_t i)
{
	return i % HOLD_EVERY == HOLD_FIRST;
}

/* Pieces between two that are held back stay together. */
static void
split_item(struct moe_data *train, struct moe_data *held,
	const struct moe_rows_item *item)
{
	size_t piece = item->count / PIECES ? item->count / PIECES : 1;
	size_t from = 0, at = 0;

	for (size_t i = 0; at < item->count; i++, at += piece) {
		size_t end = at + piece;

		if (!is_held(i))
			continue;
		if (end > item->count)
			end = item->count;
		add_span(train, item->first + from, at - from);
		add_span(held, item->first + at, end - at);
		from = end;
	}
	add_span(train, item->first + from, item->count - from);
}

void
moe_data_split(struct moe_data *train, struct moe_data *held,
	const struct moe_rows *r, struct moe_data_form form)
{
	*train = *held = (struct moe_data){ .rows = r, .form = form };
	for (size_t i = 0; i < r->items; i++) {
		const struct moe_rows_item *item = &r->item[i];

		if (r->items < FEW_ITEMS)
			split_item(train, held, item);
		else
			add_span(is_held(i) ? held : train, item->first,
				item->count);
	}
}

void
moe_data_free(struct moe_data *d)
{
	free(d->span);
	free(d->edge);
	*d = (struct moe_data){ 0 };
}

/* The span of example i. */
static size_t
find_span(const struct moe_data *d, size_t i)
{
	size_t low = 0, high = d->spans - 1;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (i < d->edge[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Tokens of row v and of those before it in the span that begins at first. */
static void
put_tokens(const struct moe_data *d, size_t first, size_t v, uint32_t *to)
{
	const struct moe_rows *r = d->rows;
	size_t c = r->is.columns;

	for (size_t p = 0; p < d->form.context; p++, to += c) {
		for (size_t i = 0; i < c; i++)
			to[i] = p <= v - first ? r->token[(v - p) * c + i]
					       : EMBED_NONE;
	}
}

static void
put(const struct moe_data *d, size_t example, struct moe_data_batch *b,
	size_t at)
{
	const struct moe_rows *r = d->rows;
	size_t s = find_span(d, example), c = r->is.columns;
	size_t o = r->is.outputs, first = d->span[s].first;
	size_t v = first + example - (s ? d->edge[s - 1] : 0);

	if (r->x)
		memcpy(b->x + at * c, r->x + v * c, c * sizeof(*r->x));
	if (r->token)
		put_tokens(d, first, v, b->token + at * d->form.context * c);
	if (d->form.next)
		b->class[at] = r->token[v + 1];
	else if (r->class)
		b->class[at] = r->class[v];
	if (r->real)
		memcpy(b->real + at * o, r->real + v * o, o * sizeof(*r->real));
}

static void
make_room(const struct moe_data *d, size_t n, struct moe_data_batch *b)
{
	const struct moe_rows *r = d->rows;
	size_t c = r->is.columns, o = r->is.outputs;

	b->n = n;
	if (n <= b->room)
		return;
	b->room = n;
	if (r->x)
		b->x = mem_grow(b->x, n * c, sizeof(*b->x));
	if (r->token)
		b->token = mem_grow(
			b->token, n * d->form.context * c, sizeof(*b->token));
	if (d->form.next || r->class)
		b->class = mem_grow(b->class, n, sizeof(*b->class));
	if (r->real)
		b->real = mem_grow(b->real, n * o, sizeof(*b->real));
}

void
moe_data_gather(const struct moe_data *d, const size_t *at, size_t n,
	struct moe_data_batch *b)
{
	make_room(d, n, b);
	for (size_t i = 0; i < n; i++)
		put(d, at[i], b, i);
}

void
moe_data_draw(const struct moe_data *d, struct rng *rng, size_t n,
	struct moe_data_batch *b)
{
	make_room(d, n, b);
	for (size_t i = 0; i < n; i++)
		put(d, rng_below(rng, d->count), b, i);
}

void
moe_data_spread(const struct moe_data *d, size_t n, struct moe_data_batch *b)
{
	size_t m = n < d->count ? n : d->count;

	make_room(d, m, b);
	/* count < 2^40 and m < 2^24: the product fits. */
	for (size_t i = 0; i < m; i++)
		put(d, i * d->count / m, b, i);
}

void
moe_data_batch_free(struct moe_data_batch *b)
{
	free(b->x);
	free(b->token);
	free(b->class);
	free(b->real);
	*b = (struct moe_data_batch){ 0 };
}

/* Of columns x [.., c]; in double, one sum in the order of the rows. */
static struct moe_data_scale
scale_of(const struct moe_data *d, const float *x, size_t c)
{
	struct moe_data_scale out = { .scale = 1 };
	double *mean, sum = 0, n = 0;

	if (!x || d->spans == 0)
		return out;
	mean = mem_zalloc(c, sizeof(*mean));
	out.mean = mem_floats(c);
	for (size_t s = 0; s < d->spans; s++)
		for (size_t v = 0; v < d->span[s].rows; v++, n++)
			for (size_t i = 0; i < c; i++)
				mean[i] += (double)
					x[(d->span[s].first + v) * c + i];
	for (size_t i = 0; i < c; i++)
		out.mean[i] = (float)(mean[i] /= n);
	for (size_t s = 0; s < d->spans; s++)
		for (size_t v = 0; v < d->span[s].rows * c; v++) {
			double z = (double)x[d->span[s].first * c + v] -
				mean[v % c];

			sum += z * z;
		}
	/* Constant data: any scale does. */
	if (sqrt(sum / n) > 1e-12)
		out.scale = sqrt(sum / n);
	free(mean);
	return out;
}

struct moe_data_scale
moe_data_scale_x(const struct moe_data *d)
{
	return scale_of(d, d->rows->x, d->rows->is.columns);
}

struct moe_data_scale
moe_data_scale_real(const struct moe_data *d)
{
	return scale_of(d, d->rows->real, d->rows->is.outputs);
}

static uint32_t
crc_of(uint32_t crc, const void *x, size_t first, size_t n, size_t bytes)
{
	const unsigned char *p = x;

	return x ? crc_add(crc, p + first * bytes, n * bytes) : crc;
}

uint32_t
moe_data_crc(const struct moe_data *d)
{
	const struct moe_rows *r = d->rows;
	size_t c = r->is.columns, o = r->is.outputs;
	uint32_t crc = 0;

	for (size_t s = 0; s < d->spans; s++) {
		size_t at = d->span[s].first, n = d->span[s].rows;

		crc = crc_of(crc, r->x, at, n, c * sizeof(*r->x));
		crc = crc_of(crc, r->token, at, n, c * sizeof(*r->token));
		crc = crc_of(crc, r->class, at, n, sizeof(*r->class));
		crc = crc_of(crc, r->real, at, n, o * sizeof(*r->real));
	}
	return crc;
}
