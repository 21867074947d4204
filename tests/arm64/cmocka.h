/*
 * cmocka.h - as much of cmocka as the kernel tests use.
 *
 * Debian has no cmocka for another architecture than the machine's own.  TAP
 * on stdout; a failed assertion ends its test, not the program.
 */
#ifndef ARM64_CMOCKA_H
#define ARM64_CMOCKA_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define cmocka_unit_test(f) \
	{ \
#f, f \
	}
#define cmocka_run_group_tests(tests, setup, teardown) \
	shim_run(tests, sizeof(tests) / sizeof(tests[0]))

#define print_message(...) (void)printf(__VA_ARGS__)
#define fail_msg(...) \
	(printf("# %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), \
		printf("\n"), longjmp(shim_failed, 1))
#define assert_true(x) ((x) ? (void)0 : fail_msg("not so: %s", #x))
#define assert_false(x) assert_true(!(x))
#define assert_int_equal(a, b) \
	assert_true((unsigned long long)(a) == (unsigned long long)(b))
#define assert_string_equal(a, b) assert_true(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)

static jmp_buf shim_failed;

static int
shim_run(const struct CMUnitTest *tests, size_t count)
{
	volatile int failures = 0;

	printf("1..%zu\n", count);
	for (volatile size_t t = 0; t < count; t++) {
		void *state = NULL;
		int failed = setjmp(shim_failed);

		if (!failed)
			tests[t].run(&state);
		failures += failed;
		printf("%sok %zu - %s\n", failed ? "not " : "", t + 1,
			tests[t].name);
	}
	return failures;
}

#endif
