#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/crc.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"
#include "util/ranks_link.h"

static bool agreed; /* all ranks know of a failure */

/* Before the words: whose they are. */
static void
name_rank(struct err *e)
{
	char machine[64];

	ranks_link_machine(machine, sizeof(machine));
	err_wrap(e, "rank %zu (%s)", ranks_own(), machine);
}

int
ranks_begin(struct err *e)
{
	if (ranks_link_begin(e) != 0)
		return -1;
	if (!ranks_first())
		say_only_errors();
	return 0;
}

void
ranks_end(void)
{
	ranks_link_end();
}

void
ranks_abort(int status)
{
	ranks_link_abort(status);
}

void
ranks_fail(const struct err *e)
{
	struct err own = *e;

	if (agreed || ranks_count() == 1) {
		if (ranks_first())
			say_error(NULL, e->msg);
		return;
	}
	/* Most likely all fail alike, and the first says it for all. */
	if (!ranks_first()) {
		sleep(2);
		name_rank(&own);
	}
	say_error(NULL, own.msg);
	ranks_abort(1);
}

size_t
ranks_count(void)
{
	return ranks_link_count();
}

size_t
ranks_own(void)
{
	return ranks_link_own();
}

bool
ranks_first(void)
{
	return ranks_own() == 0;
}

struct ranks_share
ranks_share(size_t n, size_t chunk, size_t rank)
{
	size_t count = ranks_count(), chunks = (n + chunk - 1) / chunk;
	size_t each = chunks / count, more = chunks % count;
	size_t from = rank * each + (rank < more ? rank : more);
	size_t end = from + each + (rank < more);

	return (struct ranks_share){ from * chunk < n ? from * chunk : n,
		end * chunk < n ? end * chunk : n };
}

void
ranks_gather(void *x, size_t n, size_t chunk, size_t bytes)
{
	size_t count = ranks_count();
	size_t *units, *at;

	if (count == 1 || n == 0 || bytes == 0)
		return;
	units = mem_alloc(count, sizeof(*units));
	at = mem_alloc(count, sizeof(*at));
	for (size_t i = 0; i < count; i++) {
		struct ranks_share s = ranks_share(n, chunk, i);

		units[i] = s.end - s.from;
		at[i] = s.from;
	}
	ranks_link_gather(x, units, at, bytes);
	free(units);
	free(at);
}

static size_t
bytes_of(const struct ranks_part *part, size_t parts, size_t rank)
{
	size_t sum = 0;

	for (size_t i = 0; i < parts; i++) {
		struct ranks_share s =
			ranks_share(part[i].n, part[i].chunk, rank);

		sum += (s.end - s.from) * part[i].bytes;
	}
	return sum;
}

/* A rank's shares, side by side, there or (back) from there. */
static void
lay(const struct ranks_part *part, size_t parts, size_t rank, char *at,
	bool back)
{
	for (size_t i = 0; i < parts; i++) {
		struct ranks_share s =
			ranks_share(part[i].n, part[i].chunk, rank);
		char *x = (char *)part[i].x + s.from * part[i].bytes;
		size_t size = (s.end - s.from) * part[i].bytes;

		if (size)
			memcpy(back ? x : at, back ? at : x, size);
		at += size;
	}
}

void
ranks_gather_parts(const struct ranks_part *part, size_t parts)
{
	size_t count = ranks_count(), all = 0;
	size_t *bytes, *at;
	char *x;

	if (count == 1)
		return;
	bytes = mem_alloc(count, sizeof(*bytes));
	at = mem_alloc(count, sizeof(*at));
	for (size_t i = 0; i < count; i++) {
		at[i] = all;
		all += bytes[i] = bytes_of(part, parts, i);
	}
	if (all > INT_MAX) { /* too much for one message */
		for (size_t i = 0; i < parts; i++)
			ranks_gather(part[i].x, part[i].n, part[i].chunk,
				part[i].bytes);
		free(at);
		free(bytes);
		return;
	}
	x = mem_alloc(all + 1, 1);
	lay(part, parts, ranks_own(), x + at[ranks_own()], false);
	ranks_link_gather(x, bytes, at, 1);
	for (size_t i = 0; i < count; i++)
		if (i != ranks_own())
			lay(part, parts, i, x + at[i], true);
	free(x);
	free(at);
	free(bytes);
}

struct shifted {
	pool_fn *fn;
	void *arg;
	size_t from;
};

static void
shifted_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct shifted *t = arg;

	t->fn(t->arg, t->from + chunk, worker);
}

void
ranks_run(struct pool *p, size_t chunks, pool_fn *fn, void *arg)
{
	struct ranks_share own = ranks_share(chunks, 1, ranks_own());
	struct shifted t = { fn, arg, own.from };

	pool_run(p, own.end - own.from, shifted_chunk, &t);
}

/* Each rank sums a share of the numbers, of all ranks' in their order. */
void
ranks_sum(float *x, size_t n)
{
	size_t count = ranks_count();
	struct ranks_share own = ranks_share(n, 1, ranks_own());
	size_t size = own.end - own.from;
	size_t *sends, *gets;
	float *part;

	if (count == 1)
		return;
	sends = mem_alloc(count, sizeof(*sends));
	gets = mem_alloc(count, sizeof(*gets));
	part = mem_floats(count * size + 1);
	for (size_t i = 0; i < count; i++) {
		struct ranks_share s = ranks_share(n, 1, i);

		sends[i] = s.end - s.from;
		gets[i] = size;
	}
	ranks_link_deal(x, sends, part, gets, sizeof(*x));
	for (size_t i = 0; i < size; i++)
		x[own.from + i] = part[i];
	for (size_t r = 1; r < count; r++)
		for (size_t i = 0; i < size; i++)
			x[own.from + i] += part[r * size + i];
	ranks_gather(x, n, 1, sizeof(*x));
	free(sends);
	free(gets);
	free(part);
}

void
ranks_sum_doubles(double *x, size_t n)
{
	size_t *from, count = ranks_count();
	double *all;

	if (count == 1)
		return;
	all = ranks_collect(x, n, sizeof(*x), &from);
	memset(x, 0, n * sizeof(*x));
	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < n; i++)
			x[i] += all[r * n + i];
	free(all);
	free(from);
}

void
ranks_copy(void *x, size_t bytes)
{
	if (ranks_count() > 1)
		ranks_link_copy(x, bytes, 0);
}

/* All names, each with its NUL. */
static char *
joined(const struct strlist *l, size_t *size)
{
	char *all, *to;

	*size = 0;
	for (size_t i = 0; i < l->count; i++)
		*size += strlen(l->item[i]) + 1;
	all = to = mem_alloc(*size + 1, 1);
	for (size_t i = 0; i < l->count; i++)
		to = stpcpy(to, l->item[i]) + 1;
	return all;
}

void
ranks_list(struct strlist *l)
{
	size_t size;
	char *all;

	if (ranks_count() == 1)
		return;
	all = joined(l, &size);
	ranks_copy(&size, sizeof(size));
	if (!ranks_first()) {
		strlist_free(l);
		free(all);
		all = mem_alloc(size + 1, 1);
	}
	ranks_copy(all, size);
	for (size_t i = 0; i < size && !ranks_first(); i += strlen(all + i) + 1)
		strlist_add(l, all + i);
	free(all);
}

void *
ranks_collect(const void *x, size_t n, size_t bytes, size_t **from)
{
	size_t count = ranks_count();
	size_t *units = mem_alloc(count, sizeof(*units));
	size_t *at = mem_zalloc(count + 1, sizeof(*at));
	char *all;

	units[ranks_own()] = n;
	ranks_gather(units, count, 1, sizeof(*units));
	for (size_t i = 0; i < count; i++)
		at[i + 1] = at[i] + units[i];
	all = mem_alloc(at[count] + 1, bytes);
	if (n)
		memcpy(all + at[ranks_own()] * bytes, x, n * bytes);
	if (count > 1)
		ranks_link_gather(all, units, at, bytes);
	free(units);
	*from = at;
	return all;
}

void
ranks_deal(const void *send, const size_t *sends, void *get, const size_t *gets,
	size_t bytes)
{
	ranks_link_deal(send, sends, get, gets, bytes);
}

int
ranks_most(int x)
{
	return ranks_count() > 1 ? ranks_link_most(x) : x;
}

bool
ranks_any(bool x)
{
	return ranks_most(x) != 0;
}

int
ranks_agree(int status, struct err *e)
{
	size_t count = ranks_count(), failed;

	if (count == 1)
		return status;
	failed = count -
		(size_t)ranks_most(
			status != 0 ? (int)(count - ranks_own()) : 0);
	if (failed == count)
		return 0;
	agreed = true;
	if (failed == ranks_own() && failed != 0)
		name_rank(e);
	ranks_link_copy(e, sizeof(*e), failed);
	return -1;
}

int
ranks_alike(const char *what, const char *why, const void *x, size_t bytes,
	struct err *e)
{
	uint32_t own = crc_add(0, x, bytes), first = own;
	int status = 0;

	ranks_copy(&first, sizeof(first));
	if (own != first)
		status = err_set(
			e, "%s differ from the first rank's: %s", what, why);
	return ranks_agree(status, e);
}
