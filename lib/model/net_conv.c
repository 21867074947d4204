#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/need.h"
#include "model/net_conv.h"
#include "util/mem.h"
#include "util/num.h"

#define WIDTH_MAX 4096
#define KERNEL_MAX 63
#define DEPTH_MAX 256

void
net_conv_add(struct net_conv *c, struct net_conv_shape s, struct params *p,
	enum param_group g, enum item_kind kind, size_t patch, size_t dim,
	size_t d)
{
	struct convnet_shape shape = { .in = dim,
		.width = s.width,
		.depth = s.encoder,
		.out = d,
		.kh = s.kernel,
		.kw = kind == ITEM_IMAGE ? s.kernel : 1,
		.spectrum = s.spectrum };

	c->shape = s;
	convnet_add(&c->encoder, p, g, "encoder.conv", shape);
	shape.in = d;
	shape.out = dim;
	shape.depth = s.decoder;
	shape.spectrum = false;
	shape.gain = s.gain;
	shape.blend = s.blend ? patch : 0;
	convnet_add(&c->decoder, p, g, "decoder.conv", shape);
}

void
net_conv_start(const struct net_conv *c, struct params *p, struct rng *r)
{
	convnet_start(&c->encoder, p, r);
	convnet_start(&c->decoder, p, r);
}

void
net_conv_pack(struct net_conv *c, const struct params *p)
{
	convnet_pack(&c->encoder, p);
	convnet_pack(&c->decoder, p);
}

void
net_conv_free(struct net_conv *c)
{
	convnet_free(&c->encoder);
	convnet_free(&c->decoder);
	params_free(&c->ps);
	*c = (struct net_conv){ 0 };
}

void
net_conv_copy(
	const struct net_conv *c, struct params *p, const struct net_conv *from)
{
	size_t first = c->encoder.first.weight;

	/* Both were added by net_conv_add: the same rows in the same order. */
	for (size_t i = 0; i < from->ps.count; i++)
		memcpy(params_in(p, p->w, first + i),
			params_in(&from->ps, from->ps.w, i),
			from->ps.row[i].size * sizeof(*p->w));
}

/* Each tensor is read before the block is made that all of them need. */
static int
load_weights(struct params *p, const struct record *r, struct err *e)
{
	float **x = mem_zalloc(p->count, sizeof(*x));
	int status = 0;

	for (size_t i = 0; i < p->count && status == 0; i++) {
		const struct param *row = &p->row[i];

		x[i] = need_floats(r, row->name, row->rows, row->cols, e);
		status = x[i] ? 0 : -1;
	}
	if (status == 0)
		params_build_weights(p);
	for (size_t i = 0; i < p->count; i++) {
		if (status == 0)
			memcpy(params_in(p, p->w, i), x[i],
				p->row[i].size * sizeof(**x));
		free(x[i]);
	}
	free(x);
	return status;
}

/* A key that is "1" or absent. */
static int
need_flag(const struct meta *m, const char *key, bool *out, struct err *e)
{
	const char *v = meta_get(m, key);

	*out = v != NULL;
	if (v && strcmp(v, "1") != 0)
		return err_set(e, "metadata key \"%s\": not 1", key);
	return 0;
}

int
net_conv_load(struct net_conv *c, const struct record *r, enum item_kind kind,
	size_t patch, size_t dim, size_t d, struct err *e)
{
	struct net_conv_shape s = { 0 };

	*c = (struct net_conv){ 0 };
	if (kind == ITEM_ROWS)
		return err_set(e, "net conv, but rows have no neighbours");
	if (need_size(&r->meta, "width", 1, WIDTH_MAX, &s.width, e) != 0 ||
		need_size(&r->meta, "encoder_depth", 0, DEPTH_MAX, &s.encoder,
			e) != 0 ||
		need_size(&r->meta, "decoder_depth", 0, DEPTH_MAX, &s.decoder,
			e) != 0 ||
		need_size(&r->meta, "kernel", 1, KERNEL_MAX, &s.kernel, e) != 0)
		return -1;
	if (need_flag(&r->meta, "spectrum", &s.spectrum, e) != 0 ||
		need_flag(&r->meta, "gain", &s.gain, e) != 0 ||
		need_flag(&r->meta, "blend", &s.blend, e) != 0)
		return -1;
	if (s.blend && (s.gain || kind != ITEM_IMAGE))
		return err_set(e, "metadata key \"blend\": it is for images");
	if (s.kernel % 2 == 0)
		return err_set(e, "metadata key \"kernel\": not odd");
	/* Every block has tensors: this bounds what is allocated. */
	if (s.encoder + s.decoder > r->count)
		return err_set(e, "%zu + %zu blocks, but there are %zu tensors",
			s.encoder, s.decoder, r->count);
	net_conv_add(c, s, &c->ps, PARAM_FIXED, kind, patch, dim, d);
	if (load_weights(&c->ps, r, e) != 0) {
		net_conv_free(c);
		return -1;
	}
	net_conv_pack(c, &c->ps);
	return 0;
}

void
net_conv_describe(const struct net_conv_shape *s, struct meta *m)
{
	meta_setf(m, "width", "%zu", s->width);
	meta_setf(m, "encoder_depth", "%zu", s->encoder);
	meta_setf(m, "decoder_depth", "%zu", s->decoder);
	meta_setf(m, "kernel", "%zu", s->kernel);
	if (s->spectrum)
		meta_set(m, "spectrum", "1");
	if (s->gain)
		meta_set(m, "gain", "1");
	if (s->blend)
		meta_set(m, "blend", "1");
}

int
net_conv_depth(const char *text, struct net_conv_shape *s, struct err *e)
{
	const char *plus = strchr(text, '+');
	char first[20] = "";
	size_t encoder = 0, decoder = 0;
	int status;

	if (plus)
		snprintf(
			first, sizeof(first), "%.*s", (int)(plus - text), text);
	status = num_size(plus ? plus + 1 : text, NUM_DECIMAL, &decoder);
	if (plus && status == 0)
		status = num_size(first, NUM_DECIMAL, &encoder);
	if (status != 0 || encoder > DEPTH_MAX || decoder > DEPTH_MAX ||
		(!plus && decoder == 0))
		return err_set(e,
			"--depth %s: not blocks of the decoder, or of encoder "
			"and decoder as in 2+6 (at most %d)",
			text, DEPTH_MAX);
	if (!plus)
		encoder = decoder < 6 ? 1 : decoder / 3;
	s->encoder = encoder;
	s->decoder = decoder;
	return 0;
}
