/* Which rows are examples, which are held back, and what a batch holds. */
#include "model_moe_items.h"
#include "nn/embed.h"

/* Rows of tokens or floats in memory: `items` items of random lengths. */
static struct moe_rows
make_rows(struct rng *r, size_t items, size_t most, size_t columns, bool tokens)
{
	struct moe_rows m = { .is = { .tokens = tokens, .columns = columns } };

	m.item = mem_zalloc(items, sizeof(*m.item));
	for (m.items = 0; m.items < items; m.items++) {
		size_t n = rng_below(r, most);

		m.item[m.items] = (struct moe_rows_item){ NULL, m.n, n };
		m.n += n;
	}
	m.class = mem_alloc(m.n, sizeof(*m.class));
	if (tokens)
		m.token = mem_alloc(m.n * columns, sizeof(*m.token));
	else
		m.x = normals(r, m.n * columns, 3);
	for (size_t i = 0; i < m.n; i++)
		m.class[i] = (uint32_t)i;
	for (size_t i = 0; tokens && i < m.n * columns; i++)
		m.token[i] = (uint32_t)i + 1000;
	return m;
}

/* How often each row is in a span. */
static void
count_rows(const struct moe_data *d, size_t *count)
{
	for (size_t s = 0; s < d->spans; s++)
		for (size_t v = 0; v < d->span[s].rows; v++)
			count[d->span[s].first + v]++;
}

static void
each_row_is_trained_on_or_held_back(void **state)
{
	struct rng r = seeded("each_row_is_trained_on_or_held_back");

	(void)state;
	for (size_t turn = 0; turn < 200; turn++) {
		size_t items = 1 + rng_below(&r, turn % 2 ? 30 : 4);
		struct moe_rows m = make_rows(&r, items, 500, 2, false);
		size_t *train = mem_zalloc(m.n, sizeof(*train));
		size_t *held = mem_zalloc(m.n, sizeof(*held));
		struct moe_data a, b;

		moe_data_split(&a, &b, &m, (struct moe_data_form){ false, 1 });
		count_rows(&a, train);
		count_rows(&b, held);
		assert_int_equal(a.count + b.count, m.n);
		for (size_t v = 0; v < m.n; v++)
			assert_int_equal(train[v] + held[v], 1);
		/* The fourth of each ten items; else pieces of each item. */
		for (size_t i = 0; i < items; i++) {
			const struct moe_rows_item *t = &m.item[i];
			size_t kept = 0;

			for (size_t v = 0; v < t->count; v++)
				kept += held[t->first + v];
			if (items >= 4)
				assert_int_equal(
					kept, i % 10 == 3 ? t->count : 0);
			else if (t->count >= 20)
				assert_in_range(
					kept, t->count / 20, t->count / 8);
		}
		moe_data_free(&a);
		moe_data_free(&b);
		moe_rows_free(&m);
		free(train);
		free(held);
	}
}

/* Row v of [s.first, +s.rows): its tokens as plain code would put them. */
static void
check_context(const struct moe_data *d, const struct moe_data_span *s, size_t v,
	const uint32_t *got)
{
	size_t c = d->rows->is.columns;

	for (size_t p = 0; p < d->form.context; p++)
		for (size_t i = 0; i < c; i++) {
			uint32_t want = v < s->first + p
				? EMBED_NONE
				: d->rows->token[(v - p) * c + i];

			assert_int_equal(got[p * c + i], want);
		}
}

static void
contexts_and_next_tokens_stay_in_their_span(void **state)
{
	struct rng r = seeded("contexts_and_next_tokens_stay_in_their_span");

	(void)state;
	for (size_t turn = 0; turn < 40; turn++) {
		struct moe_data_form form = { turn % 2, 1 + rng_below(&r, 9) };
		struct moe_rows m = make_rows(
			&r, 1 + turn % 5, 60, form.next ? 1 : 3, true);
		size_t c = m.is.columns, at = 0;
		struct moe_data d[2];
		struct moe_data_batch b = { 0 };

		moe_data_split(&d[0], &d[1], &m, form);
		for (size_t k = 0; k < 2; k++, at = 0) {
			moe_data_spread(&d[k], d[k].count, &b);
			assert_int_equal(b.n, d[k].count);
			for (size_t s = 0; s < d[k].spans; s++) {
				const struct moe_data_span *p = &d[k].span[s];
				size_t n = p->rows - form.next;

				for (size_t i = 0; i < n; i++, at++) {
					size_t v = p->first + i;

					check_context(&d[k], p, v,
						b.token +
							at * form.context * c);
					assert_int_equal(b.class[at],
						form.next ? m.token[v + 1]
							  : m.class[v]);
				}
			}
			assert_int_equal(at, d[k].count);
			moe_data_batch_free(&b);
			moe_data_free(&d[k]);
		}
		moe_rows_free(&m);
	}
}

static void
draws_are_uniform_and_follow_the_seed(void **state)
{
	enum { ROWS = 90, TIMES = 900 };
	struct rng r = seeded("draws_are_uniform_and_follow_the_seed"), again;
	struct moe_rows m = { .is = { .columns = 2 }, .n = ROWS };
	struct moe_rows_item items[3] = { { NULL, 0, 20 }, { NULL, 20, 0 },
		{ NULL, 20, 70 } };
	struct moe_data_batch b = { 0 }, c = { 0 };
	size_t count[ROWS] = { 0 };
	struct moe_data d;
	double chi = 0;

	(void)state;
	m.item = items;
	m.items = 3;
	m.x = normals(&r, 2 * ROWS, 1);
	m.class = mem_alloc(ROWS, sizeof(*m.class));
	for (uint32_t i = 0; i < ROWS; i++)
		m.class[i] = i;
	moe_data_all(&d, &m, (struct moe_data_form){ false, 1 });
	assert_int_equal(d.count, ROWS);
	for (int i = 0; i < TIMES; i++) {
		again = r;
		moe_data_draw(&d, &r, 50, &b);
		moe_data_draw(&d, &again, 50, &c);
		same_bits(b.x, c.x, 100);
		for (size_t v = 0; v < 50; v++) {
			same_bits(b.x + 2 * v, m.x + 2 * b.class[v], 2);
			count[b.class[v]]++;
		}
	}
	for (size_t v = 0; v < ROWS; v++)
		chi += pow((double)count[v] - TIMES * 50. / ROWS, 2) /
			(TIMES * 50. / ROWS);
	/* 89 degrees of freedom: outside once in a million. */
	assert_true(chi > 35 && chi < 165);
	moe_data_batch_free(&b);
	moe_data_batch_free(&c);
	moe_data_free(&d);
	free(m.x);
	free(m.class);
}

static void
examples_are_spread_evenly(void **state)
{
	struct rng r = seeded("examples_are_spread_evenly");
	struct moe_rows m = make_rows(&r, 3, 4000, 1, false);
	struct moe_data_batch b = { 0 };
	struct moe_data d;

	(void)state;
	moe_data_all(&d, &m, (struct moe_data_form){ false, 1 });
	for (size_t n = 1; n < 300; n = 2 * n + 1) {
		moe_data_spread(&d, n, &b);
		assert_int_equal(b.n, n < d.count ? n : d.count);
		for (size_t i = 0; i < b.n; i++)
			near((double)b.class[i],
				(double)i * (double)d.count / (double)b.n, 1);
	}
	moe_data_batch_free(&b);
	moe_data_free(&d);
	moe_rows_free(&m);
}

/* Mean and scale of the training rows alone. */
static void
means_and_scale_are_those_of_the_spans(void **state)
{
	struct rng r = seeded("means_and_scale_are_those_of_the_spans");
	struct moe_rows m = make_rows(&r, 25, 90, 5, false);
	struct moe_data_scale got;
	double mean[5] = { 0 }, sum = 0, n = 0;
	struct moe_data d, held;

	(void)state;
	for (size_t v = 0; v < m.n; v++)
		m.x[5 * v + 2] += 100;
	moe_data_split(&d, &held, &m, (struct moe_data_form){ false, 1 });
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < 25; i++)
			for (size_t v = 0; i % 10 != 3 && v < m.item[i].count;
				v++)
				for (size_t c = 0; c < 5; c++) {
					double x = (double)m.x[5 *
							(m.item[i].first + v) +
						c];

					n += pass == 0 && c == 0;
					mean[c] += pass == 0 ? x : 0;
					sum += pass ? pow(x - mean[c] / n, 2)
						    : 0;
				}
	got = moe_data_scale_x(&d);
	for (size_t c = 0; c < 5; c++)
		near((double)got.mean[c], mean[c] / n, 1e-5);
	near(got.scale, sqrt(sum / n), 1e-9 * got.scale);
	assert_null(moe_data_scale_real(&d).mean);
	free(got.mean);
	for (size_t i = 0; i < m.n * 5; i++)
		m.x[i] = 7;
	got = moe_data_scale_x(&d);
	near(got.scale, 1, 0);
	near((double)got.mean[4], 7, 0);
	free(got.mean);
	moe_data_free(&d);
	moe_data_free(&held);
	moe_rows_free(&m);
}

static void
the_checksum_sees_every_row_and_target(void **state)
{
	struct rng r = seeded("the_checksum_sees_every_row_and_target");
	struct moe_rows m = make_rows(&r, 6, 50, 3, true);
	struct moe_data d, held;
	uint32_t was;
	size_t v;

	(void)state;
	while (!m.item[0].count || !m.item[1].count || !m.item[3].count) {
		moe_rows_free(&m); /* an item without rows has no span */
		m = make_rows(&r, 6, 50, 3, true);
	}
	moe_data_split(&d, &held, &m, (struct moe_data_form){ false, 2 });
	was = moe_data_crc(&d);
	v = d.span[1].first;
	m.token[3 * v + 2]++;
	assert_int_not_equal(moe_data_crc(&d), was);
	m.token[3 * v + 2]--;
	m.class[v]++;
	assert_int_not_equal(moe_data_crc(&d), was);
	m.class[v]--;
	assert_int_equal(moe_data_crc(&d), was);
	m.class[held.span[0].first]++;
	assert_int_equal(moe_data_crc(&d), was);
	moe_data_free(&d);
	moe_data_free(&held);
	moe_rows_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_trained_on_or_held_back),
		cmocka_unit_test(contexts_and_next_tokens_stay_in_their_span),
		cmocka_unit_test(draws_are_uniform_and_follow_the_seed),
		cmocka_unit_test(examples_are_spread_evenly),
		cmocka_unit_test(means_and_scale_are_those_of_the_spans),
		cmocka_unit_test(the_checksum_sees_every_row_and_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
