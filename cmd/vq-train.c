/* vq-train - learn a tokenizer from images, sounds or tensors. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "model/about.h"
#include "model/foreign.h"
#include "model/outcome.h"
#include "model/train_files.h"
#include "model/train_settings.h"
#include "model/trial.h"
#include "model/trials.h"
#include "report/type_table.h"
#include "report/trial_table.h"
#include "util/mem.h"
#include "util/operands.h"
#include "util/output_late.h"
#include "util/progress.h"
#include "util/ranks.h"
#include "util/stop.h"

static void
print_kernel(void)
{
	printf("kernel: %s\n", cpu_panel_ops()->name);
}

static const char notes[] =
	"Examples:\n"
	"  vq-train -k 4k -o photos.vq photos/\n"
	"  vq-train -p 320 -r 4 -o speech.vq speech/*.wav\n"
	"  cat latents.npy | vq-train -n none -k 1k > rows.vq\n";

static int
list_types(void)
{
	struct err e;
	struct output *o =
		output_open(NULL, (struct output_opts){ .text = true }, &e);

	if (o && type_table_write(o, &e) == 0 && output_commit(o, &e) == 0)
		return 0;
	say_error(NULL, e.msg);
	return 1;
}

static void
bad_operand(void *arg, const char *path, const char *reason)
{
	size_t *bad = arg;

	say_error(path, reason);
	++*bad;
}

static int
find_inputs(struct train_settings *s, int argc, char **argv, size_t *bad,
	struct err *e)
{
	struct training *t = &s->training;
	char *none = NULL;

	if (operands_expand(&t->inputs, argv, (size_t)argc,
		    s->common.files_from, s->common.null, bad_operand, bad,
		    e) != 0)
		return -1;
	if (s->valid_from &&
		operands_expand(&t->valid, &none, 0, s->valid_from,
			s->common.null, bad_operand, bad, e) != 0)
		return -1;
	return train_files_apart(s, e);
}

static int
save(struct output *out, const struct record *r, struct err *e)
{
	if (record_write(r, out, e) != 0) {
		output_abort(out);
		return -1;
	}
	return output_commit(out, e);
}

/* The status is then that of the signal. */
static void
end_kept(const struct train_settings *s, const struct trainer_result *r)
{
	say_note("stopped at step %zu, kept in %s: the same line with "
		 "--resume goes on",
		r->steps, s->checkpoint);
	ranks_end();
	raise(r->stopped);
}

/* The log of a training that is gone on with goes on. */
static int
open_log(struct train_settings *s, struct err *e)
{
	const struct train_keep *k = &s->training.trainer.keep;
	uint64_t bytes;

	if (!s->log)
		return 0;
	if (train_keep_log(k, &bytes))
		s->training.log =
			trainlog_go_on(s->log, bytes, train_keep_seconds(k), e);
	else
		s->training.log = trainlog_open(s->log, s->common.force, e);
	return s->training.log ? 0 : -1;
}

/* All that is written is opened first: hours of training must not end in
 * "exists". */
static int
open_outputs(struct train_settings *s, struct output **out, struct err *e)
{
	struct output_opts oo = { .force = s->common.force };
	struct train_keep *k = &s->training.trainer.keep;

	if (output_late_begin(out, s->common.output, oo, k->path != NULL, e) !=
		0)
		return err_wrap(e, "%s", output_label(s->common.output));
	if (train_keep_open(k, e) == 0 && open_log(s, e) == 0)
		return 0;
	output_abort(*out);
	*out = NULL;
	return -1;
}

static int
train(struct train_settings *s, struct err *e)
{
	struct training_result r = { 0 };
	struct output *out = NULL;
	int status = ranks_first() ? open_outputs(s, &out, e) : 0;
	struct err of_log;

	if (ranks_agree(status, e) != 0) {
		output_abort(out);
		return -1;
	}
	train_keep_share(&s->training.trainer.keep);
	status = training_run(&s->training, &r, e);
	if (status == 0 && !r.trainer.stopped && ranks_first()) {
		outcome_tell(&r);
		status = output_late_end(&out, s->common.output,
			(struct output_opts){ .force = s->common.force }, e);
		if (status == 0)
			status = save(out, &r.trainer.record, e);
		if (status != 0)
			err_wrap(e, "%s", output_label(s->common.output));
	} else {
		output_abort(out);
	}
	if (trainlog_close(s->training.log, &of_log) != 0) {
		say_error(NULL, of_log.msg);
		r.errors++;
	}
	record_free(&r.trainer.record);
	if (r.trainer.stopped)
		end_kept(s, &r.trainer);
	return status == 0 && (r.errors || r.trainer.unwritten) ? 1 : status;
}

/* No training: the same tensors, other words.  The model is read before the
 * output is begun, which may replace it. */
static int
relabel(const struct train_settings *s, struct err *e)
{
	struct output_opts oo = { .force = s->common.force };
	struct record r = { 0 };
	struct output *out;
	const char *type;
	int status;

	if (foreign_load(&r, s->relabel, e) != 0)
		return err_wrap(e, "%s", s->relabel);
	type = meta_get(&r.meta, "type");
	if (type && strcmp(type, "foreign") == 0) {
		record_free(&r);
		return err_set(e, "%s: vq-train did not make it", s->relabel);
	}
	about_set(&r.meta, &s->training.about);
	out = output_open(s->common.output, oo, e);
	status = out ? save(out, &r, e) : -1;
	record_free(&r);
	if (status != 0)
		err_wrap(e, "%s", output_label(s->common.output));
	return status;
}

/* All trials, up to a signal: how many had figures, or -1 if the table cannot
 * be written. */
static int
try_all(const struct trials *plan, struct supply *in, struct trial_table *table,
	struct err *e)
{
	int done = 0;

	for (size_t i = 0; i < plan->count && !stop_asked(); i++) {
		char *name = trials_name(plan, i);
		char *line = mem_printf("%zu/%zu %s", i + 1, plan->count, name);
		struct train_settings s;
		struct trial t;
		int status = 0;

		say_about(name);
		trials_settings(plan, i, &s);
		trial_run(&t, &s, in, line);
		say_about(NULL);
		if (t.failed && !stop_asked())
			say_error(name, t.failed);
		done += !t.failed;
		if (!t.failed || !stop_asked())
			status = trial_table_row(table, i, &t, e);
		trial_free(&t);
		free(line);
		free(name);
		if (status != 0)
			return -1;
	}
	return done;
}

static int
write_table(const struct trials *plan, struct supply *in, struct output *out,
	int *stopped, struct err *e)
{
	const struct train_settings *s = plan->base;
	enum render as = s->json ? RENDER_JSON
		: s->tsv         ? RENDER_TSV
				 : RENDER_TEXT;
	struct trial_table t;
	int done;

	if (supply_survey(in, e) != 0)
		return -1;
	done = trial_table_begin(&t, plan, in->corpus.kind, as, out, e);
	stop_begin();
	if (done == 0)
		done = try_all(plan, in, &t, e);
	if (done >= 0 && trial_table_end(&t, in->judged, e) != 0)
		done = -1;
	*stopped = stop_end();
	trial_table_free(&t);
	if (done < 0)
		err_wrap(e, "%s", output_label(s->common.output));
	return done;
}

/* The status is then that of the signal. */
static void
end_by(int signal, int done, const struct trials *plan)
{
	say_warning("stopped: %d of %zu trainings are in the table",
		done > 0 ? done : 0, plan->count);
	raise(signal);
}

/* -1: e says why; else 0, or 1 if something failed and was said. */
static int
compare(struct train_settings *s, const struct trials *plan, struct err *e)
{
	struct output_opts oo = { .force = s->common.force, .text = true };
	struct output *out = output_open(s->common.output, oo, e);
	struct train_settings first;
	struct supply in;
	int stopped = 0, done, status;

	if (!out)
		return err_wrap(e, "%s", output_label(s->common.output));
	trials_settings(plan, 0, &first);
	supply_init(&in, &s->training.inputs, &s->training.valid,
		&first.training.source, first.training.max_errors);
	done = write_table(plan, &in, out, &stopped, e);
	status = done < (int)plan->count || supply_errors(&in);
	supply_free(&in);
	if (done <= 0)
		output_abort(out);
	else if (output_commit(out, e) != 0)
		return err_wrap(e, "%s", output_label(s->common.output));
	if (stopped)
		end_by(stopped, done, plan);
	return done < 0 ? -1 : status;
}

static int
run(struct train_settings *s, const struct trials *plan, int argc, char **argv)
{
	size_t bad = 0;
	struct err e;
	int status;

	if (s->relabel)
		status = relabel(s, &e);
	else if ((status = find_inputs(s, argc, argv, &bad, &e)) == 0)
		status = plan ? compare(s, plan, &e) : train(s, &e);
	if (status < 0)
		ranks_fail(&e);
	train_keep_free(&s->training.trainer.keep);
	strlist_free(&s->training.inputs);
	strlist_free(&s->training.valid);
	return status != 0 || bad ? 1 : 0;
}

/* What the options say, of one training or of a plan of several. */
static int
interpret(struct train_settings *s, struct trials *plan, struct err *e)
{
	if (s->compare.count) {
		say_once();
		return trials_plan(plan, s, e);
	}
	if (trials_none(s, e) != 0)
		return -1;
	return train_settings_interpret(s, e);
}

static int
check_relabel(const struct train_settings *s, int operands, struct err *e)
{
	if (s->relabel && operands)
		return err_set(e, "--relabel reads no inputs");
	if (s->relabel && s->compare.count)
		return err_set(e, "--relabel and --compare exclude each other");
	return 0;
}

/* What one process does alone, and where the model goes. */
static int
check_ranks(const struct train_settings *s, struct err *e)
{
	if (ranks_count() == 1)
		return 0;
	if (s->compare.count || s->relabel)
		return err_set(e, "%s is done by one process: not by mpirun's",
			s->relabel ? "--relabel" : "--compare");
	if (!s->common.output || strcmp(s->common.output, "-") == 0)
		return err_set(
			e, "under mpirun the model goes to a file: -o FILE");
	return 0;
}

int
main(int argc, char *argv[])
{
	struct train_settings s;
	struct opt opts[TRAIN_SETTINGS_ROOM] = { 0 };
	const struct opt_cmd cmd = { "vq-train", "[FILE|DIR ...]",
		"Learn a tokenizer from images, sounds or tensors.", opts,
		notes, print_kernel };
	struct trials plan = { 0 };
	enum opt_result got;
	struct err e;
	int begun = ranks_begin(&e), first, status;

	train_settings_init(&s);
	train_settings_rows(&s, opts);
	trials_rows(&s, opts);
	got = opt_parse(&cmd, argc, argv, &first);
	say_init("vq-train", s.common.quiet, s.common.verbose);
	if (got != OPT_RUN) {
		status = opt_status(got);
	} else if (s.list_types) {
		status = ranks_first() ? list_types() : 0;
	} else if (begun != 0 || interpret(&s, &plan, &e) != 0 ||
		check_relabel(&s, argc - first, &e) != 0 ||
		check_ranks(&s, &e) != 0) {
		if (ranks_first())
			say_error(NULL, e.msg);
		status = 2;
	} else {
		status = run(&s, s.compare.count ? &plan : NULL, argc - first,
			argv + first);
	}
	trials_free(&plan);
	strlist_free(&s.compare);
	strlist_free(&s.training.about);
	ranks_end();
	return status;
}
