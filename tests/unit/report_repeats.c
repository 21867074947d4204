/* Items that came before are found, in bounded memory. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "report/repeats.h"

static void
add(struct repeats *r, size_t from, size_t to)
{
	char name[32];

	for (size_t i = from; i < to; i++) {
		snprintf(name, sizeof(name), "in/%zu.png", i);
		repeats_item(r, name);
	}
}

static void
each_that_came_before_is_counted(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	add(&r, 0, 3000);
	assert_int_equal(r.found, 0);
	add(&r, 1000, 1010);
	add(&r, 2990, 3010);
	assert_int_equal(r.found, 20);
	assert_int_equal(r.names, 3010);
	repeats_item(&r, "stdin");
	repeats_item(&r, "stdin");
	assert_int_equal(r.found, 20);
	repeats_free(&r);
}

static void
more_names_than_it_has_room_for_are_let_by(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	add(&r, 0, REPEATS_NAMES + 1000);
	assert_int_equal(r.found, 0);
	assert_int_equal(r.names, REPEATS_NAMES);
	assert_int_equal(r.room, 2 * REPEATS_NAMES);
	add(&r, REPEATS_NAMES - 5, REPEATS_NAMES + 1000);
	assert_int_equal(r.found, 5);
	repeats_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_that_came_before_is_counted),
		cmocka_unit_test(more_names_than_it_has_room_for_are_let_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
