#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/router_codes.h"
#include "model/router_map.h"
#include "util/mem.h"
#include "util/near.h"

#define MAP "code_to_expert"

bool
router_codes_is_book(const char *name)
{
	size_t n = strlen(name);
	static const char end[] = "embedding.weight";

	if (strcmp(name, "codebook") == 0)
		return true;
	if (strncmp(name, "quantize.", 9) != 0)
		return false;
	return strcmp(name, "quantize.codebook") == 0 ||
		(n >= strlen(end) && strcmp(name + n - strlen(end), end) == 0);
}

/* A map as it was stored: the largest expert + 1 in *e_found. */
static uint32_t *
read_map(const struct tensor *t, size_t k, size_t *e_found, struct err *e)
{
	uint32_t *map;

	if (tensor_elements(t) != k || t->rank != 1) {
		err_set(e, "tensor \"%s\": not the experts of %zu codes, [%zu]",
			t->name, k, k);
		return NULL;
	}
	map = mem_alloc(k, sizeof(*map));
	if (dtype_to_u32(map, t->data, k, t->dtype, e) != 0) {
		err_wrap(e, "tensor \"%s\"", t->name);
		goto fail;
	}
	*e_found = 0;
	for (size_t i = 0; i < k; i++) {
		if (map[i] >= ROUTER_EXPERTS_MAX) {
			err_set(e,
				"tensor \"%s\": code %zu goes to expert %u, "
				"there can be %zu",
				t->name, i, map[i], ROUTER_EXPERTS_MAX);
			goto fail;
		}
		if (map[i] >= *e_found)
			*e_found = (size_t)map[i] + 1;
	}
	return map;
fail:
	free(map);
	return NULL;
}

uint32_t *
router_codes_map_file(
	const char *path, size_t k, size_t *e_found, struct err *e)
{
	struct router_file f;
	struct tensor *t;
	uint32_t *map = NULL;
	const char *name;
	char *hint;

	if (router_file_open(&f, path, e) != 0) {
		hint = near_hint(ROUTER_MAPS, path, strlen(path));
		err_wrap(e, "--map %s%s", path, hint);
		free(hint);
		return NULL;
	}
	t = record_find(&f.head, MAP);
	if (!t && f.head.count == 1)
		t = &f.head.tensor[0];
	name = t ? t->name : NULL;
	if (!t)
		err_set(e, "no tensor \"" MAP "\"");
	else if (router_file_load(&f, &name, 1, e) == 0)
		map = read_map(t, k, e_found, e);
	router_file_close(&f);
	if (!map)
		err_wrap(e, "--map %s", path);
	return map;
}

static uint32_t *
make_map(const char *how, const float *q, size_t k, size_t d, size_t experts,
	struct err *e)
{
	uint32_t *map;

	if (experts > k) {
		err_set(e, "%zu codes are too few for %zu experts", k, experts);
		return NULL;
	}
	if (experts > ROUTER_EXPERTS_MAX) {
		err_set(e, "%zu codes are more than %zu experts: say -E", k,
			ROUTER_EXPERTS_MAX);
		return NULL;
	}
	map = mem_alloc(k, sizeof(*map));
	if (experts == k || (how && strcmp(how, "modulo") == 0))
		router_map_modulo(k, experts, map);
	else
		router_map_grouped(q, NULL, k, d, experts, map);
	return map;
}

/* The map for the codes q [k, d], by the rules of router_load.h. */
static uint32_t *
find_map(struct router *r, const struct tensor *stored, const float *q,
	size_t k, size_t d, const struct router_opts *o, struct err *e)
{
	bool made = o->map &&
		(strcmp(o->map, "grouped") == 0 ||
			strcmp(o->map, "modulo") == 0);
	size_t found = 0;
	uint32_t *map;

	r->experts = o->experts ? o->experts : k;
	if (made || (!o->map && !stored))
		return make_map(o->map, q, k, d, r->experts, e);
	map = o->map ? router_codes_map_file(o->map, k, &found, e)
		     : read_map(stored, k, &found, e);
	if (map && o->experts && found > o->experts) {
		err_set(e, "a code goes to expert %zu, but there are %zu",
			found - 1, o->experts);
		free(map);
		return NULL;
	}
	if (!o->experts)
		r->experts = found;
	return map;
}

/* The tensor o->codebook. */
static float *
named(struct router *r, const struct router_file *f, const char *name,
	size_t *k, size_t *d, struct err *e)
{
	const struct tensor *t = record_find(&f->head, name);
	struct record rec = { .count = 1 };
	size_t bad;
	float *q;

	*k = t->shape[0];
	*d = t->shape[1];
	q = tensor_floats(t);
	if ((bad = dtype_find_nonfinite(q, *k * *d)) < *k * *d) {
		err_set(e, "tensor \"%s\" holds %s", name,
			dtype_nonfinite_words(t->data, bad, t->dtype));
		free(q);
		return NULL;
	}
	rec.tensor = (struct tensor *)t;
	model_fingerprint(&rec, r->fingerprint);
	return q;
}

/* By model.h; a model of ours for rows without a net brings its transform,
 * any other of ours takes its own latents only. */
static float *
of_model(
	struct router *r, const char *path, size_t *k, size_t *d, struct err *e)
{
	struct model m;
	const char *type, *special;
	float *q = NULL;

	if (model_load(&m, path, e) != 0)
		return NULL;
	if (quantizer_columns(&m.quantizer) != 1) {
		err_set(e,
			"%zu codebooks in stages and groups: a router needs "
			"one",
			quantizer_columns(&m.quantizer));
		goto out;
	}
	special = codebook_special(&m.quantizer.book[0]);
	if (special) {
		err_set(e, "its codebook %s: a router takes the nearest code",
			special);
		goto out;
	}
	*k = m.quantizer.book[0].k;
	*d = m.quantizer.book[0].d;
	q = mem_floats(*k * *d);
	memcpy(q, m.quantizer.book[0].q, *k * *d * sizeof(*q));
	memcpy(r->fingerprint, m.fingerprint, sizeof(r->fingerprint));
	memcpy(r->book.model, m.fingerprint, sizeof(r->book.model));
	type = meta_get(&m.meta, "type");
	if (type && strcmp(type, "foreign") == 0)
		goto out;
	if (m.transform.kind == ITEM_ROWS && m.net.type == NET_NONE) {
		r->book.transform = m.transform;
		m.transform = (struct transform){ 0 };
	} else {
		r->book.latents_only = true;
	}
out:
	model_free(&m);
	return q;
}

static int
check_named(const struct router_file *f, const char *name, struct err *e)
{
	const struct tensor *t = record_find(&f->head, name);

	if (!t)
		return err_set(e, "no tensor \"%s\"", name);
	if (t->rank != 2 || t->shape[0] == 0 || t->shape[1] == 0 ||
		t->shape[0] > UINT32_MAX)
		return err_set(e, "tensor \"%s\": not a matrix [k, d]", name);
	return 0;
}

int
router_codes_load(struct router *r, struct router_file *f,
	const struct router_opts *o, struct err *e)
{
	const struct tensor *stored = record_find(&f->head, MAP);
	const char *need[2] = { o->codebook, stored ? MAP : NULL };
	size_t k = 0, d = 0;
	uint32_t *map;
	float *q;

	if (o->codebook && check_named(f, o->codebook, e) != 0)
		return -1;
	if ((need[0] || need[1]) && router_file_load(f, need, 2, e) != 0)
		return -1;
	q = o->codebook ? named(r, f, o->codebook, &k, &d, e)
			: of_model(r, o->path, &k, &d, e);
	if (!q)
		return -1;
	map = find_map(r, stored, q, k, d, o, e);
	if (!map) {
		free(q);
		return -1;
	}
	r->d = d;
	router_book_init(&r->book, q, map, k, d);
	return 0;
}
