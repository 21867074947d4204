#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/mem.h"

static void
memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	for (size_t n = 0; n < 300; n += 7) {
		float *f = mem_zfloats(n), *g = mem_floats(n);
		unsigned char *z = mem_zalloc(n, 3);

		assert_non_null(z);
		assert_int_equal((uintptr_t)f % 64, 0);
		assert_int_equal((uintptr_t)g % 64, 0);
		for (size_t i = 0; i < n; i++)
			assert_true(f[i] == 0 && z[3 * i] == 0);
		free(f);
		free(g);
		free(z);
	}
}

static void
strings_are_copied_and_printed(void **state)
{
	char *s = mem_strdup("abc"), *t;

	(void)state;
	t = mem_printf("%s-%0500d", s, 7);
	assert_int_equal(strlen(t), 504);
	assert_memory_equal(t, "abc-000", 7);
	s = mem_grow(s, 1000, 1);
	assert_string_equal(s, "abc");
	free(s);
	free(t);
}

static void
products_say_when_they_overflow(void **state)
{
	int overflow = 0;

	(void)state;
	assert_int_equal(mem_mul(3, 5, &overflow), 15);
	assert_int_equal(mem_mul(SIZE_MAX, 0, &overflow), 0);
	assert_int_equal(overflow, 0);
	mem_mul(SIZE_MAX / 2 + 1, 2, &overflow);
	assert_int_equal(overflow, 1);
	mem_mul(1, 1, &overflow);
	assert_int_equal(overflow, 1);
}

static void
ask_too_much(int which)
{
	switch (which) {
	case 0: free(mem_alloc(SIZE_MAX, 2)); break;
	case 1: free(mem_grow(NULL, SIZE_MAX / 4, 8)); break;
	case 2: free(mem_floats(SIZE_MAX / 2)); break;
	}
}

/* The call ends the process with status 1 and a line on stderr. */
static void
a_size_that_overflows_ends_the_process(void **state)
{
	for (int which = 0; which < 3; which++) {
		int ends[2], status;
		char line[64] = "";
		pid_t pid;

		(void)state;
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0) {
			dup2(ends[1], 2);
			ask_too_much(which);
			_exit(0);
		}
		close(ends[1]);
		assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
		assert_string_equal(line, "util_mem: out of memory\n");
		waitpid(pid, &status, 0);
		assert_int_equal(WEXITSTATUS(status), 1);
		close(ends[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(strings_are_copied_and_printed),
		cmocka_unit_test(products_say_when_they_overflow),
		cmocka_unit_test(a_size_that_overflows_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
