/* What somebody who mistyped may have meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/near.h"

static const char *
nearest(const char *word, size_t n)
{
	static const char *const names[] = { "speech-16k", "image-8x8",
		"image-8x9" };
	struct near s;

	near_init(&s, word, n);
	for (size_t i = 0; i < 3; i++)
		near_try(&s, names[i]);
	return s.found;
}

static void
the_first_of_the_nearest_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("image-8x9", 9), "image-8x9");
	assert_string_equal(nearest("image-8x", 8), "image-8x8");
	assert_string_equal(nearest("image-8x9.txt", 9), "image-8x9");
	assert_string_equal(nearest("speech16k", 9), "speech-16k");
	assert_string_equal(nearest("pseech-61k", 10), "speech-16k");
}

static void
what_is_too_far_off_is_not(void **state)
{
	(void)state;
	assert_string_equal(nearest("speech16", 8), "speech-16k");
	assert_null(nearest("speech", 6)); /* 4 more, of 6 */
	assert_null(nearest("music", 5));
	assert_null(nearest("", 0));
}

static void
a_hint_is_of_words_not_of_kinds(void **state)
{
	static const char words[] = "simvq|vq|FILE";
	char *hint = near_hint(words, "smivq", 5);

	(void)state;
	assert_string_equal(hint, " (did you mean simvq?)");
	free(hint);
	hint = near_hint(words, "FILF", 4);
	assert_string_equal(hint, "");
	free(hint);
	hint = near_hint(words, "simvq,of no use", 5);
	assert_string_equal(hint, " (did you mean simvq?)");
	free(hint);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_the_nearest_is_found),
		cmocka_unit_test(what_is_too_far_off_is_not),
		cmocka_unit_test(a_hint_is_of_words_not_of_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
