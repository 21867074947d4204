/* How numbers lie in memory, and what lies otherwise. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "util/machine.h"

static void
the_name_is_of_this_machine(void **state)
{
	const uint16_t one = 1;
	unsigned char first;

	(void)state;
	memcpy(&first, &one, 1);
	assert_int_equal(machine_layout()[0], first ? 'l' : 'b');
	assert_string_equal(
		machine_layout() + 2, sizeof(size_t) == 8 ? "64" : "32");
}

static void
what_lies_otherwise_is_refused(void **state)
{
	static const char *const all[] = { "le64", "be64", "le32", "be32" };
	int taken = 0;
	struct err e;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		if (machine_check(all[i], &e) == 0)
			taken++;
		else
			assert_non_null(strstr(e.msg, all[i]));
	assert_int_equal(taken, 1);
	assert_int_equal(machine_check(NULL, &e), machine_check("le64", &e));
	assert_int_equal(machine_check("", &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_of_this_machine),
		cmocka_unit_test(what_lies_otherwise_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
