/* Metadata keeps its order, copies by value, and never holds bad UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tensor/meta.h"

static void
keys_stay_in_order_and_apart_from_the_copy(void **state)
{
	struct meta m = { 0 }, copy;
	const char *const want[] = { "z", "a", "m" };
	const char *key;
	json_t *value;
	size_t i = 0;

	(void)state;
	assert_null(meta_get(&m, "z"));
	meta_set(&m, "z", "1");
	meta_setf(&m, "a", "%d-%s", 7, "x");
	meta_set(&m, "m", "");
	meta_copy(&copy, &m);
	meta_set(&m, "a", "changed");
	meta_del(&m, "z");
	meta_del(&m, "not there");
	assert_null(meta_get(&m, "z"));
	assert_string_equal(meta_get(&copy, "a"), "7-x");
	json_object_foreach(copy.map, key, value)
		assert_string_equal(key, want[i++]);
	assert_int_equal(i, 3);
	meta_free(&m);
	meta_free(&m);
	meta_copy(&m, &(struct meta){ 0 });
	assert_null(meta_get(&m, "a"));
	meta_free(&copy);
}

static void
sizes_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", "-1", "1k", " 1", "1.0", "0x1",
		"99999999999999999999999" };
	struct meta m = { 0 };
	size_t n = 5;

	(void)state;
	assert_int_equal(meta_size(&m, "n", &n), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		meta_set(&m, "n", bad[i]);
		assert_int_equal(meta_size(&m, "n", &n), -1);
	}
	assert_int_equal(n, 5);
	meta_set(&m, "n", "007");
	assert_int_equal(meta_size(&m, "n", &n), 1);
	assert_int_equal(n, 7);
	meta_free(&m);
}

static void
bytes_that_are_not_utf8_are_escaped(void **state)
{
	struct meta m = { 0 };

	(void)state;
	meta_set(&m, "item", "a\xff");
	assert_string_equal(meta_get(&m, "item"), "a%FF");
	meta_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_stay_in_order_and_apart_from_the_copy),
		cmocka_unit_test(sizes_are_read_strictly),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
