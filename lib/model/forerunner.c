#include <stdlib.h>
#include <string.h>

#include "model/anchor.h"
#include "model/foreign.h"
#include "model/forerunner.h"
#include "model/net_rules.h"
#include "model/token_meta.h"
#include "model/train_rules.h"
#include "quant/basis.h"
#include "quant/resume.h"
#include "util/mem.h"
#include "util/progress.h"

static bool
is_foreign(const struct forerunner *f)
{
	const char *type = meta_get(&f->model.meta, "type");

	return type && strcmp(type, "foreign") == 0;
}

static int
fixed(const char *option, bool given, size_t want, size_t is, struct err *e)
{
	if (!given || want == is)
		return 0;
	return err_set(e, "%s %zu, but it has %zu", option, want, is);
}

/* Where it is gone on with, codebooks may grow. */
static int
check_codes(const struct training *t, const struct quantizer *q, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;
	size_t k = q->book[0].k;

	if (o->learned && t->given.k && o->k < k)
		return err_set(e,
			"-k %zu, but it has %zu: codebooks do not shrink", o->k,
			k);
	if (!o->learned || !t->given.k || o->k == k)
		return fixed("-k", t->given.k, o->k, k, e);
	if (q->shared)
		return err_set(e,
			"-k %zu, but it has %zu: codebooks that "
			"stages share do not grow",
			o->k, k);
	if (o->quant.basis == BASIS_COND)
		return err_set(e,
			"-k %zu, but it has %zu: codebooks of "
			"--basis cond do not grow",
			o->k, k);
	if (q->book[0].lattice.dims || o->type->start_on || o->type->pull ||
		o->type == &learner_lc)
		return err_set(e,
			"-k %zu, but it has %zu: codebooks of "
			"type %s do not grow",
			o->k, k, o->type->name);
	return 0;
}

static int
check_anchor(const struct trainer_opts *o, struct err *e)
{
	if (o->anchor > 0 && o->quant.basis == BASIS_COND)
		return err_set(e, "--anchor is not for --basis cond");
	if (o->anchor > 0 && !anchor_fits(o->type))
		return err_set(e,
			"--anchor holds codes that learn by gradient or by "
			"moving averages, not those of type %s",
			o->type->name);
	return 0;
}

/* What a token is, where that is not a row. */
static int
check_tokens(const struct training *t, const struct transform *m, struct err *e)
{
	size_t colours = m->channels > 2 ? 3 : 1; /* without alpha */

	if (m->kind == ITEM_ROWS)
		return 0;
	if (m->kind == ITEM_IMAGE &&
		fixed("--channels", t->channels, t->channels, colours, e) != 0)
		return -1;
	if (m->kind == ITEM_AUDIO &&
		fixed("--sample-rate", t->sample_rate, t->sample_rate,
			m->sample_rate, e) != 0)
		return -1;
	return fixed("-p", t->patch, t->patch, m->patch, e);
}

/* What the file fixes, no option may contradict. */
static int
check_given(const struct training *t, const struct model *m, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;
	const struct quantizer *q = &m->quantizer;

	for (size_t c = 1; c < quantizer_columns(q); c++)
		if (quantizer_book(q, c)->k != q->book[0].k)
			return err_set(e, "codebooks of different sizes");
	for (size_t c = 0; c < quantizer_columns(q); c++)
		if (quantizer_book(q, c)->variants > 1 &&
			!(o->learned && o->quant.basis == BASIS_COND))
			return err_set(e,
				"its codebooks depend on the stage before "
				"(--basis cond): others cannot start from them");
	if (o->quant.basis == BASIS_COND && q->stages == 1)
		return err_set(e, "--basis cond, but it has one stage");
	if (net_rules_fixed(t, &m->net, e) != 0)
		return -1;
	if (check_anchor(o, e) != 0 || check_tokens(t, &m->transform, e) != 0 ||
		check_codes(t, q, e) != 0 ||
		fixed("-d", t->given.d, o->d, m->net.d, e) != 0 ||
		fixed("-r", t->given.stages, o->stages, q->stages, e) != 0 ||
		fixed("-g", t->given.groups, o->groups, q->groups, e) != 0)
		return -1;
	if (t->given.shared && !q->shared)
		return err_set(e, "--shared, but its stages share nothing");
	return 0;
}

/* Numbers of a feature in the first codebook; 0 if it has none. */
static size_t
features_width(const struct record *r)
{
	const struct tensor *t = record_find(r, "quantize.0.embedding.weight");

	if (!t)
		t = record_find(r, "quantize.embedding.weight");
	return t && t->rank == 2 ? t->shape[1] : 0;
}

/* What is not in the tables and did not stand on the line. */
static int
take_settings(struct training *t, const struct model *m, const struct record *r,
	struct err *e)
{
	const char *type = meta_get(&m->meta, "type");
	const char *basis = meta_get(&m->meta, "basis");
	const char *bias = meta_get(&m->meta, "bias");
	const struct codebook *b = &m->quantizer.book[0];
	struct trainer_opts *o = &t->trainer;
	bool as_it_was = type && strcmp(type, o->type->name) == 0;

	if (!t->given.type) {
		o->type = type ? learner_find(type) : NULL;
		as_it_was = true;
	}
	if (!o->type)
		return err_set(e,
			"its type \"%s\" is none that is known here "
			"(-t says another)",
			type ? type : "");
	if (!as_it_was && o->type->start_on)
		return err_set(e,
			"codes of type %s do not start from those of "
			"type %s",
			o->type->name, type ? type : "unknown");
	if (as_it_was && !t->given.basis && basis && basis_find(basis) >= 0)
		o->quant.basis = (enum learner_basis)basis_find(basis);
	if (as_it_was && bias && strcmp(bias, "0") == 0)
		o->quant.no_bias = true;
	if (as_it_was && o->type == &learner_lc)
		o->quant.width = features_width(r);
	if (!t->given.metric)
		o->quant.unit = b->front.unit && !b->front.mapped;
	if (!t->given.lambda && b->bits)
		o->quant.lambda = b->lambda;
	if (t->given.k)
		o->k = learner_type_codes(o->type, o->k);
	if (b->front.mapped &&
		fixed("--code-dim", t->given.code_dim, o->quant.code_dim,
			b->front.map.rows, e) != 0)
		return -1;
	if (b->front.mapped)
		o->quant.code_dim = b->front.map.rows;
	return 0;
}

/* Types that no table is a start for need all that they learned. */
static int
check_learned(
	const struct forerunner *f, const struct trainer_opts *o, struct err *e)
{
	const struct quantizer *q = &f->model.quantizer;
	size_t books = quantizer_books(q);

	for (size_t c = 0; c < books && !o->type->start; c++) {
		struct learner l = { .type = o->type,
			.k = q->book[c].k,
			.d = q->book[c].d,
			.o = o->quant };
		char prefix[MODEL_PREFIX_MAX];

		model_prefix(prefix, c, books);
		if (resume_check(&l, prefix, &f->record, e) != 0)
			return -1;
	}
	return 0;
}

/* Where it is gone on with, with the tensors, which the model does not keep. */
static int
open_model(struct forerunner *f, const struct training *t, struct err *e)
{
	*f = (struct forerunner){ .path = t->continue_file };
	if (!f->path) {
		f->path = t->init_file;
		return f->path ? model_load(&f->model, f->path, e) : 0;
	}
	if (foreign_load(&f->record, f->path, e) != 0)
		return err_wrap(e, "cannot load this model");
	return model_from_record(&f->model, &f->record, e);
}

static int
take_learned(struct forerunner *f, struct training *t, struct err *e)
{
	if (is_foreign(f))
		return err_set(e,
			"a codebook that vq-train did not make: --init starts "
			"from it");
	t->trainer.learned = &f->record;
	if (take_settings(t, &f->model, &f->record, e) != 0)
		return -1;
	return check_learned(f, &t->trainer, e);
}

static void
decide(struct training *t, const struct model *m)
{
	t->trainer.from = m;
	t->trainer.net = m->net.type;
	t->trainer.d = m->net.d;
	if (m->net.conv)
		t->trainer.conv = m->net.conv->shape;
	if (!t->trainer.learned || !t->given.k)
		t->trainer.k = m->quantizer.book[0].k;
	t->trainer.stages = m->quantizer.stages;
	t->trainer.groups = m->quantizer.groups;
	t->trainer.shared = m->quantizer.shared;
	t->patch = m->transform.patch;
	t->channels = m->transform.channels;
	t->sample_rate = m->transform.sample_rate;
}

/* Its table is what type lc learns a map of, as it is; no more is taken. */
static int
take_features(const struct forerunner *f, struct training *t, struct err *e)
{
	const struct quantizer *q = &f->model.quantizer;
	struct trainer_opts *o = &t->trainer;

	if (quantizer_columns(q) != 1)
		return err_set(e, "%zu codebooks, not one of features",
			quantizer_columns(q));
	if (fixed("-k", t->given.k, o->k, q->book[0].k, e) != 0)
		return -1;
	o->k = q->book[0].k;
	o->quant.features = q->book[0].q;
	o->quant.width = q->d;
	return 0;
}

static int
take_model(struct forerunner *f, struct training *t, struct err *e)
{
	if (t->continue_file && take_learned(f, t, e) != 0)
		return -1;
	if (check_given(t, &f->model, e) != 0)
		return -1;
	if (is_foreign(f) && !t->given.net && t->trainer.net != NET_NONE)
		say_note(
			"--init %s: a codebook of vectors as they are: -n none",
			f->path);
	decide(t, &f->model);
	if (net_rules_check(t, e) != 0)
		return -1;
	return train_rules_check(t, e);
}

/* What it decides, where it was opened. */
static int
take(struct forerunner *f, struct training *t, struct err *e)
{
	bool features = !t->continue_file && t->trainer.type == &learner_lc;
	int status;

	if (!f->path)
		return 0;
	status = features ? take_features(f, t, e) : take_model(f, t, e);
	if (status != 0)
		return err_wrap(e, "%s", f->path);
	if (features)
		f->path = NULL; /* it decides nothing else */
	return 0;
}

int
forerunner_load(struct forerunner *f, struct training *t, struct err *e)
{
	if (open_model(f, t, e) != 0)
		return err_wrap(e, "%s", f->path);
	return take(f, t, e);
}

int
forerunner_consult(struct training *t, struct err *e)
{
	struct training copy = *t;
	struct forerunner f;
	struct err unreadable;
	int status = 0;

	if (open_model(&f, &copy, &unreadable) == 0)
		status = take(&f, &copy, e);
	forerunner_free(&f);
	t->trainer = copy.trainer;
	t->trainer.from = NULL;
	t->trainer.learned = NULL;
	t->trainer.quant.features = NULL;
	return status;
}

void
forerunner_free(struct forerunner *f)
{
	model_free(&f->model);
	record_free(&f->record);
	*f = (struct forerunner){ 0 };
}

bool
forerunner_ours(const struct forerunner *f)
{
	return f->path && !is_foreign(f);
}

void
forerunner_lend(const struct forerunner *f, struct transform *t)
{
	if (!f->path || f->model.transform.dim != t->dim)
		return;
	memcpy(t->mu, f->model.transform.mu, t->dim * sizeof(*t->mu));
	t->scale = f->model.transform.scale;
}

int
forerunner_fits(
	const struct forerunner *f, const struct transform *t, struct err *e)
{
	const struct transform *m = &f->model.transform;

	if (!f->path || (m->kind == t->kind && m->dim == t->dim))
		return 0;
	if (m->kind != t->kind || m->kind == ITEM_ROWS) {
		token_meta_suits(&f->model,
			&(struct item_info){ .kind = t->kind, .cols = t->dim },
			e);
		return err_wrap(e, "%s", f->path);
	}
	return err_set(e,
		"%s: is for %s tokens of %zu numbers, the inputs give %s "
		"tokens of %zu",
		f->path, item_kind_name(m->kind), m->dim,
		item_kind_name(t->kind), t->dim);
}

void
forerunner_normalize(struct forerunner *f, const struct transform *t)
{
	struct quantizer *q = &f->model.quantizer;

	if (!f->path || !is_foreign(f))
		return;
	for (size_t c = 0; c < q->stages; c++) {
		size_t n = quantizer_book(q, c)->k * q->d;
		float *table = mem_floats(n);

		for (size_t i = 0; i < n; i++)
			table[i] = (q->book[c].q[i] -
					   (c == 0 ? t->mu[i % q->d] : 0)) /
				t->scale;
		quantizer_set(q, c, table, q->book[c].k);
		free(table);
	}
}
