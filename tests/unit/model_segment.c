/* Vectors out of a stretch of an item: patches, turns, lapped blocks. */
#include "media/lap.h"
#include "media/patch.h"
#include "model/segment.h"
#include "numbers.h"

#define P 4 /* patch */

static struct segment
random_image(struct rng *r, struct transform *t)
{
	struct segment s = { .rows = between(r, 1, 14),
		.cols = between(r, 1, 14) };

	*t = (struct transform){
		.kind = ITEM_IMAGE, .patch = P, .channels = between(r, 1, 4)
	};
	transform_init(t);
	s.x = normals(r, s.rows * s.cols * t->channels, 1);
	segment_count(&s, t);
	return s;
}

static void
the_grid_of_an_image_is_its_patches(void **state)
{
	struct rng r = seeded("the_grid_of_an_image_is_its_patches");

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		struct transform t;
		struct segment s = random_image(&r, &t);
		size_t across = (s.cols + P - 1) / P, i = 0;
		float want[4 * P * P * 4], got[P * P * 4];

		for (size_t y = 0; y < s.rows; y += P) {
			size_t rows = s.rows - y < P ? s.rows - y : P;

			patch_gather(s.x + y * s.cols * t.channels, rows,
				s.cols, t.channels, P, want);
			for (size_t a = 0; a < across; a++) {
				segment_vector(&s, &t, NULL,
					segment_grid(&s, &t, i++), got, NULL);
				same_bits(got, want + a * t.dim, t.dim);
			}
		}
		assert_int_equal(i, s.tokens);
		segment_free(&s);
		transform_free(&t);
	}
}

/* The image's pixel, with edges repeated. */
static const float *
pixel(const struct segment *s, size_t channels, size_t y, size_t x)
{
	y = y < s->rows ? y : s->rows - 1;
	x = x < s->cols ? x : s->cols - 1;
	return s->x + (y * s->cols + x) * channels;
}

/* Mirror, turn upside down, then transpose: each on a square of places. */
static void
turned(unsigned turn, size_t (*at)[P][2])
{
	size_t was[P][P][2];

	for (size_t i = 0; i < P; i++)
		for (size_t j = 0; j < P; j++) {
			was[i][j][0] = turn & 2 ? P - 1 - i : i;
			was[i][j][1] = turn & 1 ? P - 1 - j : j;
		}
	for (size_t i = 0; i < P; i++)
		for (size_t j = 0; j < P; j++)
			memcpy(at[i][j], turn & 4 ? was[j][i] : was[i][j],
				sizeof(at[i][j]));
}

static void
turns_are_mirrored_and_transposed_patches(void **state)
{
	struct rng r = seeded("turns_are_mirrored_and_transposed_patches");
	size_t seen[8] = { 0 }, corner = 0;

	(void)state;
	for (int trial = 0; trial < 400; trial++) {
		struct transform t;
		struct segment s = random_image(&r, &t);
		struct spot at = segment_random(&s, &t, true, &r);
		float got[P * P * 4];
		size_t place[P][P][2];

		assert_true(at.turn < 8);
		assert_true(at.row == 0 || at.row + P <= s.rows);
		assert_true(at.col == 0 || at.col + P <= s.cols);
		seen[at.turn]++;
		corner += s.rows > P && at.row + P == s.rows;
		turned(at.turn, place);
		segment_vector(&s, &t, NULL, at, got, NULL);
		for (size_t i = 0; i < P * P; i++)
			same_bits(got + i * t.channels,
				pixel(&s, t.channels,
					at.row + place[i / P][i % P][0],
					at.col + place[i / P][i % P][1]),
				t.channels);
		at = segment_random(&s, &t, false, &r);
		assert_int_equal(at.turn, 0);
		segment_free(&s);
		transform_free(&t);
	}
	for (size_t i = 0; i < 8; i++)
		assert_in_range(seen[i], 15, 100);
	assert_true(corner > 10); /* the last place is drawn, too */
}

/* Blocks of the whole signal after the butterflies, by hand. */
static float *
lapped(const struct lap *lap, const float *x, size_t n)
{
	size_t frames = (n + lap->hop - 1) / lap->hop;
	float *y = mem_zfloats(frames * lap->hop);

	memcpy(y, x, n * sizeof(*y));
	for (size_t f = 1; f < frames; f++)
		lap_forward(lap, y + (f - 1) * lap->hop, y + f * lap->hop);
	return y;
}

static void
the_grid_of_a_sound_is_the_lapped_transform(void **state)
{
	struct rng r = seeded("the_grid_of_a_sound_is_the_lapped_transform");

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		struct transform t = { .kind = ITEM_AUDIO,
			.patch = between(&r, 1, 20) };
		struct segment s = { .rows = between(&r, 1, 200), .cols = 1 };
		float *want, out[20], work[60];
		struct lap lap;

		lap_init(&lap, t.patch);
		s.x = normals(&r, s.rows, 1);
		segment_count(&s, &t);
		want = lapped(&lap, s.x, s.rows);
		assert_int_equal(s.tokens, (s.rows + t.patch - 1) / t.patch);
		for (size_t i = 0; i < s.tokens; i++) {
			segment_vector(&s, &t, &lap, segment_grid(&s, &t, i),
				out, work);
			same_bits(out, want + i * t.patch, t.patch);
		}
		free(want);
		segment_free(&s);
		lap_free(&lap);
	}
}

/* At any phase inside: a block of the transform that begins at that phase. */
static void
any_phase_is_a_block_of_the_shifted_transform(void **state)
{
	struct rng r = seeded("any_phase_is_a_block_of_the_shifted_transform");
	size_t inner = 0;

	(void)state;
	for (int trial = 0; trial < 300; trial++) {
		struct transform t = { .kind = ITEM_AUDIO,
			.patch = 2 * between(&r, 1, 10) };
		size_t hop = t.patch;
		struct segment s = { .rows = 120, .cols = 1 };
		float *want, out[20], work[60];
		struct lap lap;
		struct spot at;

		lap_init(&lap, hop);
		s.x = normals(&r, s.rows, 1);
		segment_count(&s, &t);
		at = segment_random(&s, &t, true, &r);
		assert_true(at.row + hop <= s.rows && at.turn == 0);
		segment_vector(&s, &t, &lap, at, out, work);
		want = lapped(&lap, s.x + at.row % hop, s.rows - at.row % hop);
		if (at.row >= hop) {
			same_bits(out, want + at.row / hop * hop, hop);
			inner++;
		}
		free(want);
		segment_free(&s);
		lap_free(&lap);
	}
	assert_true(inner > 100);
}

/* A stretch with half a hop of its neighbours gives the item's own frames. */
static void
a_stretch_gives_the_frames_of_the_whole(void **state)
{
	struct rng r = seeded("a_stretch_gives_the_frames_of_the_whole");

	(void)state;
	for (int trial = 0; trial < 200; trial++) {
		struct transform t = { .kind = ITEM_AUDIO,
			.patch = between(&r, 1, 12) };
		size_t hop = t.patch, n = between(&r, hop, 150);
		size_t from = rng_below(&r, n / hop) * hop;
		size_t end = from + between(&r, 1, 5) * hop;
		float *x = normals(&r, n, 1), *want, out[12], work[36];
		struct segment s = { .cols = 1 };
		struct spot at;
		struct lap lap;

		end = end < n ? end : n;
		s.left = from ? hop / 2 : 0;
		s.right = n - end < hop / 2 ? n - end : hop / 2;
		s.rows = s.left + end - from + s.right;
		s.x = mem_floats(s.rows);
		memcpy(s.x, x + from - s.left, s.rows * sizeof(*x));
		segment_count(&s, &t);
		lap_init(&lap, hop);
		want = lapped(&lap, x, n);
		assert_int_equal(s.tokens, (end - from + hop - 1) / hop);
		for (size_t i = 0; i < s.tokens; i++) {
			segment_vector(&s, &t, &lap, segment_grid(&s, &t, i),
				out, work);
			same_bits(out, want + from + i * hop, hop);
		}
		at = segment_random(&s, &t, true, &r);
		assert_true(at.row >= s.left);
		assert_true(
			at.row == s.left || at.row + hop <= s.rows - s.right);
		free(x);
		free(want);
		segment_free(&s);
		lap_free(&lap);
	}
}

static void
rows_are_themselves(void **state)
{
	struct rng r = seeded("rows_are_themselves");
	struct transform t = { .kind = ITEM_ROWS, .dim = 3 };
	struct segment s = { .rows = 7, .cols = 3 };
	size_t seen = 0;
	float out[3];

	(void)state;
	s.x = normals(&r, 21, 1);
	segment_count(&s, &t);
	assert_int_equal(s.tokens, 7);
	for (size_t i = 0; i < 7; i++) {
		segment_vector(
			&s, &t, NULL, segment_grid(&s, &t, i), out, NULL);
		same_bits(out, s.x + 3 * i, 3);
	}
	for (int i = 0; i < 300; i++)
		seen |= (size_t)1 << segment_random(&s, &t, true, &r).row;
	assert_int_equal(seen, 127);
	segment_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grid_of_an_image_is_its_patches),
		cmocka_unit_test(turns_are_mirrored_and_transposed_patches),
		cmocka_unit_test(the_grid_of_a_sound_is_the_lapped_transform),
		cmocka_unit_test(any_phase_is_a_block_of_the_shifted_transform),
		cmocka_unit_test(a_stretch_gives_the_frames_of_the_whole),
		cmocka_unit_test(rows_are_themselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
