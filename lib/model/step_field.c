#include <string.h>

#include "kernel/product.h"
#include "model/step_field.h"
#include "model/step_rows.h"

struct pass {
	struct step *s;
	size_t rows;
};

static struct step_rows
rows_of(const struct pass *p, size_t chunk)
{
	const struct step *s = p->s;
	size_t v = s->own.from + chunk * p->rows, left = s->own.end - v;

	return (struct step_rows){ p->s, v, left < p->rows ? left : p->rows };
}

static void
sum_chunk(void *arg, size_t chunk, size_t worker)
{
	(void)worker;
	step_rows_sum(rows_of(arg, chunk));
}

static void
recon_chunk(void *arg, size_t chunk, size_t worker)
{
	struct pass *p = arg;

	(void)worker;
	p->s->recon[chunk] = step_rows_recon(rows_of(p, chunk));
}

static void
decoder_chunk(void *arg, size_t chunk, size_t worker)
{
	(void)worker;
	step_rows_decoder(rows_of(arg, chunk), chunk);
}

static void
quantizer_chunk(void *arg, size_t chunk, size_t worker)
{
	struct pass *p = arg;

	(void)worker;
	p->s->vq[chunk] =
		step_pulls(p->s) ? 0 : step_rows_quantizer(rows_of(p, chunk));
}

/* z = A x + U LN(h(x)) */
void
step_field_encode(struct step *s)
{
	const float *x = s->x + s->own.from * s->dim;
	size_t n = s->own.end - s->own.from;
	float *z = s->z + s->own.from * s->d;

	if (n == 0)
		return;
	product_rows_all(&s->a, s->pool, x, n, z);
	convnet_forward(&s->conv->encoder, s->ps, s->pool, x, s->h, z);
}

void
step_field_backward(struct step *s)
{
	if (s->own.end > s->own.from)
		convnet_backward(&s->conv->encoder, s->ps, s->pool,
			s->x + s->own.from * s->dim, s->h,
			s->dz + s->own.from * s->d, NULL);
}

/* back = dx^, as recon_chunk leaves it; the loss is the first chunk's.  That of
 * some fields is their mean: their share of the mean of all. */
static void
field_loss(struct step *s, size_t chunks)
{
	size_t at = s->own.from * s->dim, size = s->own.end * s->dim - at;
	struct grid own = s->grid;
	float *x = s->back, part;

	own.count = (s->own.end - s->own.from) / (own.h * own.w);
	memset(s->recon, 0, chunks * sizeof(*s->recon));
	s->recon[0] = field_loss_run(
		s->loss, s->pool, s->x + at, x + at, own, s->dback + at);
	s->back = s->dback;
	s->dback = x;
	if (own.count == s->grid.count)
		return;
	part = (float)own.count / (float)s->grid.count;
	s->recon[0] *= (double)part;
	for (size_t i = at; i < at + size; i++)
		s->back[i] *= part;
}

/* x^ = B q + V LN(h'(q)) */
void
step_field_losses(struct step *s, size_t chunks, size_t rows)
{
	const struct convnet *h2 = &s->conv->decoder;
	size_t n = s->own.end - s->own.from, at = s->own.from;
	const float *sum = s->sum + at * s->d;
	struct pass p = { s, rows };

	if (n == 0)
		return;
	pool_run(s->pool, chunks, sum_chunk, &p);
	product_rows_all(&s->b, s->pool, sum, n, s->back + at * s->dim);
	convnet_forward(h2, s->ps, s->pool, sum, s->h2, s->back + at * s->dim);
	if (s->loss)
		field_loss(s, chunks);
	else
		pool_run(s->pool, chunks, recon_chunk, &p);
	convnet_ungain(h2, s->pool, s->h2, s->back + at * s->dim);
	pool_run(s->pool, chunks, decoder_chunk, &p);
	convnet_backward(h2, s->ps, s->pool, sum, s->h2, s->back + at * s->dim,
		s->dz + at * s->d);
	pool_run(s->pool, chunks, quantizer_chunk, &p);
}
