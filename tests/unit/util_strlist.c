#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/strlist.h"

static void
a_list_owns_copies_in_order(void **state)
{
	struct strlist l = { 0 };
	char name[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		if (i % 2)
			strlist_add(&l, name);
		else
			strlist_take(&l, mem_strdup(name));
	}
	assert_int_equal(l.count, 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_string_equal(l.item[i], name);
	}
	strlist_free(&l);
	assert_null(l.item);
	assert_int_equal(l.count, 0);
	strlist_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_owns_copies_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
