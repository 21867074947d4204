/*
 * tokens.c - an example of vq.h: to codes and back.
 *
 *     tokens MODEL CODES BACK < rows.f32
 *     tokens MODEL CODES BACK WIDTH HEIGHT CHANNELS < pixels.u8
 *
 * Rows are floats, pixels bytes, codes numbers of 32 bits, all without a
 * header.  Prints how the codes are used.
 */
#include <stdio.h>
#include <stdlib.h>

#include <vq.h>

struct item {
	size_t width, height, channels; /* of an image */
	size_t n, tokens, bytes;
	void *in, *back;
	uint32_t *codes;
};

static void
die(const char *what)
{
	fprintf(stderr, "tokens: %s\n", what);
	exit(1);
}

static void
check(int status)
{
	if (status != VQ_OK)
		die(vq_error());
}

static void *
room(size_t n)
{
	void *p = malloc(n + 1);

	if (!p)
		die("no memory");
	return p;
}

static void
load(struct item *i, const struct vq_model *m, const struct vq_facts *f)
{
	size_t most = (size_t)1 << 26, image = i->width * i->height;

	i->in = room(most);
	i->bytes = fread(i->in, 1, most, stdin);
	i->n = f->dim ? i->bytes / (f->dim * sizeof(float)) : 0;
	if (f->kind == VQ_IMAGE && i->bytes != image * i->channels)
		die("not an image of that size");
	i->tokens = f->kind == VQ_IMAGE
		? vq_model_tokens(m, i->height, i->width)
		: vq_model_tokens(m, i->n, 1);
	i->codes = (uint32_t *)room(i->tokens * f->columns * sizeof(uint32_t));
	i->back = room(i->bytes);
}

static void
there_and_back(
	struct item *i, const struct vq_model *m, const struct vq_facts *f)
{
	if (f->kind == VQ_IMAGE) {
		check(vq_encode_image(m, (unsigned char *)i->in, i->width,
			i->height, i->channels, i->codes, f->columns));
		check(vq_decode_image(m, i->codes, f->columns, i->width,
			i->height, i->channels, (unsigned char *)i->back));
	} else {
		check(vq_encode_rows(
			m, (float *)i->in, i->n, f->dim, i->codes, f->columns));
		check(vq_decode_rows(m, i->codes, f->columns, i->n, f->dim,
			(float *)i->back));
	}
}

static void
report(const struct item *i, const struct vq_model *m, const struct vq_facts *f)
{
	size_t *k = (size_t *)room(f->columns * sizeof(*k));
	struct vq_use *u;
	struct vq_usage s;

	for (size_t c = 0; c < f->columns; c++)
		k[c] = vq_model_k(m, c);
	check(vq_use_open(k, f->columns, &u));
	check(vq_use_add(u, i->codes, i->tokens));
	check(vq_use_get(u, VQ_ALL, &s));
	printf("%lu tokens, %lu of %lu codes used, %.4f bits\n",
		(unsigned long)s.tokens, (unsigned long)s.used,
		(unsigned long)s.codes, s.entropy_bits);
	vq_use_close(u);
	free(k);
}

static void
save(const char *path, const void *data, size_t bytes)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(data, 1, bytes, f) != bytes || fclose(f) != 0)
		die(path);
}

int
main(int argc, char *argv[])
{
	struct item i = { 0, 0, 0, 0, 0, 0, NULL, NULL, NULL };
	struct vq_model *m;
	struct vq_facts f;

	if (argc != 4 && argc != 7)
		die("usage: tokens MODEL CODES BACK [WIDTH HEIGHT CHANNELS]");
	if (argc == 7) {
		i.width = strtoul(argv[4], NULL, 10);
		i.height = strtoul(argv[5], NULL, 10);
		i.channels = strtoul(argv[6], NULL, 10);
	}
	check(vq_model_open(argv[1], &m));
	check(vq_model_threads(m, 2));
	check(vq_model_facts(m, &f));
	load(&i, m, &f);
	there_and_back(&i, m, &f);
	report(&i, m, &f);
	save(argv[2], i.codes, i.tokens * f.columns * sizeof(*i.codes));
	save(argv[3], i.back, i.bytes);
	vq_model_close(m);
	free(i.in);
	free(i.back);
	free(i.codes);
	return 0;
}
