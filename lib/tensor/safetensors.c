#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/begins.h"
#include "tensor/header.h"
#include "tensor/le.h"
#include "tensor/safetensors.h"
#include "tensor/slurp.h"
#include "util/mem.h"
#include "util/names.h"

#define ALIGN ((size_t)64)

/* A tensor of the header, for sorting. */
struct entry {
	struct tensor tensor;
	struct extent extent;
	size_t order;
};

static int
get_size(const json_t *v, size_t *out)
{
	json_int_t i = json_integer_value(v);

	if (!json_is_integer(v) || i < 0 || (uintmax_t)i > PTRDIFF_MAX)
		return -1;
	*out = (size_t)i;
	return 0;
}

/* "[2, 3]"; text has room for TENSOR_RANK_MAX sizes. */
#define SHAPE_TEXT (TENSOR_RANK_MAX * 22 + 3)
static const char *
shape_text(const struct tensor *t, char text[SHAPE_TEXT])
{
	size_t n = 0;

	text[n++] = '[';
	for (size_t i = 0; i < t->rank; i++)
		n += (size_t)snprintf(text + n, SHAPE_TEXT - n, "%s%zu",
			i ? ", " : "", t->shape[i]);
	memcpy(text + n, "]", 2);
	return text;
}

static int
parse_shape(const json_t *shape, struct tensor *t, struct err *e)
{
	size_t i, bytes = dtype_size(t->dtype);
	bool empty = false;

	if (!json_is_array(shape))
		return err_set(e, "no array `shape`");
	t->rank = json_array_size(shape);
	if (t->rank > TENSOR_RANK_MAX)
		return err_set(
			e, "rank %zu is above %d", t->rank, TENSOR_RANK_MAX);
	for (i = 0; i < t->rank; i++) {
		if (get_size(json_array_get(shape, i), &t->shape[i]) != 0)
			return err_set(e, "shape[%zu] is not a size", i);
		/* Zeros left out: no later product of some axes wraps. */
		if (!t->shape[i])
			empty = true;
		else if (__builtin_mul_overflow(bytes, t->shape[i], &bytes) ||
			bytes > PTRDIFF_MAX)
			return err_set(e, "the product of the shape overflows");
	}
	t->bytes = empty ? 0 : bytes;
	return 0;
}

static int
parse_offsets(const json_t *offsets, const struct tensor *t, struct extent *x,
	struct err *e)
{
	char text[SHAPE_TEXT];
	size_t begin, end;

	if (json_array_size(offsets) != 2 ||
		get_size(json_array_get(offsets, 0), &begin) != 0 ||
		get_size(json_array_get(offsets, 1), &end) != 0)
		return err_set(e, "`data_offsets` is not a pair of sizes");
	if (begin > end)
		return err_set(
			e, "data_offsets [%zu, %zu] run backwards", begin, end);
	if (end - begin != t->bytes)
		return err_set(e,
			"shape %s of %s needs %zu bytes, data_offsets give %zu",
			shape_text(t, text), dtype_name(t->dtype), t->bytes,
			end - begin);
	x->begin = begin;
	x->end = end;
	return 0;
}

/* "header key "...": " before the message; the key may hold anything. */
static int
wrap_key(struct err *e, const char *key)
{
	char *shown = names_escape(key);

	err_wrap(e, "header key \"%.200s\"", shown);
	free(shown);
	return -1;
}

static int
unknown_dtype(const char *name, struct err *e)
{
	char *shown = names_escape(name);

	err_set(e,
		"dtype \"%.20s\" is none of F64 F32 F16 BF16 I64 I32 I16 "
		"I8 U64 U32 U16 U8",
		shown);
	free(shown);
	return -1;
}

static int
parse_tensor(const json_t *v, struct tensor *t, struct extent *x, struct err *e)
{
	const json_t *dtype = json_object_get(v, "dtype");
	const char *name = json_string_value(dtype);
	int type;

	if (!json_is_object(v))
		return err_set(e, "not an object");
	if (!name)
		return err_set(e, "no string `dtype`");
	type = dtype_find(name, json_string_length(dtype));
	if (type < 0 && strcmp(name, "BOOL") == 0)
		type = DT_U8; /* a byte each, 0 or 1 */
	if (type < 0)
		return unknown_dtype(name, e);
	t->dtype = (enum dtype)type;
	if (parse_shape(json_object_get(v, "shape"), t, e) != 0)
		return -1;
	return parse_offsets(json_object_get(v, "data_offsets"), t, x, e);
}

static int
parse_meta(json_t *v, struct meta *m, struct err *e)
{
	void *it;

	if (!json_is_object(v))
		return err_set(e, "not an object");
	for (it = json_object_iter(v); it; it = json_object_iter_next(v, it))
		if (!json_is_string(json_object_iter_value(it))) {
			err_set(e, "not a string");
			return wrap_key(e, json_object_iter_key(it));
		}
	m->map = json_deep_copy(v);
	meta_del(m, HEADER_SUM); /* it is of this text, and checked */
	return 0;
}

static int
parse_entry(const char *key, json_t *value, struct record *r,
	struct extent *ext, struct err *e)
{
	struct tensor *t = &r->tensor[r->count];

	if (strcmp(key, "__metadata__") == 0)
		return parse_meta(value, &r->meta, e);
	t->name = mem_strdup(key);
	return parse_tensor(value, t, &ext[r->count++], e);
}

static int
parse_entries(json_t *root, struct record *r, struct extent *ext, struct err *e)
{
	json_t *value;
	const char *key;
	void *it = json_object_iter(root);

	for (; it; it = json_object_iter_next(root, it)) {
		key = json_object_iter_key(it);
		value = json_object_iter_value(it);
		if (parse_entry(key, value, r, ext, e) != 0)
			return wrap_key(e, key);
	}
	return 0;
}

static int
by_offset(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;

	if (p->extent.begin != q->extent.begin)
		return p->extent.begin < q->extent.begin ? -1 : 1;
	if (p->extent.end != q->extent.end)
		return p->extent.end < q->extent.end ? -1 : 1;
	return p->order < q->order ? -1 : 1;
}

static void
sort_by_offset(struct record *r, struct extent *ext)
{
	struct entry *list = mem_alloc(r->count, sizeof(*list));
	size_t i;

	for (i = 0; i < r->count; i++)
		list[i] = (struct entry){ r->tensor[i], ext[i], i };
	qsort(list, r->count, sizeof(*list), by_offset);
	for (i = 0; i < r->count; i++) {
		r->tensor[i] = list[i].tensor;
		ext[i] = list[i].extent;
	}
	free(list);
}

static int
check_contiguous(const struct record *r, const struct extent *ext,
	uint64_t *total, struct err *e)
{
	uint64_t at = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (ext[i].begin != at) {
			err_set(e,
				"data begins at %" PRIu64 ", not at %" PRIu64
				" where the data before it ends",
				ext[i].begin, at);
			return wrap_key(e, r->tensor[i].name);
		}
		at = ext[i].end;
	}
	*total = at;
	return 0;
}

int
safetensors_parse(const char *json, size_t n, struct record *r,
	struct extent **ext, uint64_t *total, struct err *e)
{
	json_t *root = header_load(json, n, e);
	int status = -1;
	size_t count;

	*r = (struct record){ 0 };
	*ext = NULL;
	if (!root)
		return -1;
	count = json_object_size(root);
	r->tensor = mem_zalloc(count, sizeof(*r->tensor));
	*ext = mem_zalloc(count, sizeof(**ext));
	if (parse_entries(root, r, *ext, e) == 0) {
		sort_by_offset(r, *ext);
		status = check_contiguous(r, *ext, total, e);
	}
	if (status != 0) {
		record_free(r);
		free(*ext);
		*ext = NULL;
	}
	json_decref(root);
	return status;
}

int
safetensors_read(struct input *in, struct record *r, struct extent **ext,
	uint64_t *total, struct err *e)
{
	unsigned char *text = slurp_exact(in, 8, e);
	uint64_t n;
	int status;

	if (!text)
		return -1;
	n = le_get64(text);
	free(text);
	if (begins_as(n))
		return err_set(e, "%s, not a tensor record", begins_as(n));
	if (n < 2 || n > SAFETENSORS_HEADER_MAX)
		return err_set(e,
			"no tensor record: a header of %" PRIu64 " bytes (2 to "
			"%" PRIu64 " are possible)",
			n, SAFETENSORS_HEADER_MAX);
	text = slurp_exact(in, n, e);
	if (!text)
		return -1;
	status = safetensors_parse((char *)text, (size_t)n, r, ext, total, e);
	free(text);
	return status;
}

int
safetensors_crc(const struct meta *m, uint32_t *crc, struct err *e)
{
	const char *s = meta_get(m, "crc32");
	size_t n = s ? strlen(s) : 0;

	if (!s)
		return 0;
	if (n < 1 || n > 8 || strspn(s, "0123456789abcdefABCDEF") != n)
		return err_set(e,
			"metadata key \"crc32\": not a hexadecimal "
			"number of 8 digits");
	*crc = (uint32_t)strtoul(s, NULL, 16);
	return 1;
}

int
safetensors_check(uint32_t found, uint32_t stated, struct err *e)
{
	if (found == stated)
		return 0;
	return err_set(e,
		"the data's crc32 is %08" PRIx32 ", metadata key \"crc32\" "
		"says %08" PRIx32 ": the data are damaged",
		found, stated);
}

/* `format` first, whatever it was before: the rest is read by it.  Last the
 * place for the header's checksum. */
static json_t *
meta_json(const struct meta *m)
{
	json_t *out = json_object();
	void *it = json_object_iter(m->map);
	const char *key;

	json_object_set_new(out, "format", json_string("1"));
	for (; it; it = json_object_iter_next(m->map, it)) {
		key = json_object_iter_key(it);
		if (strcmp(key, "format") != 0)
			json_object_set(out, key, json_object_iter_value(it));
	}
	json_object_del(out, HEADER_SUM);
	json_object_set_new(out, HEADER_SUM, json_string("00000000"));
	return out;
}

static json_t *
tensor_json(const struct tensor *t, uint64_t begin)
{
	json_t *shape = json_array();

	for (size_t i = 0; i < t->rank; i++)
		json_array_append_new(
			shape, json_integer((json_int_t)t->shape[i]));
	return json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype_name(t->dtype),
		"shape", shape, "data_offsets", (json_int_t)begin,
		(json_int_t)(begin + t->bytes));
}

char *
safetensors_header(const struct record *r, size_t *n)
{
	json_t *root = json_object();
	uint64_t at = 0;
	size_t i, used;
	char *out, *text;

	json_object_set_new(root, "__metadata__", meta_json(&r->meta));
	for (i = 0; i < r->count; at += r->tensor[i++].bytes)
		json_object_set_new(root, r->tensor[i].name,
			tensor_json(&r->tensor[i], at));
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	used = 8 + strlen(text);
	*n = (used + ALIGN - 1) / ALIGN * ALIGN;
	out = mem_alloc(*n, 1);
	memset(out, ' ', *n);
	le_put64((unsigned char *)out, *n - 8);
	memcpy(out + 8, text, used - 8);
	header_sign(out + 8, *n - 8);
	free(text);
	return out;
}
