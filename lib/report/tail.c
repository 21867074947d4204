#include <string.h>

#include "report/tail.h"

const char *
tail_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A piece of a name. */
struct part {
	const char *at;
	size_t n;
};

/* A file's name without its extension; ".x" has none. */
static struct part
stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (struct part){ name,
		dot && dot != name ? (size_t)(dot - name) : strlen(name) };
}

/* The component that ends before the slash before path[*left]; false if there is
 * none. */
static bool
before(const char *path, size_t *left, struct part *p)
{
	size_t end;

	if (*left == 0)
		return false;
	end = --*left;
	while (*left && path[*left - 1] != '/')
		--*left;
	*p = (struct part){ path + *left, end - *left };
	return true;
}

static int
compare(struct part a, struct part b)
{
	int order = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* *order: of the first components that differ; 0 if one path ends before. */
static size_t
walk(const char *a, const char *b, int *order, bool *more_a, bool *more_b)
{
	const char *x = tail_base(a), *y = tail_base(b);
	size_t shared = 0, na = (size_t)(x - a), nb = (size_t)(y - b);
	struct part p = stem(x), q = stem(y);

	*more_a = *more_b = true;
	while ((*order = compare(p, q)) == 0) {
		shared++;
		*more_a = before(a, &na, &p);
		*more_b = before(b, &nb, &q);
		if (!*more_a || !*more_b)
			break;
	}
	return shared;
}

size_t
tail_shared(const char *a, const char *b, bool *whole)
{
	bool more_a, more_b;
	int order;
	size_t n = walk(a, b, &order, &more_a, &more_b);

	*whole = order == 0;
	return n;
}

bool
tail_of(const char *path, const char *tail)
{
	bool more_path, more_tail;
	int order;

	walk(path, tail, &order, &more_path, &more_tail);
	return order == 0 && !more_tail;
}

int
tail_order(const char *a, const char *b)
{
	bool more_a, more_b;
	int order;

	walk(a, b, &order, &more_a, &more_b);
	return order ? order : (int)more_a - (int)more_b;
}
