#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "stats/lanes.h"
#include "tensor/le.h"
#include "util/mem.h"

#define CODES ((size_t)1 << 16)
#define LANES 2

void
lanes_free(struct lanes *l)
{
	free(l->n);
	*l = (struct lanes){ 0 };
}

/* Eight bytes at a time: one load for all of their codes. */
static void
add_bytes(uint32_t *a, uint32_t *b, const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t v = le_get64(p + i);

		a[v & 255]++;
		b[v >> 8 & 255]++;
		a[v >> 16 & 255]++;
		b[v >> 24 & 255]++;
		a[v >> 32 & 255]++;
		b[v >> 40 & 255]++;
		a[v >> 48 & 255]++;
		b[v >> 56]++;
	}
	for (; i < n; i++)
		a[p[i]]++;
}

static void
add_pairs(uint32_t *a, uint32_t *b, const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		uint64_t v = le_get64(p + 2 * i);

		a[v & 0xffff]++;
		b[v >> 16 & 0xffff]++;
		a[v >> 32 & 0xffff]++;
		b[v >> 48]++;
	}
	for (; i < n; i++)
		a[le_get16(p + 2 * i)]++;
}

void
lanes_add(struct lanes *l, const void *codes, size_t n, size_t size)
{
	assert((size == 1 || size == 2) && n <= LANES_CODES_MAX - l->tokens);
	if (!l->n)
		l->n = mem_zalloc(LANES * CODES, sizeof(*l->n));
	if (size == 1)
		add_bytes(l->n, l->n + CODES, codes, n);
	else
		add_pairs(l->n, l->n + CODES, codes, n);
	l->tokens += n;
}

size_t
lanes_end(const struct lanes *l)
{
	size_t end = l->tokens ? CODES : 0;

	while (end && !l->n[end - 1] && !l->n[CODES + end - 1])
		end--;
	return end;
}

void
lanes_count(const struct lanes *l, struct counts *c)
{
	size_t end = lanes_end(l);

	for (size_t v = 0; v < end; v++)
		counts_put(c, (uint32_t)v, (uint64_t)l->n[v] + l->n[CODES + v]);
}

void
lanes_forget(struct lanes *l)
{
	size_t end = lanes_end(l);

	for (size_t i = 0; end && i < LANES; i++)
		memset(l->n + i * CODES, 0, end * sizeof(*l->n));
	l->tokens = 0;
}
