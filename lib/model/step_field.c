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
	size_t v = chunk * p->rows, left = p->s->n - v;

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
	product_rows_all(&s->a, s->pool, s->x, s->n, s->z);
	convnet_forward(&s->conv->encoder, s->ps, s->pool, s->x, s->h, s->z);
}

/* back = dx^, as recon_chunk leaves it; the loss is the first chunk's. */
static void
field_loss(struct step *s, size_t chunks)
{
	float *x = s->back;

	memset(s->recon, 0, chunks * sizeof(*s->recon));
	s->recon[0] =
		field_loss_run(s->loss, s->pool, s->x, x, s->grid, s->dback);
	s->back = s->dback;
	s->dback = x;
}

/* x^ = B q + V LN(h'(q)) */
void
step_field_losses(struct step *s, size_t chunks, size_t rows)
{
	struct pass p = { s, rows };

	pool_run(s->pool, chunks, sum_chunk, &p);
	product_rows_all(&s->b, s->pool, s->sum, s->n, s->back);
	convnet_forward(
		&s->conv->decoder, s->ps, s->pool, s->sum, s->h2, s->back);
	if (s->loss)
		field_loss(s, chunks);
	else
		pool_run(s->pool, chunks, recon_chunk, &p);
	convnet_ungain(&s->conv->decoder, s->pool, s->h2, s->back);
	pool_run(s->pool, chunks, decoder_chunk, &p);
	convnet_backward(&s->conv->decoder, s->ps, s->pool, s->sum, s->h2,
		s->back, s->dz);
	pool_run(s->pool, chunks, quantizer_chunk, &p);
}
