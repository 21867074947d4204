/*
 * stats_neighbours.c - pairs of codes, and which codes are neighbours, by
 * plain matrices of counts.
 */
#include "numbers.h"
#include "stats/neighbours.h"

enum { K = 23, ROWS = 61, WIDTH = 17, COLS = 2, TOKENS = ROWS * WIDTH };

static void
close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

/* Codes that are much like those to the left and above. */
static void
draw(uint32_t code[TOKENS][COLS], struct rng *r)
{
	for (size_t i = 0; i < TOKENS; i++)
		for (size_t c = 0; c < COLS; c++)
			code[i][c] = (uint32_t)((i / WIDTH / 5 + i % WIDTH / 3 +
							rng_below(r, 3 + c)) %
				K);
}

struct plain {
	uint64_t n[K][K], pairs;
};

/* H(second | first) and its bias as they are defined. */
static void
holds(const struct pairs *p, const struct plain *m)
{
	struct pairs_entropy h = pairs_entropy(p);
	size_t used = 0, firsts = 0;
	double bits = 0;

	for (size_t a = 0; a < K; a++) {
		double row = 0;

		for (size_t b = 0; b < K; b++)
			row += (double)m->n[a][b];
		firsts += row > 0;
		for (size_t b = 0; b < K; b++) {
			double n = (double)m->n[a][b];

			used += n > 0;
			bits -= n > 0 ? n / (double)m->pairs * log2(n / row)
				      : 0;
		}
	}
	assert_int_equal(p->count, m->pairs);
	assert_int_equal(h.used, used);
	assert_int_equal(h.firsts, firsts);
	close_to(h.bits, bits);
	close_to(h.bias_bits,
		(double)(used - firsts) /
			(2 * (double)m->pairs * 0.69314718055994531));
}

/* Add what a grid of one column has: dy rows up, dx to the left. */
static void
add_plain(struct plain *m, uint32_t code[TOKENS][COLS], size_t col, size_t dy,
	size_t dx, size_t width)
{
	for (size_t i = 0; i < TOKENS; i++) {
		if (i / width < dy || i % width < dx)
			continue;
		m->n[code[i - dy * width - dx][col]][code[i][col]]++;
		m->pairs++;
	}
}

/* In pieces of random size, some of them empty. */
static void
feed(struct neighbours *b, uint32_t code[TOKENS][COLS], size_t most,
	struct rng *r)
{
	for (size_t i = 0, n; i < TOKENS; i += n) {
		n = (size_t)rng_below(r, most + 1);
		n = n < TOKENS - i ? n : TOKENS - i;
		neighbours_add(b, code[i], n);
	}
}

static void
two_images_in_pieces(void **state)
{
	struct rng r = seeded("two_images_in_pieces");
	static uint32_t one[TOKENS][COLS], two[TOKENS][COLS];
	struct neighbours b;

	(void)state;
	for (size_t most = 1; most <= 4096; most *= 4) {
		draw(one, &r);
		draw(two, &r);
		neighbours_init(&b, COLS, 1 << 20);
		neighbours_begin(&b, NEIGHBOURS_IMAGE, WIDTH);
		feed(&b, one, most, &r);
		neighbours_begin(&b, NEIGHBOURS_NONE, WIDTH);
		feed(&b, one, most, &r);
		neighbours_begin(&b, NEIGHBOURS_IMAGE, ROWS);
		feed(&b, two, most, &r);
		for (size_t c = 0; c < COLS; c++) {
			struct plain left = { 0 }, upper = { 0 };

			add_plain(&left, one, c, 0, 1, WIDTH);
			add_plain(&left, two, c, 0, 1, ROWS);
			add_plain(&upper, one, c, 1, 0, WIDTH);
			add_plain(&upper, two, c, 1, 0, ROWS);
			holds(&b.left[c], &left);
			holds(&b.upper[c], &upper);
		}
		neighbours_free(&b);
	}
}

static void
sounds_look_at_the_frame_before(void **state)
{
	struct rng r = seeded("sounds_look_at_the_frame_before");
	static uint32_t code[TOKENS][COLS];
	struct neighbours b;

	(void)state;
	for (size_t channels = 1; channels <= WIDTH; channels += WIDTH - 1) {
		draw(code, &r);
		neighbours_init(&b, COLS, 1 << 20);
		neighbours_begin(&b, NEIGHBOURS_SOUND, channels);
		feed(&b, code, 100, &r);
		for (size_t c = 0; c < COLS; c++) {
			struct plain before = { 0 };

			add_plain(&before, code, c, 1, 0, channels);
			holds(&b.left[c], &before);
			assert_int_equal(b.upper[c].count, 0);
		}
		neighbours_free(&b);
	}
}

/* Also where thousands of them look for a place. */
static void
large_codes_are_told_apart(void **state)
{
	enum { SIDE = 300, ALL = SIDE * SIDE };
	uint64_t *key = malloc(ALL * sizeof(*key));
	struct pairs p = { .limit = ALL };
	struct pairs_entropy h;

	(void)state;
	for (size_t i = 0; i < ALL; i++)
		key[i] = pairs_key((uint32_t)(i / SIDE * 55555),
			(uint32_t)(i % SIDE * 44444));
	pairs_add(&p, key, ALL);
	pairs_add(&p, key, ALL);
	h = pairs_entropy(&p);
	assert_int_equal(h.used, ALL);
	assert_int_equal(h.firsts, SIDE);
	close_to(h.bits, log2(SIDE));
	for (size_t i = 0; i < p.slots; i++)
		assert_true(p.slot[i].n == 0 || p.slot[i].n == 2);
	pairs_free(&p);
	free(key);
}

static void
one_pair_too_many_gives_the_table_up(void **state)
{
	uint64_t key[100];
	struct pairs p = { .limit = 99 };

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		key[i] = pairs_key(i % 10, i);
	assert_true(isnan(pairs_entropy(&p).bits));
	pairs_add(&p, key, 99);
	pairs_add(&p, key, 99);
	assert_int_equal(pairs_entropy(&p).used, 99);
	pairs_add(&p, key + 99, 1);
	assert_true(p.full && !p.slot);
	assert_true(isnan(pairs_entropy(&p).bits));
	assert_true(isnan(pairs_entropy(&p).bias_bits));
	pairs_add(&p, key, 5);
	assert_true(p.full && !p.slot);
	pairs_reset(&p);
	pairs_add(&p, key, 5);
	assert_false(p.full);
	assert_int_equal(p.count, 5);
	pairs_reset(&p);
	pairs_add(&p, key + 3, 1);
	assert_int_equal(pairs_entropy(&p).used, 1);
	close_to(pairs_entropy(&p).bits, 0);
	close_to(pairs_entropy(&p).bias_bits, 0);
	pairs_free(&p);
}

static void
nothing_is_wanted_without_a_grid_or_room(void **state)
{
	static const uint32_t code[6] = { 0, 1, 2, 3, 4, 5 };
	struct neighbours b;

	(void)state;
	neighbours_init(&b, 1, 2);
	neighbours_begin(&b, NEIGHBOURS_NONE, 3);
	assert_false(neighbours_wanted(&b));
	neighbours_begin(&b, NEIGHBOURS_IMAGE, 3);
	assert_true(neighbours_wanted(&b));
	neighbours_add(&b, code, 4);
	assert_true(neighbours_wanted(&b));
	neighbours_add(&b, code + 4, 2);
	assert_false(neighbours_wanted(&b));
	neighbours_begin(&b, NEIGHBOURS_SOUND, 3);
	assert_false(neighbours_wanted(&b));
	neighbours_reset(&b);
	assert_true(neighbours_wanted(&b));
	neighbours_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_images_in_pieces),
		cmocka_unit_test(sounds_look_at_the_frame_before),
		cmocka_unit_test(large_codes_are_told_apart),
		cmocka_unit_test(one_pair_too_many_gives_the_table_up),
		cmocka_unit_test(nothing_is_wanted_without_a_grid_or_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
