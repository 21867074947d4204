#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/put.h"
#include "report/trial_row.h"
#include "report/trial_text.h"
#include "util/mem.h"
#include "util/names.h"

static const char *const unit[] = { "PSNR", "SNR", "MSE" };

static size_t
wider(size_t width, const char *s)
{
	return s && strlen(s) > width ? strlen(s) : width;
}

static size_t
digits(size_t n)
{
	size_t width = 1;

	while (n /= 10)
		width++;
	return width;
}

void
trial_text_init(
	struct trial_text *t, const struct trials *plan, enum item_kind kind)
{
	*t = (struct trial_text){ .plan = plan,
		.kind = kind,
		.codes_width = 5,
		.tokens_width = 5,
		.type_width = strlen("type"),
		.bits = mem_zalloc(plan->count, sizeof(*t->bits)) };
	for (size_t i = 0; i < plan->count; i++) {
		struct train_settings s;
		size_t k;

		trials_settings(plan, i, &s);
		k = s.training.trainer.k;
		t->type_width = wider(t->type_width, trials_type(plan, i));
		if (digits(k) > t->codes_width)
			t->codes_width = digits(k);
		if (digits(20 * k) > t->tokens_width)
			t->tokens_width = digits(20 * k);
	}
	for (size_t a = 0; a < plan->axes; a++) {
		t->width[a] = strlen(plan->axis[a].name);
		for (size_t i = 0; i < plan->count; i++)
			t->width[a] =
				wider(t->width[a], trials_value(plan, i, a));
	}
}

void
trial_text_free(struct trial_text *t)
{
	free(t->bits);
	*t = (struct trial_text){ 0 };
}

/* Type, codes, what is compared: cells that each line begins with; i = the
 * number of trials for the head. */
static int
put_names(const struct trial_text *t, size_t i, size_t k, struct output *out,
	struct err *e)
{
	const struct trials *p = t->plan;
	bool head = i == p->count;
	char *codes = head ? mem_strdup("k") : mem_printf("%zu", k);
	int status = put_text(out, e, "%-*s %*s", (int)t->type_width,
		head ? "type" : trials_type(p, i), (int)t->codes_width, codes);

	free(codes);
	for (size_t a = 0; status == 0 && a < p->axes; a++) {
		const char *v = head ? p->axis[a].name : trials_value(p, i, a);
		char *clean;

		if (!trial_row_own(&p->axis[a]))
			continue;
		clean = names_printable(v ? v : "-");
		status = put_text(out, e, " %*s", (int)t->width[a], clean);
		free(clean);
	}
	return status;
}

int
trial_text_head(const struct trial_text *t, struct output *out, struct err *e)
{
	if (put_names(t, t->plan->count, 0, out, e) != 0 ||
		put_text(out, e, " %5s %5s %5s %-5s %*s %5s %5s %6s %*s",
			"bits", "H", "step", "on", (int)t->tokens_width, "N",
			"used%", "even%", "perpl.",
			t->kind == ITEM_ROWS ? 9 : 5, unit[t->kind]) != 0)
		return -1;
	if (trial_row_continue(t->plan) && put_text(out, e, " churn%%") != 0)
		return -1;
	if (trial_row_grow(t->plan) && put_text(out, e, " split%%") != 0)
		return -1;
	if (trial_row_continue(t->plan) && put_text(out, e, " drift") != 0)
		return -1;
	return put_text(out, e, " %5s\n", "s");
}

/* Churn, split, drift. */
static int
put_change(const struct trial_text *t, const struct trial *r,
	const struct drift *d, struct output *out, struct err *e)
{
	bool grow = trial_row_grow(t->plan);

	if (!trial_row_continue(t->plan))
		return 0;
	if (!r->continued)
		return put_text(out, e, grow ? " %6s %6s %5s" : " %6s%.0s %5s",
			"-", "-", "-");
	if (put_text(out, e, " %6.2f", 100 * d->churn) != 0 ||
		(grow && put_text(out, e, " %6.2f", 100 * d->split) != 0))
		return -1;
	return put_text(out, e, " %5.3f", d->distance);
}

static int
put_line(const struct trial_text *t, size_t i, const struct trial *r,
	const char *on, const struct trial_figures *f, struct output *out,
	struct err *e)
{
	char step[24] = "start";

	if (f->tokens == 0)
		return 0;
	if (r->saved_step)
		snprintf(step, sizeof(step), "%zu", r->saved_step);
	if (put_names(t, i, r->k, out, e) != 0 ||
		put_text(out, e, " %5.2f %5.2f %5s %-5s %*zu %5.1f %5.1f %6.1f",
			r->bits, f->entropy, step, on, (int)t->tokens_width,
			f->tokens, 100 * f->share, 100 * f->expected,
			f->perplexity) != 0 ||
		put_text(out, e, t->kind == ITEM_ROWS ? " %#9.4g" : " %5.2f",
			f->quality) != 0 ||
		put_change(t, r, &f->change, out, e) != 0)
		return -1;
	return put_text(out, e, " %5.1f\n", r->seconds);
}

int
trial_text_row(struct trial_text *t, size_t i, const struct trial *r,
	struct output *out, struct err *e)
{
	if (r->failed)
		return put_names(t, i, r->k, out, e) == 0
			? put_text(out, e, "  failed\n")
			: -1;
	t->bits[i] = r->bits;
	t->done++;
	t->starts += r->saved_step == 0;
	t->lasts += r->last;
	t->weighted += r->weighted;
	t->continued += r->continued;
	t->held += r->held.tokens > 0;
	if (r->columns > t->columns)
		t->columns = r->columns;
	t->about = *r;
	if (put_line(t, i, r, "held", &r->held, out, e) != 0)
		return -1;
	return put_line(t, i, r, "train", &r->train, out, e);
}

static int
put_held(const struct trial_text *t, bool judged, struct output *out,
	struct err *e)
{
	const struct trial *r = &t->about;
	const char *chosen = t->lasts == 0 ? "the best on it"
		: t->lasts == t->done      ? "what its last step made"
					   : "the best on it, or its last";

	if (t->held == 0)
		return put_text(out, e, "No tokens were held back.\n");
	if (judged)
		return put_text(out, e,
			"held: the items of --valid; a row's model is %s.\n",
			chosen);
	if (put_text(out, e, "held: %.1f %% of the tokens",
		    100 * r->held_share) != 0)
		return -1;
	if (r->held_items &&
		put_text(out, e, ", %zu of %zu items", r->held_items,
			r->items) != 0)
		return -1;
	return put_text(out, e, "; a row's model is %s.\n", chosen);
}

/* Trials i and j have the same value of an option, if it is compared. */
static bool
same_value(const struct trials *p, size_t i, size_t j, const char *name)
{
	for (size_t a = 0; a < p->axes; a++)
		if (strcmp(p->axis[a].name, name) == 0)
			return p->one[i].value[a] == p->one[j].value[a];
	return true;
}

/* True if two rows' sizes were asked for alike and did not come out so. */
static bool
bits_differ(const struct trial_text *t)
{
	static const char *const sizes[] = { "codes", "residual", "groups" };
	const struct trials *p = t->plan;

	for (size_t i = 0; i < p->count; i++)
		for (size_t j = 0; j < i; j++) {
			bool alike = true;

			for (size_t s = 0; s < 3; s++)
				alike = alike && same_value(p, i, j, sizes[s]);
			if (alike && t->bits[i] > 0 && t->bits[j] > 0 &&
				fabs(t->bits[i] - t->bits[j]) > 0.5)
				return true;
		}
	return false;
}

/* Net conv learns from pieces of items, and is judged on such. */
static bool
judges_differ(const struct trial_text *t)
{
	const struct trials *p = t->plan;
	const struct trial_axis *net = trials_axis(p, "net");
	size_t at = net ? (size_t)(net - p->axis) : 0, conv = 0;

	for (size_t i = 0; net && i < p->count; i++) {
		const char *value = trials_value(p, i, at);

		conv += value && strcmp(value, "conv") == 0;
	}
	return conv > 0 && conv < p->count;
}

static int
put_starts(const struct trial_text *t, struct output *out, struct err *e)
{
	if (put_text(out, e, "step start: none of the steps was better") != 0)
		return -1;
	if (t->continued == t->done)
		return put_text(out, e, " than where they began.\n");
	return put_text(out, e,
		"; more of them (-s), or\n--init random, tell types apart.\n");
}

/* What holds for some tables only. */
static int
put_notes(const struct trial_text *t, struct output *out, struct err *e)
{
	if (t->starts && put_starts(t, out, e) != 0)
		return -1;
	if (t->columns > 1 &&
		put_text(out, e,
			"Of several codebooks: k of each, bits and H of all, "
			"used%% of all codes, perpl.\nthe mean.\n") != 0)
		return -1;
	if (t->weighted &&
		put_text(out, e, "%s means weighted by the tensor w%s.\n",
			t->kind == ITEM_ROWS ? "MSE: errors are" : "Errors are",
			t->weighted < t->done ? ", but not in all rows" : "") !=
			0)
		return -1;
	if (judges_differ(t) &&
		put_text(out, e,
			"Net conv is judged on pieces of the items, other nets "
			"on all tokens (see N):\nhold decoded items against "
			"each other by vq-stats -R.\n") != 0)
		return -1;
	if (bits_differ(t))
		return put_text(out, e,
			"Rows of one size differ in bits: hold them against "
			"each other by bits.\n");
	return 0;
}

int
trial_text_foot(const struct trial_text *t, bool judged, struct output *out,
	struct err *e)
{
	if (t->done == 0)
		return 0;
	if (put_text(out, e, "\n") != 0 || put_held(t, judged, out, e) != 0 ||
		put_text(out, e,
			"train: a sample of the training vectors.  bits: of a "
			"token, by k; H: by how\noften codes came among these "
			"N.  even%%: used%% if all codes came alike, at\nthis "
			"N.  %ss: seconds on this machine.\n",
			t->kind == ITEM_ROWS ? "" : "Quality in dB.  ") != 0)
		return -1;
	return put_notes(t, out, e);
}
