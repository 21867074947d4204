#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "model/moe_checkpoint.h"
#include "model/moe_state.h"
#include "tensor/le.h"
#include "tensor/record_share.h"
#include "util/num.h"
#include "util/output.h"
#include "util/ranks.h"

enum { RNG_WORDS = sizeof(((struct rng *)0)->s) / sizeof(uint64_t) };

int
moe_checkpoint_save(const char *path, const struct moe_checkpoint *c,
	const struct moe *m, struct err *e)
{
	struct output *o =
		output_open(path, (struct output_opts){ .force = true }, e);
	const size_t words = RNG_WORDS;
	struct record r = { 0 };
	struct tensor *t;
	int status;

	if (!o)
		return err_wrap(e, "%s", path);
	meta_set(&r.meta, "format", "1");
	meta_set(&r.meta, "kind", "moe-checkpoint");
	meta_setf(&r.meta, "step", "%zu", c->step);
	meta_setf(&r.meta, "skipped", "%zu", c->skipped);
	meta_setf(&r.meta, "bad", "%zu", c->bad);
	meta_setf(&r.meta, "seconds", "%.9g", c->seconds);
	if (c->logged)
		meta_setf(&r.meta, "log", "%ju", (uintmax_t)c->log);
	if (c->traced)
		meta_setf(&r.meta, "trace", "%ju", (uintmax_t)c->trace);
	meta_setf(&r.meta, "data", "%08x", c->data);
	t = record_add(&r, "rng", DT_U64, 1, &words, NULL);
	for (size_t i = 0; i < words; i++)
		le_put64(t->data + 8 * i, c->rng.s[i]);
	moe_window_save(&c->window, &r);
	moe_state_save(m, &r);
	status = record_write(&r, o, e);
	if (status == 0)
		status = output_commit(o, e);
	else
		output_abort(o);
	record_free(&r);
	return status == 0 ? 0 : err_wrap(e, "%s", path);
}

static int
take_size(const struct meta *m, const char *key, size_t *to, struct err *e)
{
	if (meta_size(m, key, to) == 1)
		return 0;
	return err_set(e, "metadata key \"%s\": no number", key);
}

/* A length that need not be there. */
static int
take_length(const struct meta *m, const char *key, bool *there, uint64_t *to,
	struct err *e)
{
	size_t length = 0;

	*there = meta_get(m, key) != NULL;
	if (*there && take_size(m, key, &length, e) != 0)
		return -1;
	*to = length;
	return 0;
}

static int
take(struct moe_checkpoint *c, const struct moe *m, const struct record *r,
	struct err *e)
{
	const struct tensor *t = record_find(r, "rng");
	const char *seconds = meta_get(&r->meta, "seconds");

	if (take_size(&r->meta, "step", &c->step, e) != 0 ||
		take_size(&r->meta, "skipped", &c->skipped, e) != 0 ||
		take_size(&r->meta, "bad", &c->bad, e) != 0 ||
		take_length(&r->meta, "log", &c->logged, &c->log, e) != 0 ||
		take_length(&r->meta, "trace", &c->traced, &c->trace, e) != 0)
		return -1;
	if (c->step > m->o.steps)
		return err_set(e, "step %zu of %zu", c->step, m->o.steps);
	if (c->skipped > c->step || c->bad > c->step)
		return err_set(e,
			"metadata key \"%s\": more than the %zu steps",
			c->skipped > c->step ? "skipped" : "bad", c->step);
	if (!seconds || num_real(seconds, &c->seconds) != 0)
		return err_set(e, "metadata key \"seconds\": no number");
	if (c->seconds < 0)
		return err_set(e, "metadata key \"seconds\": below 0");
	if (!t || t->dtype != DT_U64 || t->bytes != 8 * RNG_WORDS)
		return err_set(e, "no tensor \"rng\"");
	for (size_t i = 0; i < RNG_WORDS; i++)
		c->rng.s[i] = le_get64(t->data + 8 * i);
	return moe_window_load(&c->window, r, e);
}

static bool
is_checkpoint(const struct record *r)
{
	const char *kind = meta_get(&r->meta, "kind");

	return kind && strcmp(kind, "moe-checkpoint") == 0;
}

int
moe_checkpoint_refuse(const struct record *r, struct err *e)
{
	if (!is_checkpoint(r))
		return 0;
	return err_set(e,
		"a checkpoint of moe-train, not a model: moe-train --resume "
		"goes on from it to the model");
}

/* Options first: what differs there explains the rest. */
static int
load(struct moe_checkpoint *c, struct moe *m, const struct record *r,
	struct err *e)
{
	const char *data = meta_get(&r->meta, "data");
	char ours[9];

	if (!is_checkpoint(r))
		return err_set(e, "not a checkpoint of moe-train");
	if (meta_format(&r->meta, e) != 0)
		return -1;
	if (moe_state_load(m, r, e) != 0)
		return -1;
	snprintf(ours, sizeof(ours), "%08x", c->data);
	if (!data || strcmp(data, ours) != 0)
		return err_set(e, "made with other rows (crc32 %s, not %s)",
			data ? data : "unknown", ours);
	return take(c, m, r, e);
}

int
moe_checkpoint_load(const char *path, struct moe_checkpoint *c, struct moe *m,
	struct err *e)
{
	struct record r = { 0 };
	struct stat st;
	int status = 0;

	if (ranks_any(ranks_first() && stat(path, &st) != 0 && errno == ENOENT))
		return 0;
	if (ranks_first())
		status = record_load(&r, path, SIZE_MAX, e);
	status = ranks_agree(status, e);
	if (status == 0) {
		record_share(&r);
		status = load(c, m, &r, e);
	}
	record_free(&r);
	return status == 0 ? 1 : err_wrap(e, "%s", path);
}
