#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/le.h"
#include "tensor/npy.h"
#include "tensor/slurp.h"
#include "util/mem.h"

#define ALIGN ((size_t)64)
#define TEXT_MAX ((size_t)1 << 20) /* NumPy itself stops at 10,000 */

/* The part of the dictionary not yet read. */
struct cursor {
	const char *start, *p, *end;
};

/* What the dictionary has given so far. */
struct seen {
	bool descr, order, shape;
};

static void
skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\n'))
		c->p++;
}

static bool
accept(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(c);
	if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
		return false;
	c->p += n;
	return true;
}

static int
expected(const struct cursor *c, const char *what, struct err *e)
{
	return err_set(
		e, ".npy header byte %td: expected %s", c->p - c->start, what);
}

/* A quoted string without escapes, to *s and *n. */
static int
parse_string(struct cursor *c, const char **s, size_t *n, struct err *e)
{
	const char *close;
	char quote;

	skip_blanks(c);
	if (c->p == c->end || (*c->p != '\'' && *c->p != '"'))
		return expected(c, "a string", e);
	quote = *c->p++;
	close = memchr(c->p, quote, (size_t)(c->end - c->p));
	if (!close)
		return expected(c, "a closing quote", e);
	*s = c->p;
	*n = (size_t)(close - c->p);
	c->p = close + 1;
	return 0;
}

static int
parse_size(struct cursor *c, size_t *out, struct err *e)
{
	size_t v = 0;
	const char *begin;

	skip_blanks(c);
	for (begin = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9';
		c->p++)
		if (__builtin_mul_overflow(v, (size_t)10, &v) ||
			__builtin_add_overflow(v, (size_t)(*c->p - '0'), &v))
			return expected(c, "a smaller size", e);
	if (c->p == begin)
		return expected(c, "a size", e);
	*out = v;
	accept(c, "L"); /* as Python 2 wrote it */
	return 0;
}

static int
parse_shape(struct cursor *c, struct npy *h, struct err *e)
{
	bool comma = true;

	if (!accept(c, "("))
		return expected(c, "a tuple", e);
	for (h->rank = 0; !accept(c, ")"); h->rank++) {
		if (!comma)
			return expected(c, "',' or ')'", e);
		if (h->rank == TENSOR_RANK_MAX)
			return err_set(e,
				".npy header key \"shape\": rank above %d",
				TENSOR_RANK_MAX);
		if (parse_size(c, &h->shape[h->rank], e) != 0)
			return -1;
		comma = accept(c, ",");
	}
	if (h->rank == 1 && !comma)
		return expected(c, "',' in a tuple of one", e);
	return 0;
}

static int
refuse_type(const char *s, size_t n, struct err *e)
{
	char shown[16];
	size_t i;

	if (n >= 2 && s[1] == 'O')
		return err_set(e,
			".npy header key \"descr\": object arrays "
			"(pickles) are refused");
	for (i = 0; i < n && i < sizeof(shown) - 1; i++)
		shown[i] = s[i];
	shown[i] = '\0';
	for (i = 0; shown[i]; i++)
		if (shown[i] < ' ' || shown[i] > '~')
			shown[i] = '?';
	return err_set(e,
		".npy header key \"descr\": type '%s' is not "
		"supported",
		shown);
}

static int
find_type(const char *s, size_t n, struct npy *h, struct err *e)
{
	static const struct {
		const char *code;
		enum dtype t;
	} types[] = {
		{ "f8", DT_F64 },
		{ "f4", DT_F32 },
		{ "f2", DT_F16 },
		{ "i8", DT_I64 },
		{ "i4", DT_I32 },
		{ "i2", DT_I16 },
		{ "i1", DT_I8 },
		{ "u8", DT_U64 },
		{ "u4", DT_U32 },
		{ "u2", DT_U16 },
		{ "u1", DT_U8 },
		{ "b1", DT_U8 },
	};

	for (size_t i = 0; n == 3 && i < sizeof(types) / sizeof(*types); i++) {
		if (memcmp(s + 1, types[i].code, 2) != 0)
			continue;
		h->dtype = types[i].t;
		h->big_endian = *s == '>';
		/* "|" says that order does not matter: one byte only. */
		if (*s == '<' || *s == '>' ||
			(*s == '|' && dtype_size(h->dtype) == 1))
			return 0;
	}
	return refuse_type(s, n, e);
}

static int
parse_descr(struct cursor *c, struct npy *h, struct err *e)
{
	const char *s;
	size_t n;

	if (accept(c, "["))
		return err_set(e,
			".npy header key \"descr\": structured types "
			"are refused");
	if (parse_string(c, &s, &n, e) != 0)
		return -1;
	return find_type(s, n, h, e);
}

static int
parse_order(struct cursor *c, struct npy *h, struct err *e)
{
	if (accept(c, "True"))
		h->fortran = true;
	else if (accept(c, "False"))
		h->fortran = false;
	else
		return expected(c, "True or False", e);
	return 0;
}

/* Which of the three keys s is; NULL if none. */
static bool *
find_key(struct seen *seen, const char *s, size_t n)
{
	if (n == 5 && memcmp(s, "descr", n) == 0)
		return &seen->descr;
	if (n == 13 && memcmp(s, "fortran_order", n) == 0)
		return &seen->order;
	if (n == 5 && memcmp(s, "shape", n) == 0)
		return &seen->shape;
	return NULL;
}

static int
parse_item(struct cursor *c, struct npy *h, struct seen *seen, struct err *e)
{
	const char *s;
	bool *key;
	size_t n;

	if (parse_string(c, &s, &n, e) != 0)
		return -1;
	key = find_key(seen, s, n);
	if (!key || *key)
		return expected(
			c, "each of descr, fortran_order, shape once", e);
	*key = true;
	if (!accept(c, ":"))
		return expected(c, "':'", e);
	if (key == &seen->descr)
		return parse_descr(c, h, e);
	if (key == &seen->order)
		return parse_order(c, h, e);
	return parse_shape(c, h, e);
}

static int
count_bytes(struct npy *h, struct err *e)
{
	size_t bytes = dtype_size(h->dtype);
	bool empty = false;

	for (size_t i = 0; i < h->rank; i++)
		if (!h->shape[i])
			empty = true;
		else if (__builtin_mul_overflow(bytes, h->shape[i], &bytes) ||
			bytes > PTRDIFF_MAX)
			return err_set(e,
				".npy header key \"shape\": the "
				"product overflows");
	h->bytes = empty ? 0 : bytes;
	return 0;
}

int
npy_parse(const char *text, size_t n, struct npy *h, struct err *e)
{
	struct cursor c = { text, text, text + n };
	struct seen seen = { false, false, false };
	bool comma = true;

	*h = (struct npy){ 0 };
	if (!accept(&c, "{"))
		return expected(&c, "'{'", e);
	while (!accept(&c, "}")) {
		if (!comma)
			return expected(&c, "',' or '}'", e);
		if (parse_item(&c, h, &seen, e) != 0)
			return -1;
		comma = accept(&c, ",");
	}
	skip_blanks(&c);
	if (c.p != c.end)
		return expected(&c, "nothing behind '}'", e);
	if (!seen.descr || !seen.order || !seen.shape)
		return err_set(e, ".npy header has no %s",
			!seen.descr           ? "descr"
				: !seen.order ? "fortran_order"
					      : "shape");
	return count_bytes(h, e);
}

int
npy_read(struct input *in, struct npy *h, struct err *e)
{
	unsigned char *text = slurp_exact(in, NPY_MAGIC_SIZE + 2, e);
	unsigned major;
	size_t n;
	int status;

	if (!text)
		return -1;
	major = text[NPY_MAGIC_SIZE];
	free(text);
	if (major < 1 || major > 3)
		return err_set(e,
			".npy version %u is unknown (1 to 3 are read)", major);
	text = slurp_exact(in, major == 1 ? 2 : 4, e);
	if (!text)
		return -1;
	n = major == 1 ? le_get16(text) : le_get32(text);
	free(text);
	if (n > TEXT_MAX)
		return err_set(e, ".npy header of %zu bytes is above %zu", n,
			TEXT_MAX);
	text = slurp_exact(in, n, e);
	if (!text)
		return -1;
	status = npy_parse((char *)text, n, h, e);
	free(text);
	return status;
}

static const char *
descr(enum dtype t)
{
	static const char *const text[DT_COUNT] = {
		[DT_F64] = "<f8",
		[DT_F32] = "<f4",
		[DT_F16] = "<f2",
		[DT_BF16] = "<u2",
		[DT_I64] = "<i8",
		[DT_I32] = "<i4",
		[DT_I16] = "<i2",
		[DT_I8] = "|i1",
		[DT_U64] = "<u8",
		[DT_U32] = "<u4",
		[DT_U16] = "<u2",
		[DT_U8] = "|u1",
	};

	return text[t];
}

char *
npy_header(
	enum dtype t, size_t rank, const size_t *shape, size_t total, size_t *n)
{
	char sizes[TENSOR_RANK_MAX * 22 + 1] = "";
	size_t i, used = 0, start = NPY_MAGIC_SIZE + 4;
	char *text, *out;

	assert(rank <= TENSOR_RANK_MAX);
	for (i = 0; i < rank; i++)
		used += (size_t)snprintf(sizes + used, sizeof(sizes) - used,
			"%s%zu", i ? ", " : "", shape[i]);
	text = mem_printf("{'descr': '%s', 'fortran_order': False, "
			  "'shape': (%s%s), }",
		descr(t), sizes, rank == 1 ? "," : "");
	used = start + strlen(text);
	*n = (used + ALIGN) / ALIGN * ALIGN; /* room for the newline */
	assert(total == 0 || total >= *n);
	if (total)
		*n = total;
	out = mem_alloc(*n, 1);
	memset(out, ' ', *n);
	memcpy(out, NPY_MAGIC "\x01", NPY_MAGIC_SIZE + 2); /* 1, then 0 */
	le_put16((unsigned char *)out + start - 2, (uint16_t)(*n - start));
	memcpy(out + start, text, strlen(text));
	out[*n - 1] = '\n';
	free(text);
	return out;
}
