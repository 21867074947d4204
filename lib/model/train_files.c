#include <stdlib.h>

#include "model/foreign.h"
#include "model/train_files.h"
#include "util/apart.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --valid is a list. */
static int
check_valid(const struct apart_file *written, size_t n,
	const struct strlist *valid, struct err *e)
{
	const struct strlist none = { 0 };

	for (size_t i = 0; i < valid->count; i++) {
		const struct apart_file read = { .option = "--valid",
			.path = valid->item[i] };

		if (apart_check(written, n, &read, 1, &none, e) != 0)
			return -1;
	}
	return 0;
}

int
train_files_apart(const struct train_settings *s, struct err *e)
{
	const struct apart_file written[] = {
		{ "-o", s->common.output, .after = true },
		{ "--log", s->log, .after = false },
		{ "--checkpoint", s->checkpoint, .after = false },
	};
	const char *choice;
	char *init = s->init ? foreign_path(s->init, &choice) : NULL;
	const struct apart_file read[] = {
		{ "--init", init, .grows = false },
		{ "--valid-from", s->valid_from, .grows = false },
		{ "--files-from", s->common.files_from, .grows = false },
	};
	const struct training *t = &s->training;
	int status = apart_check(
		written, COUNT(written), read, COUNT(read), &t->inputs, e);

	free(init);
	if (status != 0)
		return -1;
	return check_valid(written, COUNT(written), &t->valid, e);
}

int
train_files_apart_moe(const struct moe_training *t,
	const struct opt_common *common, struct err *e)
{
	const struct moe_loop_opts *l = &t->loop;
	const struct moe_sets_opts *o = &t->sets;
	const struct apart_file written[] = {
		{ "-o", common->output, .after = true },
		{ "--log", l->log, .after = false },
		{ "--trace", l->trace, .after = false },
		{ "--checkpoint", l->checkpoint, .after = false },
	};
	const struct apart_file read[] = {
		{ "--continue", t->from, .grows = false },
		{ "-E", t->experts, .grows = false },
		{ "--map", t->model.map_path, .grows = false },
		{ "--rules", t->model.rules, .grows = false },
		{ "--target", o->rows.target, .grows = false },
		{ "--probe", o->probe, .grows = false },
		{ "--files-from", common->files_from, .grows = false },
	};

	if (apart_check(written, COUNT(written), read, COUNT(read), &o->inputs,
		    e) != 0)
		return -1;
	return check_valid(written, COUNT(written), &o->valid, e);
}
