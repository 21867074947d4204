/* Crops of sounds that are drawn at levels of their own. */
#include "model/crops.h"
#include "model_items.h"

enum { HOP = 20, FRAMES = 8, SAMPLES = 1 << 12 };

/* The first crop that a dataset of this seed draws: [FRAMES, HOP]. */
static void
draw(uint64_t seed, bool level, float *x)
{
	struct strlist paths = { 0 };
	struct transform t = { .kind = ITEM_AUDIO,
		.patch = HOP,
		.channels = 1,
		.sample_rate = 48000 };
	struct dataset_opts o = { .buffer_bytes = 1 << 20,
		.sample = 100,
		.seed = seed,
		.crop = FRAMES,
		.level = level };
	struct corpus c;
	struct dataset s;
	struct err e;

	strlist_add(&paths, items_path("sound"));
	transform_init(&t);
	assert_int_equal(
		corpus_survey(&c, &paths, &(struct source_opts){ 0 }, 0, &e),
		0);
	assert_int_equal(dataset_open(&s, &c, &t, &o, NULL, &e), 0);
	crops_draw(&s, 1, x);
	dataset_close(&s);
	corpus_free(&c);
	transform_free(&t);
	strlist_free(&paths);
}

static void
levels_are_a_factor_within_8_db(void **state)
{
	struct rng r = seeded("levels_are_a_factor_within_8_db");
	float *sound = normals(&r, SAMPLES, 0.1);
	double least = 99, most = -99;

	(void)state;
	items_file("sound", items_sound(1), sound, SAMPLES);
	for (uint64_t seed = 1; seed <= 12; seed++) {
		float as_is[FRAMES * HOP], x[FRAMES * HOP];
		double factor, db;

		draw(seed, false, as_is);
		draw(seed, true, x);
		factor = (double)x[0] / (double)as_is[0];
		for (size_t i = 0; i < FRAMES * HOP; i++)
			near((double)x[i], factor * (double)as_is[i], 1e-5);
		db = 20 * log10(factor);
		assert_true(fabs(db) < 8.01);
		least = fmin(least, db);
		most = fmax(most, db);
	}
	assert_true(most - least > 4);
	free(sound);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_a_factor_within_8_db),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
