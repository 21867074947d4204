/* Checksums are zlib's, for any length, place and cut. */
#include <zlib.h>

#include "numbers.h"
#include "util/crc.h"

#define MOST ((size_t)5000)

static void
checksums_are_those_of_zlib(void **state)
{
	struct rng r = seeded("checksums_are_those_of_zlib");
	unsigned char *b = mem_alloc(MOST, 1);

	(void)state;
	for (size_t i = 0; i < MOST; i++)
		b[i] = (unsigned char)rng_u64(&r);
	for (size_t n = 0; n < 600; n++)
		for (size_t from = 0; from < 17; from += 3)
			assert_int_equal(crc_add(0, b + from, n),
				crc32_z(0, b + from, n));
	for (int trial = 0; trial < 200; trial++) {
		uint32_t crc = 0;

		for (size_t i = 0, m; i < MOST; i += m) {
			m = between(&r, 0, MOST - i);
			crc = crc_add(crc, b + i, m);
		}
		assert_int_equal(crc, crc32_z(0, b, MOST));
	}
	free(b);
}

static void
no_bytes_change_nothing(void **state)
{
	(void)state;
	assert_int_equal(crc_add(0, NULL, 0), 0);
	assert_int_equal(crc_add(0x12345678, NULL, 0), 0x12345678);
	assert_int_equal(crc_add(0, "123456789", 9), 0xcbf43926);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_those_of_zlib),
		cmocka_unit_test(no_bytes_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
