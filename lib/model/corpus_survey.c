#include <stdlib.h>
#include <string.h>

#include "model/corpus_found.h"
#include "model/corpus_ranks.h"
#include "model/corpus_survey.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"

/* Rows of the item, read through where they are not known. */
static ptrdiff_t
count_rows(struct source *s, const struct item_info *info, struct err *e)
{
	float *buf;
	ptrdiff_t n, sum = 0;

	if (info->rows != SOURCE_UNKNOWN)
		return (ptrdiff_t)info->rows;
	buf = mem_floats(1024 * info->cols);
	while ((n = source_read(s, buf, 1024, e)) > 0)
		sum += n;
	free(buf);
	return n < 0 ? -1 : sum;
}

int
corpus_survey_fits(struct corpus *c, const struct item_info *i, struct err *e)
{
	if (c->any && i->kind != c->kind)
		return err_set(e, "%s is of kind %s, the inputs before it %s",
			i->item, item_kind_name(i->kind),
			item_kind_name(c->kind));
	if (c->any && i->kind == ITEM_ROWS && i->cols != c->width)
		return err_set(e,
			"%s has rows of %zu numbers, the inputs before it %zu",
			i->item, i->cols, c->width);
	return 0;
}

static void
note_size(struct corpus *c, const struct item_info *i, size_t rows)
{
	double seconds;

	if (i->kind == ITEM_IMAGE) {
		c->tallest = rows > c->tallest ? rows : c->tallest;
		c->widest = i->width > c->widest ? i->width : c->widest;
	} else if (i->kind == ITEM_AUDIO && i->sample_rate) {
		seconds = (double)i->frames / (double)i->sample_rate;
		if (i->frames == SOURCE_UNKNOWN)
			seconds = (double)rows / (double)i->sample_rate;
		c->longest = seconds > c->longest ? seconds : c->longest;
	}
}

static int
note_item(struct corpus *c, struct source *s, const struct item_info *i,
	struct err *e)
{
	ptrdiff_t rows;

	if (i->fault) {
		say_error(i->item, i->fault);
		c->errors++;
		return 0;
	}
	if (corpus_survey_fits(c, i, e) != 0)
		return -1;
	if (!c->any) {
		c->any = true;
		c->kind = i->kind;
		c->width = i->cols;
		c->channels = 1;
		c->sample_rate = i->sample_rate;
	}
	if (i->kind == ITEM_IMAGE && i->channels >= 3)
		c->channels = 3;
	/* What fails while it is read is reported by the first pass. */
	rows = count_rows(s, i, e);
	c->items++;
	c->rows_total += rows > 0 ? (size_t)rows : 0;
	note_size(c, i, rows > 0 ? (size_t)rows : 0);
	return 0;
}

/* All items of one input; -1 only if the corpus as a whole is wrong. */
static int
survey_input(struct corpus *c, size_t path, struct err *e)
{
	struct source *s = corpus_source(c, path, e);
	struct item_info info;
	int got = -1, status = 0;

	c->first[path] = c->items;
	while (s && status == 0 && (got = source_next(s, &info, e)) == 1)
		status = note_item(c, s, &info, e);
	if (s)
		source_close(s);
	/* Nothing but one input: it is the error of the whole. */
	if (status == 0 && got < 0 && c->paths.count == 1 && !c->any) {
		c->errors++;
		return err_wrap(e, "%s", input_label(c->paths.item[path]));
	}
	if (status == 0 && got < 0) {
		say_error(input_label(c->paths.item[path]), e->msg);
		c->errors++;
		c->broken[path] = true;
	}
	return status;
}

/* Data that are mostly unreadable are not worth hours. */
static int
check_errors(const struct corpus *c, struct err *e)
{
	if (c->max_errors == 0 || c->errors < c->max_errors)
		return 0;
	return err_set(e, "stopped: %zu items failed", c->errors);
}

/* -1: stdin is an operand that another rank than the first would read. */
static int
check_stdin(const struct corpus *c, struct err *e)
{
	for (size_t i = 0; i < c->paths.count; i++)
		if (i % ranks_count() && strcmp(c->paths.item[i], "-") == 0)
			return err_set(e,
				"under mpirun - is the first operand: stdin is "
				"the first process's");
	return 0;
}

/* The inputs that this rank reads. */
static int
survey_own(struct corpus *c, struct err *e)
{
	if (check_stdin(c, e) != 0)
		return -1;
	for (size_t i = 0; i < c->paths.count; i++)
		if (corpus_ranks_reads(i) &&
			(survey_input(c, i, e) != 0 || check_errors(c, e) != 0))
			return -1;
	return 0;
}

int
corpus_survey(struct corpus *c, struct strlist *paths,
	const struct source_opts *o, size_t max_errors, struct err *e)
{
	*c = (struct corpus){
		.paths = *paths, .source = *o, .max_errors = max_errors
	};
	*paths = (struct strlist){ 0 };
	c->first = mem_zalloc(c->paths.count + 1, sizeof(*c->first));
	c->broken = mem_zalloc(c->paths.count, sizeof(*c->broken));
	c->kept = mem_zalloc(c->paths.count, sizeof(*c->kept));
	if (corpus_found_share(c, survey_own(c, e), e) != 0 ||
		check_errors(c, e) != 0)
		return -1;
	c->first[c->paths.count] = c->items;
	c->lost = mem_zalloc(c->items, sizeof(*c->lost));
	if (!c->any)
		return err_set(e, "no input could be read");
	return 0;
}
