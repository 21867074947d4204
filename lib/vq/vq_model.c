#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/model_find.h"
#include "util/mem.h"
#include "vq/fail.h"
#include "vq/handle.h"
#include "vq/vq.h"

_Static_assert((int)VQ_IMAGE == (int)ITEM_IMAGE, "kinds are the same");
_Static_assert((int)VQ_SOUND == (int)ITEM_AUDIO, "kinds are the same");
_Static_assert((int)VQ_ROWS == (int)ITEM_ROWS, "kinds are the same");

/* Where the models are installed: the Makefile has it in the library, and
 * nowhere else. */
extern const char place_models[] __attribute__((weak));

/* A program need not lie beside the models, as the commands do. */
static char *
system_wide(const char *name)
{
	const char *const folder[] = { place_models, "/usr/local/share/vqtools",
		"/usr/share/vqtools" };

	for (size_t i = 0; i < sizeof(folder) / sizeof(*folder); i++) {
		char *path;

		if (!folder[i])
			continue;
		path = mem_printf("%s/%s.vq", folder[i], name);
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

/* malloc'd; NULL and words. */
static char *
find(const char *name, struct err *e)
{
	char *path = model_find(name, e);

	return path ? path : system_wide(name);
}

static void
release(struct vq_model *m)
{
	crew_close(m->crew);
	frames_free(&m->frames);
	model_free(&m->model);
	free(m);
}

int
vq_model_open(const char *name, struct vq_model **to)
{
	struct vq_model *m;
	struct err e;
	char *path;
	int status;

	if (to)
		*to = NULL;
	if (!name || !to)
		return fail_null(__func__);
	if (strcmp(name, "-") == 0)
		return fail_set(VQ_EMODEL,
			"-: standard input is the program's; a file of that "
			"name is ./-");
	fail_begin();
	if (!(path = find(name, &e))) {
		err_wrap(&e, "%s", name);
		return fail_err(VQ_EMODEL, &e);
	}
	m = mem_zalloc(1, sizeof(*m));
	status = model_load(&m->model, path, &e);
	free(path);
	if (status != 0) {
		release(m);
		err_wrap(&e, "%s", name);
		return fail_err(VQ_EMODEL, &e);
	}
	if (m->model.transform.kind == ITEM_AUDIO)
		frames_init(&m->frames, m->model.transform.patch);
	quantizer_prune(&m->model.quantizer);
	m->crew = crew_open();
	*to = m;
	return VQ_OK;
}

void
vq_model_close(struct vq_model *m)
{
	if (m)
		release(m);
}

int
vq_model_threads(struct vq_model *m, size_t threads)
{
	if (!m)
		return fail_null(__func__);
	if (crew_set(m->crew, threads) != 0)
		return fail_set(VQ_EINVAL, "%zu threads", threads);
	return VQ_OK;
}

size_t
vq_model_k(const struct vq_model *m, size_t column)
{
	if (!m)
		return fail_null(__func__), 0;
	if (column >= quantizer_columns(&m->model.quantizer))
		return 0;
	return quantizer_book(&m->model.quantizer, column)->k;
}

/* Of a token's bits, to those of what the rate is told of. */
static double
rate(const struct transform *t, double bits)
{
	double p = (double)t->patch;

	switch (t->kind) {
	case ITEM_IMAGE: return bits / (p * p);
	case ITEM_AUDIO: return bits * (double)t->sample_rate / p;
	default: return bits;
	}
}

int
vq_model_facts(const struct vq_model *m, struct vq_facts *to)
{
	const struct transform *t;
	const struct quantizer *q;

	if (!m || !to)
		return fail_null(__func__);
	t = &m->model.transform;
	q = &m->model.quantizer;
	*to = (struct vq_facts){ .kind = (enum vq_kind)t->kind,
		.dim = t->dim,
		.d = q->d,
		.stages = q->stages,
		.groups = q->groups,
		.columns = quantizer_columns(q),
		.patch = t->patch,
		.channels = t->channels,
		.sample_rate = t->sample_rate };
	for (size_t c = 0; c < to->columns; c++)
		to->bits_per_token += log2((double)vq_model_k(m, c));
	to->rate_bits = rate(t, to->bits_per_token);
	memcpy(to->fingerprint, m->model.fingerprint, sizeof(to->fingerprint));
	return VQ_OK;
}

const char *
vq_model_meta(const struct vq_model *m, const char *key)
{
	if (!m || !key)
		return fail_null(__func__), NULL;
	return meta_get(&m->model.meta, key);
}

size_t
vq_model_tokens(const struct vq_model *m, size_t n, size_t across)
{
	const struct transform *t;
	int overflow = 0;
	size_t all;

	if (!m)
		return fail_null(__func__), 0;
	t = &m->model.transform;
	if (t->kind != ITEM_ROWS)
		n = n / t->patch + (n % t->patch != 0);
	if (t->kind == ITEM_IMAGE)
		across = across / t->patch + (across % t->patch != 0);
	all = mem_mul(n, across, &overflow);
	return overflow ? 0 : all;
}
