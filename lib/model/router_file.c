#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/router_file.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "tensor/slurp.h"
#include "tensor/stream.h"
#include "util/crc.h"
#include "util/mem.h"
#include "util/num.h"

static const char *const gates[] = { "router.weight",
	"router.classifier.weight", "gate.weight", "gate.wg.weight" };
#define GATES (sizeof(gates) / sizeof(gates[0]))

/* The parts of one array together; f->head has the one tensor x. */
static int
read_npy(struct router_file *f, struct err *e)
{
	struct stream *s = stream_open(f->in, (struct stream_opts){ 0 });
	struct part p;
	unsigned char *all = NULL;
	size_t bytes = 0, rows = 0, shape[TENSOR_RANK_MAX] = { 0 }, rank = 0;
	enum dtype type = DT_F32;
	int got;

	while ((got = stream_next(s, &p, e)) == 1) {
		if (!p.main || (rank && p.first)) {
			got = err_set(e, "not one array");
			break;
		}
		rank = p.main->rank;
		type = p.main->dtype;
		memcpy(shape, p.main->shape, sizeof(shape));
		all = mem_grow(all, bytes + p.main->bytes, 1);
		memcpy(all + bytes, p.main->data, p.main->bytes);
		bytes += p.main->bytes;
		rows += p.rows;
	}
	stream_close(s);
	input_close(f->in);
	f->in = NULL;
	if (got == 0 && rank == 0)
		got = err_set(e, "not an array with axes");
	if (got < 0) {
		free(all);
		return -1;
	}
	shape[0] = rows;
	record_add(&f->head, "x", type, rank, shape, all);
	return 0;
}

int
router_file_open(struct router_file *f, const char *path, struct err *e)
{
	const unsigned char *p;
	struct extent *ext;
	uint64_t total;
	ptrdiff_t n;
	int status;

	*f = (struct router_file){ .in = input_open(path, e) };
	if (!f->in)
		return -1;
	n = input_peek(f->in, NPY_MAGIC_SIZE, &p, e);
	f->npy = n == NPY_MAGIC_SIZE &&
		memcmp(p, NPY_MAGIC, NPY_MAGIC_SIZE) == 0;
	if (n == 0)
		status = err_set(e, "empty input");
	else if (n < 0)
		status = -1;
	else if (f->npy)
		status = read_npy(f, e);
	else if ((status = safetensors_read(
			  f->in, &f->head, &ext, &total, e)) == 0)
		free(ext);
	if (status == 0)
		return 0;
	input_close(f->in);
	*f = (struct router_file){ 0 };
	return -1;
}

void
router_file_close(struct router_file *f)
{
	if (f->in)
		input_close(f->in);
	record_free(&f->head);
	*f = (struct router_file){ 0 };
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	if (n < m || strcmp(name + n - m, end) != 0)
		return false;
	return n == m || name[n - m - 1] == '.';
}

bool
router_file_is_gate(const char *name)
{
	for (size_t i = 0; i < GATES; i++)
		if (ends_with(name, gates[i]))
			return true;
	return false;
}

bool
router_file_layer(const char *name, size_t *layer)
{
	char part[24];

	for (const char *p = name; p; p = strchr(p, '.')) {
		size_t n;

		p += *p == '.';
		n = strcspn(p, ".");
		if (n == 0 || n >= sizeof(part))
			continue;
		memcpy(part, p, n);
		part[n] = '\0';
		if (strspn(part, "0123456789") == n)
			return num_size(part, NUM_DECIMAL, layer) == 0;
	}
	return false;
}

static bool
of_layer(const char *name, const size_t *layer)
{
	size_t n;

	return !layer || (router_file_layer(name, &n) && n == *layer);
}

/* Names of the matrices among which there is no choosing: a few of them. */
static void
list(const struct router_file *f, const char *end, const size_t *layer,
	char *text, size_t room)
{
	size_t used = 0, left = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->head.count; i++) {
		const struct tensor *t = &f->head.tensor[i];

		if (t->rank != 2 || (end && !ends_with(t->name, end)) ||
			!of_layer(t->name, layer))
			continue;
		if (used + strlen(t->name) + 4 > room) {
			left++;
			continue;
		}
		used += (size_t)sprintf(
			text + used, "%s%s", used ? ", " : "", t->name);
	}
	if (left)
		sprintf(text + used, " ...");
}

/* The matrix with this end of its name, the number of them in *n. */
static const struct tensor *
ending(const struct router_file *f, const char *end, const size_t *layer,
	size_t *n)
{
	const struct tensor *found = NULL;

	*n = 0;
	for (size_t i = 0; i < f->head.count; i++) {
		const struct tensor *t = &f->head.tensor[i];

		if (t->rank == 2 && (!end || ends_with(t->name, end)) &&
			of_layer(t->name, layer)) {
			found = t;
			++*n;
		}
	}
	return found;
}

static const struct tensor *
named(const struct router_file *f, const char *name, struct err *e)
{
	const struct tensor *t = record_find(&f->head, name);
	char text[600];

	if (t && t->rank == 2)
		return t;
	list(f, NULL, NULL, text, sizeof(text) - 8);
	if (t)
		err_set(e, "tensor \"%s\" is no matrix", name);
	else
		err_set(e, "no tensor \"%s\"; matrices: %s", name,
			text[0] ? text : "none");
	return NULL;
}

const struct tensor *
router_file_gate(const struct router_file *f, const char *name,
	const size_t *layer, struct err *e)
{
	const struct tensor *t = NULL;
	const char *end = NULL;
	char text[600], number[40] = "";
	size_t n = 0;

	if (name)
		return named(f, name, e);
	for (size_t i = 0; i < GATES && n == 0; i++) {
		end = gates[i];
		t = ending(f, end, layer, &n);
	}
	if (n == 0)
		t = ending(f, end = NULL, layer, &n);
	if (n == 1)
		return t;
	if (layer)
		snprintf(number, sizeof(number), " of layer %zu", *layer);
	list(f, end, n ? layer : NULL, text, sizeof(text) - 8);
	if (end)
		err_set(e, "%zu gates%s, choose by --layer or --gate: %s", n,
			number, text);
	else if (n)
		err_set(e,
			"%zu matrices%s and none has the name of a gate, "
			"choose by --gate: %s",
			n, number, text);
	else
		err_set(e, "no gate%s; matrices: %s", number,
			text[0] ? text : "none");
	return NULL;
}

static bool
wanted(const char *name, const char *const *list_of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list_of[i] && strcmp(list_of[i], name) == 0)
			return true;
	return false;
}

int
router_file_load(
	struct router_file *f, const char *const *name, size_t n, struct err *e)
{
	uint32_t crc = 0, want = 0;
	int known;

	if (f->npy)
		return 0;
	known = safetensors_crc(&f->head.meta, &want, e);
	if (known < 0)
		return -1;
	for (size_t i = 0; i < f->head.count; i++) {
		struct tensor *t = &f->head.tensor[i];
		bool keep = wanted(t->name, name, n);

		if (!keep && !known) {
			if (input_skip(f->in, t->bytes, e) != 0)
				return err_wrap(
					e, "tensor \"%.200s\"", t->name);
			continue;
		}
		t->data = slurp_exact(f->in, t->bytes, e);
		if (!t->data)
			return err_wrap(e, "tensor \"%.200s\"", t->name);
		if (known && t->bytes)
			crc = crc_add(crc, t->data, t->bytes);
		if (!keep) {
			free(t->data);
			t->data = NULL;
		}
	}
	return known ? safetensors_check(crc, want, e) : 0;
}
