/*
 * util_aside.c - work in a second thread, in the order given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/aside.h"

enum { PIECES = 1000 };

struct log {
	int seen[PIECES];
	int count;
};

struct piece {
	struct log *log;
	int number;
	useconds_t takes;
};

static void
note(void *arg)
{
	const struct piece *p = arg;

	if (p->takes)
		usleep(p->takes);
	p->log->seen[p->log->count++] = p->number;
}

static void
in_order(struct aside *a)
{
	struct log log = { .count = 0 };
	struct piece piece[PIECES];

	for (int i = 0; i < PIECES; i++) {
		piece[i] = (struct piece){ &log, i, i % 100 == 0 ? 500 : 0 };
		aside_do(a, note, &piece[i]);
		/* One under way, and none that waits behind it. */
		if (i % 300 == 299) {
			aside_wait(a);
			assert_int_equal(log.count, i + 1);
		}
	}
	aside_wait(a);
	assert_int_equal(log.count, PIECES);
	for (int i = 0; i < PIECES; i++)
		assert_int_equal(log.seen[i], i);
	aside_close(a);
}

static void
pieces_are_worked_on_in_order(void **state)
{
	struct aside *a = aside_open();

	(void)state;
	assert_non_null(a);
	in_order(a);
	in_order(NULL);
}

static void
the_last_piece_is_done_before_the_close(void **state)
{
	struct log log = { .count = 0 };
	struct piece p = { &log, 7, 20000 };
	struct aside *a = aside_open();

	(void)state;
	aside_do(a, note, &p);
	aside_close(a);
	assert_int_equal(log.count, 1);
	aside_close(aside_open());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_worked_on_in_order),
		cmocka_unit_test(the_last_piece_is_done_before_the_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
