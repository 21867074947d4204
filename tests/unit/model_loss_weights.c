/* What --loss takes, and what it is written as. */
#include "model/loss_weights.h"
#include "numbers.h"

static void
texts_are_read_and_written(void **state)
{
	static const char *const text[][2] = { { "l2", "l2=1" },
		{ "l1,ssim=0.2", "l1=1,ssim=0.2" },
		{ "ssim=1e-1,l2=0,l1=2", "l1=2,ssim=0.1" },
		{ "logspec,mel,stft=3", "stft=3,mel=1,logspec=1" },
		{ "grad=0.3333333333333", "grad=0.333333333" } };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		struct loss_weights w;
		char *got;

		assert_int_equal(loss_weights_parse(text[i][0], &w, &e), 0);
		got = loss_weights_text(&w);
		assert_string_equal(got, text[i][1]);
		free(got);
	}
}

static void
nonsense_is_refused(void **state)
{
	static const char *const text[] = { "", "l3", "l1,", ",l1",
		"l1=", "l1=x", "l1=-1", "l1=nan", "l1=1e7", "l1,l2,l1", "l1=0",
		"l1=0,l2=0", "l1 ", "l1=1=2" };
	struct loss_weights w;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		assert_int_equal(loss_weights_parse(text[i], &w, &e), -1);
		assert_non_null(strstr(e.msg, "--loss"));
	}
}

static void
the_default_is_known(void **state)
{
	struct loss_weights w = LOSS_WEIGHTS_INIT;
	struct err e;

	(void)state;
	assert_true(loss_weights_plain(&w));
	assert_int_equal(loss_weights_check(&w, ITEM_ROWS, &e), 0);
	w.l2 = 0; /* as trainings have them that say nothing of it */
	assert_true(loss_weights_plain(&w));
	assert_int_equal(loss_weights_parse("l2=1", &w, &e), 0);
	assert_true(loss_weights_plain(&w));
	assert_int_equal(loss_weights_parse("l2=2", &w, &e), 0);
	assert_false(loss_weights_plain(&w));
	assert_int_equal(loss_weights_parse("l2,ssim", &w, &e), 0);
	assert_false(loss_weights_plain(&w));
}

static void
terms_have_their_media(void **state)
{
	struct loss_weights w;
	struct err e;

	(void)state;
	assert_int_equal(loss_weights_parse("l1,ssim,grad", &w, &e), 0);
	assert_int_equal(loss_weights_check(&w, ITEM_IMAGE, &e), 0);
	assert_int_equal(loss_weights_check(&w, ITEM_AUDIO, &e), -1);
	assert_non_null(strstr(e.msg, "grad is for images"));
	assert_int_equal(loss_weights_parse("l1,mel", &w, &e), 0);
	assert_int_equal(loss_weights_check(&w, ITEM_AUDIO, &e), 0);
	assert_int_equal(loss_weights_check(&w, ITEM_IMAGE, &e), -1);
	assert_non_null(strstr(e.msg, "mel is for sounds"));
	assert_int_equal(loss_weights_parse("l1", &w, &e), 0);
	assert_int_equal(loss_weights_check(&w, ITEM_ROWS, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_and_written),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(the_default_is_known),
		cmocka_unit_test(terms_have_their_media),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
