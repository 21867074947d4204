#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "model/loss_weights.h"
#include "util/mem.h"
#include "util/near.h"
#include "util/num.h"

#define MOST 1e6

static const struct term {
	const char *name;
	size_t at; /* in struct loss_weights */
	bool images, sounds;
} terms[] = {
#define AT(field) offsetof(struct loss_weights, field)
	{ "l2", AT(l2), true, true },
	{ "l1", AT(l1), true, true },
	{ "grad", AT(grad), true, false },
	{ "ssim", AT(ssim), true, false },
	{ "stft", AT(stft), false, true },
	{ "mel", AT(mel), false, true },
	{ "logspec", AT(logspec), false, true },
#undef AT
};

#define TERMS (sizeof(terms) / sizeof(*terms))

static double
get(const struct loss_weights *w, const struct term *t)
{
	double v;

	memcpy(&v, (const char *)w + t->at, sizeof(v));
	return v;
}

static void
set(struct loss_weights *w, const struct term *t, double v)
{
	memcpy((char *)w + t->at, &v, sizeof(v));
}

/* Cuts item at the '='. */
static int
parse_term(char *item, struct loss_weights *w, bool *seen, struct err *e)
{
	char *value = strchr(item, '=');
	double v = 1;
	size_t i = 0;
	char *hint;

	if (value)
		*value++ = '\0';
	while (i < TERMS && strcmp(terms[i].name, item) != 0)
		i++;
	if (i == TERMS) {
		hint = near_hint(LOSS_WEIGHTS_TERMS, item, strlen(item));
		err_set(e,
			"--loss: no term '%s': l2, l1; grad, ssim of images; "
			"stft, mel, logspec of sounds%s",
			item, hint);
		free(hint);
		return -1;
	}
	if (seen[i])
		return err_set(e, "--loss: %s is there twice", item);
	if (value && (num_real(value, &v) != 0 || !(v >= 0 && v <= MOST)))
		return err_set(e,
			"--loss: %s=%s: a weight is a number from 0 to %g",
			item, value, MOST);
	seen[i] = true;
	set(w, &terms[i], v);
	return 0;
}

int
loss_weights_parse(const char *text, struct loss_weights *w, struct err *e)
{
	char *copy = mem_strdup(text), *rest = copy, *item;
	bool seen[TERMS] = { false };
	double sum = 0;
	int r = 0;

	*w = (struct loss_weights){ 0 };
	while (r == 0 && (item = strsep(&rest, ",")))
		r = parse_term(item, w, seen, e);
	free(copy);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < TERMS; i++)
		sum += get(w, &terms[i]);
	return sum > 0 ? 0 : err_set(e, "--loss: all weights are 0");
}

bool
loss_weights_plain(const struct loss_weights *w)
{
	double others = 0;

	for (size_t i = 0; i < TERMS; i++)
		others += get(w, &terms[i]);
	return others == 0 || (others == 1 && w->l2 == 1);
}

int
loss_weights_check(
	const struct loss_weights *w, enum item_kind kind, struct err *e)
{
	if (kind == ITEM_ROWS && !loss_weights_plain(w))
		return err_set(e, "--loss is for images and sounds, not rows");
	for (size_t i = 0; i < TERMS; i++) {
		const struct term *t = &terms[i];

		if (get(w, t) > 0 &&
			((kind == ITEM_IMAGE && !t->images) ||
				(kind == ITEM_AUDIO && !t->sounds)))
			return err_set(e, "--loss %s is for %s, not for %s",
				t->name, t->images ? "images" : "sounds",
				kind == ITEM_IMAGE ? "images" : "sounds");
	}
	return 0;
}

char *
loss_weights_text(const struct loss_weights *w)
{
	char *text = mem_strdup("");

	for (size_t i = 0; i < TERMS; i++) {
		char *longer;

		if (!(get(w, &terms[i]) > 0))
			continue;
		longer = mem_printf("%s%s%s=%.9g", text, *text ? "," : "",
			terms[i].name, get(w, &terms[i]));
		free(text);
		text = longer;
	}
	return text;
}
