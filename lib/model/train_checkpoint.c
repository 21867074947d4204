#include <stdio.h>
#include <string.h>

#include "model/dataset_window.h"
#include "model/state_bytes.h"
#include "model/train_checkpoint.h"
#include "model/train_state.h"
#include "util/crc.h"
#include "util/machine.h"
#include "util/mem.h"
#include "util/output.h"
#include "util/progress.h"
#include "util/ranks.h"

#define STATE "state."
#define BEST "best/"

/* What is a few numbers. */
struct rest {
	struct rng revive, depth;
	size_t saved_step, settled;
	struct judgement start, held;
	double held_error;
	struct drift drift;
};

static uint32_t
data_crc(const struct dataset *s)
{
	const struct reservoir *r[] = { &s->train, &s->held };
	size_t n[] = { s->train_tokens, s->held_tokens, s->train_places,
		s->held_places };
	const struct transform *t = s->transform;
	uint32_t crc = crc_add(0, n, sizeof(n));

	crc = crc_add(crc, t->mu, t->dim * sizeof(*t->mu));
	crc = crc_add(crc, &t->scale, sizeof(t->scale));
	for (size_t i = 0; i < 2; i++) {
		crc = crc_add(
			crc, r[i]->x, r[i]->count * r[i]->d * sizeof(float));
		if (r[i]->w)
			crc = crc_add(
				crc, r[i]->w, r[i]->count * sizeof(float));
	}
	return crc;
}

static void
put_best(const struct record *best, struct record *r)
{
	const char *key;
	json_t *value;
	char name[160];

	for (size_t i = 0; i < best->count; i++) {
		const struct tensor *t = &best->tensor[i];

		snprintf(name, sizeof(name), BEST "%s", t->name);
		memcpy(record_add(r, name, t->dtype, t->rank, t->shape, NULL)
				->data,
			t->data, t->bytes);
	}
	json_object_foreach(best->meta.map, key, value)
	{
		snprintf(name, sizeof(name), BEST "%s", key);
		meta_set(&r->meta, name, json_string_value(value));
	}
}

static void
take_best(const struct record *r, struct record *best)
{
	const size_t skip = strlen(BEST);
	const char *key;
	json_t *value;

	record_free(best);
	for (size_t i = 0; i < r->count; i++) {
		const struct tensor *t = &r->tensor[i];

		if (strncmp(t->name, BEST, skip) == 0)
			memcpy(record_add(best, t->name + skip, t->dtype,
				       t->rank, t->shape, NULL)
					->data,
				t->data, t->bytes);
	}
	json_object_foreach(r->meta.map, key, value)
	{
		if (strncmp(key, BEST, skip) == 0)
			meta_set(&best->meta, key + skip,
				json_string_value(value));
	}
}

static void
fill(const struct train_checkpoint *c, struct record *r)
{
	const struct trainer_result *b = c->best;
	struct rest rest;
	uint64_t log;

	memset(&rest, 0, sizeof(rest));
	rest.revive = *c->revive;
	rest.depth = *c->depth;
	rest.saved_step = b->saved_step;
	rest.settled = b->settled;
	rest.start = b->start;
	rest.held = b->held;
	rest.held_error = *c->held_error;
	rest.drift = *c->drift;
	meta_set(&r->meta, "format", "1");
	meta_set(&r->meta, "kind", "train-checkpoint");
	if (strcmp(machine_layout(), "le64") != 0)
		meta_set(&r->meta, "machine", machine_layout());
	meta_set(&r->meta, "options", c->keep->words);
	meta_setf(&r->meta, "step", "%zu", c->budget->step);
	meta_setf(&r->meta, "seconds", "%.9g", c->budget->spent);
	meta_setf(&r->meta, "data", "%08x", c->crc);
	if (c->hooks->logged && c->hooks->logged(c->hooks->arg, &log))
		meta_setf(&r->meta, "log", "%ju", (uintmax_t)log);
	state_bytes_put(r, "rest", 0, &rest, sizeof(rest));
	train_state_save(c->m, c->adam, STATE, r);
	guard_save(c->guard, r);
	train_window_save(c->window, r);
	dataset_window_save(c->data, r);
	put_best(&b->record, r);
	train_keep_seal(r);
}

static int
save(const struct train_checkpoint *c, struct err *e)
{
	struct output_opts oo = { .force = true };
	struct output *o = output_open(c->keep->path, oo, e);
	struct record r = { 0 };
	int status;

	if (!o)
		return -1;
	fill(c, &r);
	status = record_write(&r, o, e);
	if (status == 0)
		status = output_commit(o, e);
	else
		output_abort(o);
	record_free(&r);
	return status;
}

void
train_checkpoint_step(struct train_checkpoint *c, bool must)
{
	const struct train_keep *k = c->keep;
	const struct train_budget *b = c->budget;
	bool due = k->every_steps ? b->step % k->every_steps == 0
				  : b->spent - c->saved_at >= k->every_seconds;
	struct err e;

	if (!k->path || b->step == c->saved || !(due || must) || !ranks_first())
		return;
	if (save(c, &e) != 0) {
		say_error(k->path, e.msg);
		c->best->unwritten = true;
	}
	c->saved = b->step;
	c->saved_at = b->spent;
}

static int
take(struct train_checkpoint *c, const struct record *r, struct err *e)
{
	struct rest rest;

	if (state_bytes_take(r, "rest", 0, &rest, sizeof(rest), e) != 0 ||
		guard_load(c->guard, r, e) != 0 ||
		train_state_load(c->m, c->adam, STATE, r, e) != 0 ||
		train_window_load(c->window, r, e) != 0 ||
		dataset_window_load(c->data, r, e) != 0)
		return -1;
	*c->revive = rest.revive;
	*c->depth = rest.depth;
	c->best->saved_step = rest.saved_step;
	c->best->settled = rest.settled;
	c->best->start = rest.start;
	c->best->held = rest.held;
	*c->held_error = rest.held_error;
	*c->drift = rest.drift;
	take_best(r, &c->best->record);
	return 0;
}

/* Data first: what differs there explains the rest. */
static int
load(struct train_checkpoint *c, struct err *e)
{
	const struct record *r = &c->keep->was;
	struct train_budget *b = c->budget;
	const char *data = meta_get(&r->meta, "data");
	char ours[9];
	size_t step;

	snprintf(ours, sizeof(ours), "%08x", c->crc);
	if (!data || strcmp(data, ours) != 0)
		return err_set(e, "made with other data (crc32 %s, not %s)",
			data ? data : "unknown", ours);
	if (meta_size(&r->meta, "step", &step) != 1)
		return err_set(e, "metadata key \"step\": no number");
	if (!(b->seconds > 0) && step > b->steps)
		return err_set(e, "it is at step %zu, behind the last of %zu",
			step, b->steps);
	if (take(c, r, e) != 0)
		return -1;
	train_budget_begin(
		b, b->steps, b->seconds, step, train_keep_seconds(c->keep));
	say_note("going on from step %zu", step);
	return 0;
}

int
train_checkpoint_begin(struct train_checkpoint *c, struct err *e)
{
	int status = 0;

	c->saved = SIZE_MAX;
	if (!c->keep->path)
		return 0;
	c->crc = data_crc(c->data);
	/* What cannot be written is to be known before the hours, not behind. */
	if (c->keep->was.count)
		status = load(c, e);
	else if (ranks_first())
		status = save(c, e);
	if (ranks_agree(status, e) != 0)
		return err_wrap(e, "%s", c->keep->path);
	c->saved = c->budget->step;
	c->saved_at = c->budget->spent;
	return 0;
}
