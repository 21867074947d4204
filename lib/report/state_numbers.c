#include <stdlib.h>
#include <string.h>

#include "report/sizes.h"
#include "report/state_numbers.h"
#include "tensor/le.h"
#include "util/mem.h"

const unsigned char *
state_numbers_find(const struct record *r, const char *name, enum dtype type,
	size_t cols, size_t *n, struct err *e)
{
	const struct tensor *t = record_find(r, name);
	size_t rank = cols > 1 ? 2 : 1;

	if (!t || t->dtype != type || t->rank != rank ||
		(rank == 2 && t->shape[1] != cols)) {
		err_set(e, "tensor \"%s\": not %s [%s%zu]", name,
			dtype_name(type), rank == 2 ? "n, " : "n of ", cols);
		return NULL;
	}
	*n = t->shape[0];
	return t->data;
}

static const unsigned char *
find_exact(const struct record *r, const char *name, enum dtype type, size_t n,
	struct err *e)
{
	size_t got;
	const unsigned char *data =
		state_numbers_find(r, name, type, 1, &got, e);

	if (data && got != n) {
		err_set(e, "tensor \"%s\": %zu numbers, not %zu", name, got, n);
		return NULL;
	}
	return data;
}

int
state_numbers_reals(const struct record *r, const char *name, double *to,
	size_t n, struct err *e)
{
	const unsigned char *data = find_exact(r, name, DT_F64, n, e);

	for (size_t i = 0; data && i < n; i++) {
		uint64_t bits = le_get64(data + 8 * i);

		memcpy(&to[i], &bits, sizeof(bits));
	}
	return data ? 0 : -1;
}

void
state_numbers_add_reals(
	struct record *r, const char *name, const double *v, size_t n)
{
	struct tensor *t = record_add(r, name, DT_F64, 1, &n, NULL);

	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		le_put64(t->data + 8 * i, bits);
	}
}

/* The counts of one column, as they stand in the file. */
struct listed {
	const unsigned char *code, *count;
	size_t used, column, k;
};

static int
bad_code(const struct listed *l, uint32_t code, const char *why, struct err *e)
{
	return err_set(
		e, "tensor \"code\": column %zu: %u %s", l->column, code, why);
}

/* n more of what must come to `all` in the end. */
static int
add_up(uint64_t *sum, uint64_t n, uint64_t all, const char *name, struct err *e)
{
	if (n == 0 || n > all - *sum)
		return err_set(e,
			"tensor \"%s\": its counts do not add up to the %llu "
			"tokens",
			name, (unsigned long long)all);
	*sum += n;
	return 0;
}

static int
read_column(struct counts *c, const struct listed *l, uint64_t tokens,
	struct err *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->used; i++) {
		uint32_t code = le_get32(l->code + 4 * i);
		uint64_t n = le_get64(l->count + 8 * i);

		if (i && code <= le_get32(l->code + 4 * (i - 1)))
			return bad_code(l, code, "is not in order", e);
		if (code >= l->k)
			return bad_code(l, code, "is not below k", e);
		if (counts_room(c, code) > TALLY_COUNTERS_MAX)
			return bad_code(l, code, "is too large", e);
		if (add_up(&sum, n, tokens, "count", e) != 0)
			return -1;
		counts_put(c, code, n);
	}
	if (sum == tokens)
		return 0;
	return add_up(&sum, 0, tokens, "count", e);
}

/* Counters that the columns ask for, before any is allocated. */
static int
check_room(const struct tally *t, const unsigned char *used,
	const unsigned char *code, size_t all, struct err *e)
{
	size_t at = 0, room = 0;

	for (size_t i = 0; i < t->cols; i++) {
		uint64_t n = le_get64(used + 8 * i);

		if (n > all - at)
			return err_set(e,
				"tensor \"used\": more than the %zu codes",
				all);
		at += (size_t)n;
		room += counts_room(&t->col[i],
			n ? le_get32(code + 4 * (at - 1)) % COUNTS_CODES_MAX
			  : 0);
	}
	if (at < all)
		return err_set(
			e, "tensor \"used\": fewer than the %zu codes", all);
	if (room > TALLY_COUNTERS_MAX)
		return err_set(e, "it needs more than %zu counters",
			TALLY_COUNTERS_MAX);
	return 0;
}

static int
read_sizes(struct sizes *k, const char *codes, size_t cols, struct err *e)
{
	*k = (struct sizes){ 0 };
	if (!codes)
		return 0;
	if (sizes_parse(k, codes, e) != 0)
		return -1;
	if (sizes_fit(k, cols))
		return 0;
	err_set(e, "key \"codes\" has %zu numbers for %zu columns", k->count,
		cols);
	sizes_free(k);
	return -1;
}

int
state_numbers_columns(struct tally *t, const struct record *r,
	const char *codes, struct err *e)
{
	const unsigned char *used, *count = NULL;
	struct listed l = { 0 };
	struct sizes k;
	size_t all = 0;
	int status;

	used = find_exact(r, "used", DT_U64, t->cols, e);
	if (used)
		l.code = state_numbers_find(r, "code", DT_U32, 1, &all, e);
	if (l.code)
		count = find_exact(r, "count", DT_U64, all, e);
	if (!count || check_room(t, used, l.code, all, e) != 0 ||
		read_sizes(&k, codes, t->cols, e) != 0)
		return -1;
	l.count = count;
	status = 0;
	for (size_t i = 0; i < t->cols && status == 0; i++) {
		l.column = i;
		l.k = codes ? sizes_at(&k, i) : COUNTS_CODES_MAX;
		l.used = (size_t)le_get64(used + 8 * i);
		status = read_column(&t->col[i], &l, t->tokens, e);
		l.code += 4 * l.used;
		l.count += 8 * l.used;
	}
	sizes_free(&k);
	return status;
}

/* Whole tokens say of each column what its own counts say. */
static int
check_columns(const struct tally *t, struct err *e)
{
	int status = 0;

	for (size_t c = 0; c < t->cols && status == 0; c++) {
		const struct counts *col = &t->col[c];
		uint64_t *n = mem_zalloc((size_t)col->max + 1, sizeof(*n));

		for (size_t i = 0; i < t->joint.used; i++) {
			uint32_t code = t->joint.key[i * t->cols + c];

			if (code <= col->max)
				n[code] += t->joint.n[i];
		}
		for (size_t i = 0; i < col->used && status == 0; i++)
			if (n[col->hit[i]] != col->n[col->hit[i]])
				status = err_set(e,
					"tensor \"joint.count\": not what "
					"column %zu has of code %u",
					c, col->hit[i]);
		free(n);
	}
	return status;
}

static int
read_keys(struct tally *t, const unsigned char *code,
	const unsigned char *count, size_t n, struct err *e)
{
	uint32_t *key = mem_alloc(t->cols, sizeof(*key));
	uint64_t sum = 0;
	int status = 0;

	for (size_t i = 0; i < n && status == 0; i++) {
		uint64_t times = le_get64(count + 8 * i);

		for (size_t c = 0; c < t->cols; c++)
			key[c] = le_get32(code + 4 * (i * t->cols + c));
		status = add_up(&sum, times, t->tokens, "joint.count", e);
		if (status != 0)
			break;
		joint_put(&t->joint, key, times);
		if (!t->joint.full && t->joint.used != i + 1)
			status = err_set(e,
				"tensor \"joint.code\": token %zu stands "
				"there twice",
				i);
	}
	free(key);
	if (status == 0 && sum != t->tokens)
		status = add_up(&sum, 0, t->tokens, "joint.count", e);
	return status;
}

int
state_numbers_joint(struct tally *t, const struct record *r, struct err *e)
{
	const char *joint = meta_get(&r->meta, "joint");
	const unsigned char *code, *count;
	size_t n;

	if (joint && strcmp(joint, "full") == 0) {
		joint_give_up(&t->joint);
		t->joint.tokens = t->tokens;
		return 0;
	}
	code = state_numbers_find(r, "joint.code", DT_U32, t->cols, &n, e);
	count = code ? find_exact(r, "joint.count", DT_U64, n, e) : NULL;
	if (!count || read_keys(t, code, count, n, e) != 0)
		return -1;
	return t->joint.full ? 0 : check_columns(t, e);
}

static void
add_column(const struct counts *c, unsigned char **code, unsigned char **count)
{
	for (uint32_t v = 0; c->used && v <= c->max; v++) {
		if (!c->n[v])
			continue;
		le_put32(*code, v);
		le_put64(*count, c->n[v]);
		*code += 4;
		*count += 8;
	}
}

static void
add_joint(struct record *r, const struct joint *j)
{
	const size_t shape[2] = { j->used, j->cols };
	unsigned char *to;

	if (j->full) {
		meta_set(&r->meta, "joint", "full");
		return;
	}
	to = record_add(r, "joint.code", DT_U32, 2, shape, NULL)->data;
	for (size_t i = 0; i < j->used * j->cols; i++)
		le_put32(to + 4 * i, j->key[i]);
	to = record_add(r, "joint.count", DT_U64, 1, shape, NULL)->data;
	for (size_t i = 0; i < j->used; i++)
		le_put64(to + 8 * i, j->n[i]);
}

void
state_numbers_add(struct record *r, const struct tally *t)
{
	unsigned char *used, *code, *count;
	size_t all = 0;

	for (size_t i = 0; i < t->cols; i++)
		all += t->col[i].used;
	used = record_add(r, "used", DT_U64, 1, &t->cols, NULL)->data;
	code = record_add(r, "code", DT_U32, 1, &all, NULL)->data;
	count = record_add(r, "count", DT_U64, 1, &all, NULL)->data;
	for (size_t i = 0; i < t->cols; i++) {
		le_put64(used + 8 * i, t->col[i].used);
		add_column(&t->col[i], &code, &count);
	}
	if (t->cols > 1)
		add_joint(r, &t->joint);
}
