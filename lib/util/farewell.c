#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/farewell.h"
#include "util/mem.h"
#include "util/output_live.h"
#include "util/progress.h"

static const int signals[2] = { SIGINT, SIGTERM };
static struct sigaction old[2];
static _Atomic size_t count;
static char *head, *tail; /* NULL: not begun */

static void
put(const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static void
put_back(void)
{
	for (int i = 0; i < 2; i++)
		sigaction(signals[i], &old[i], NULL);
}

/* What is raised here waits until the handler is left. */
static void
part(int signal)
{
	char digits[24];
	size_t at = sizeof(digits), n = count;

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	put(head, strlen(head));
	put(digits + at, sizeof(digits) - at);
	put(tail, strlen(tail));
	put_back();
	raise(signal);
}

void
farewell_begin(const char *before, const char *behind)
{
	struct sigaction a;

	head = say_line(before);
	if (!head)
		return;
	tail = mem_printf("%s\n", behind);
	count = 0;
	/* Its handler finds only what was there before. */
	output_live_ready();
	memset(&a, 0, sizeof(a));
	a.sa_handler = part;
	sigfillset(&a.sa_mask);
	for (int i = 0; i < 2; i++)
		if (sigaction(signals[i], &a, &old[i]) == 0 &&
			old[i].sa_handler == SIG_IGN)
			sigaction(signals[i], &old[i], NULL);
}

void
farewell_count(size_t n)
{
	count = n;
}

void
farewell_end(void)
{
	if (!head)
		return;
	put_back();
	free(head);
	free(tail);
	head = tail = NULL;
}
