#include "model/net_rules.h"

#define LINEAR_MAX 16384 /* the square of it is in memory, twice */

static int
check_loss(const struct trainer_opts *o, struct err *e)
{
	if (loss_weights_plain(&o->loss) || o->net == NET_CONV)
		return 0;
	return err_set(e,
		"--loss is for --net conv, which is trained on pieces of "
		"images and sounds; --net %s is trained for l2",
		net_name(o->net));
}

/* The first option of net conv that is given, and not for several trainings. */
static const char *
conv_option(const struct training_given *g, const struct training_given *common)
{
	const struct {
		const char *name;
		bool given, common;
	} all[] = {
		{ "width", g->width, common->width },
		{ "depth", g->depth, common->depth },
		{ "kernel", g->kernel, common->kernel },
		{ "crop", g->crop, common->crop },
		{ "spectrum", g->spectrum, common->spectrum },
		{ "gain", g->gain, common->gain },
		{ "blend", g->blend, common->blend },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].given && !all[i].common)
			return all[i].name;
	return NULL;
}

int
net_rules_check(const struct training *t, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;
	const char *option = conv_option(&t->given, &t->common);

	if (option && o->net != NET_CONV)
		return err_set(e, "--%s is for --net conv, not for %s", option,
			net_name(o->net));
	return check_loss(o, e);
}

static int
fixed(const char *option, bool given, size_t want, size_t is, struct err *e)
{
	if (!given || want == is)
		return 0;
	return err_set(e, "--%s %zu, but it has %zu", option, want, is);
}

static int
fixed_conv(
	const struct training *t, const struct net_conv_shape *s, struct err *e)
{
	const struct training_given *g = &t->given;
	const struct net_conv_shape *o = &t->trainer.conv;

	if (fixed("width", g->width, o->width, s->width, e) != 0 ||
		fixed("kernel", g->kernel, o->kernel, s->kernel, e) != 0)
		return -1;
	if (g->depth && (o->encoder != s->encoder || o->decoder != s->decoder))
		return err_set(e, "--depth %zu+%zu, but it has %zu+%zu",
			o->encoder, o->decoder, s->encoder, s->decoder);
	if (g->spectrum && !s->spectrum)
		return err_set(e, "--spectrum, but it has none");
	if (g->gain && !s->gain)
		return err_set(e, "--gain, but it has none");
	if (g->blend && !s->blend)
		return err_set(e, "--blend, but it has none");
	return 0;
}

int
net_rules_fixed(const struct training *t, const struct net *n, struct err *e)
{
	if (t->given.net && t->trainer.net != n->type)
		return err_set(e, "-n %s, but it has %s",
			net_name(t->trainer.net), net_name(n->type));
	return n->conv ? fixed_conv(t, &n->conv->shape, e) : 0;
}

int
net_rules_data(
	const struct trainer_opts *o, const struct transform *t, struct err *e)
{
	if (o->net != NET_NONE && t->dim > LINEAR_MAX)
		return err_set(e,
			"a token has %zu numbers, more than %d: principal "
			"components take too long (smaller -p, or -n none)",
			t->dim, LINEAR_MAX);
	if (o->net != NET_CONV)
		return 0;
	if (t->kind == ITEM_ROWS)
		return err_set(e,
			"--net conv is for images and sounds: rows have no "
			"neighbours");
	if (o->conv.spectrum && t->kind != ITEM_AUDIO)
		return err_set(e, "--spectrum is for sounds");
	if (o->conv.blend && t->kind != ITEM_IMAGE)
		return err_set(e, "--blend is for images");
	if (o->conv.blend && o->conv.gain)
		return err_set(e, "--blend and --gain: only one of them");
	if (!o->type->by_gradient)
		return err_set(e,
			"--net conv learns by gradient, -t %s does not",
			o->type->name);
	if (o->anchor > 0)
		return err_set(e, "--anchor is not for --net conv");
	return 0;
}
