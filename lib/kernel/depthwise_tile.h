/*
 * depthwise_tile.h - convolution of channels, written once for every
 * instruction set: included by panel_NAME.c after panel_tile.h, of whose names
 * it uses ISA, WIDTH, vec, store, fma, TILE and UNROLL, with
 *
 *     loadu(p)               from any address
 *     DEPTHWISE_VECS         registers of channels of a tile
 *
 * The channels are in the lanes; four columns share what is loaded of the
 * weights.
 */
#define DEPTHWISE_COLS 4

/* What depthwise_row is given. */
struct channels {
	const struct depthwise *s;
	const float *const *in;
	const float *weight, *start;
	size_t step;
	float *y;
};

/* Columns x .. x + cols, taps from .. to of each line, `vecs` registers from
 * channel c on; cols and vecs are constants. */
TILE void
channels_tile(const struct channels *a, size_t x, size_t cols, size_t from,
	size_t to, size_t c, size_t vecs)
{
	size_t d = a->s->d, kw = a->s->kw, half = kw / 2;
	vec acc[DEPTHWISE_COLS][DEPTHWISE_VECS], w[DEPTHWISE_VECS];

	UNROLL
	for (size_t j = 0; j < cols; j++) {
		UNROLL
		for (size_t v = 0; v < vecs; v++)
			acc[j][v] = loadu(
				a->start + (x + j) * a->step + c + v * WIDTH);
	}
	for (size_t ky = 0; ky < a->s->kh; ky++) {
		const float *row = a->in[ky];

		for (size_t kx = from; row && kx < to; kx++) {
			const float *at = row + (x + kx - half) * d + c;
			const float *k = a->weight + (ky * kw + kx) * d + c;

			UNROLL
			for (size_t v = 0; v < vecs; v++)
				w[v] = loadu(k + v * WIDTH);
			UNROLL
			for (size_t j = 0; j < cols; j++) {
				UNROLL
				for (size_t v = 0; v < vecs; v++)
					acc[j][v] = fma(
						loadu(at + j * d + v * WIDTH),
						w[v], acc[j][v]);
			}
		}
	}
	UNROLL
	for (size_t j = 0; j < cols; j++) {
		UNROLL
		for (size_t v = 0; v < vecs; v++)
			store(a->y + (x + j) * d + c + v * WIDTH, acc[j][v]);
	}
}

/* A column that is near an end of the row, or alone. */
TILE void
channels_column(const struct channels *a, size_t x, size_t c, size_t vecs)
{
	size_t kw = a->s->kw, half = kw / 2, right = a->s->w - 1 - x;

	channels_tile(a, x, 1, x < half ? half - x : 0,
		right < half ? half + right + 1 : kw, c, vecs);
}

/* All columns of some channels. */
TILE void
channels_columns(const struct channels *a, size_t c, size_t vecs)
{
	size_t w = a->s->w, kw = a->s->kw, half = kw / 2, x = 0;

	for (; x < w && x < half; x++)
		channels_column(a, x, c, vecs);
	for (; x + DEPTHWISE_COLS + half <= w; x += DEPTHWISE_COLS)
		channels_tile(a, x, DEPTHWISE_COLS, 0, kw, c, vecs);
	for (; x + 2 + half <= w; x += 2)
		channels_tile(a, x, 2, 0, kw, c, vecs);
	for (; x < w; x++)
		channels_column(a, x, c, vecs);
}

/* One channel, as the definition reads. */
ISA static void
channels_one(const struct channels *a, size_t c)
{
	size_t w = a->s->w, d = a->s->d, kw = a->s->kw, half = kw / 2;

	for (size_t x = 0; x < w; x++) {
		float sum = a->start[x * a->step + c];

		for (size_t k = 0; k < a->s->kh * kw; k++) {
			const float *row = a->in[k / kw];
			size_t at = x + k % kw;

			if (row && at >= half && at - half < w)
				sum = fmaf(row[(at - half) * d + c],
					a->weight[k * d + c], sum);
		}
		a->y[x * d + c] = sum;
	}
}

ISA static void
channels_row(const struct depthwise *s, const float *const *in,
	const float *weight, const float *start, size_t step, float *y)
{
	const struct channels a = { s, in, weight, start, step, y };
	size_t c = 0;

	for (; c + DEPTHWISE_VECS * WIDTH <= s->d; c += DEPTHWISE_VECS * WIDTH)
		channels_columns(&a, c, DEPTHWISE_VECS);
	for (; c + WIDTH <= s->d; c += WIDTH)
		channels_columns(&a, c, 1);
	for (; c < s->d; c++)
		channels_one(&a, c);
}

/* sum += x y over n columns, of `vecs` registers: a constant. */
TILE void
channels_sum(const float *x, const float *y, size_t n, size_t d, float *sum,
	size_t vecs)
{
	vec acc[DEPTHWISE_VECS];

	UNROLL
	for (size_t v = 0; v < vecs; v++)
		acc[v] = loadu(sum + v * WIDTH);
	for (; n; n--, x += d, y += d) {
		UNROLL
		for (size_t v = 0; v < vecs; v++)
			acc[v] = fma(loadu(x + v * WIDTH), loadu(y + v * WIDTH),
				acc[v]);
	}
	UNROLL
	for (size_t v = 0; v < vecs; v++)
		store(sum + v * WIDTH, acc[v]);
}

/* The gradients of the taps of a row x, of `vecs` registers from channel c on;
 * of one channel where that is 0. */
TILE void
channels_taps(const struct depthwise *s, const float *x, const float *dy,
	float *dweight, size_t c, size_t vecs)
{
	size_t half = s->kw / 2, d = s->d;

	for (size_t kx = 0; kx < s->kw; kx++) {
		struct depthwise_span at = depthwise_span(s, kx);
		size_t n = at.to - at.from;
		const float *from, *by = dy + at.from * d + c;
		float *sum = dweight + kx * d + c;

		if (n == 0)
			continue;
		from = x + (at.from + kx - half) * d + c;
		if (vecs)
			channels_sum(from, by, n, d, sum, vecs);
		else
			for (size_t j = 0; j < n; j++)
				*sum = fmaf(from[j * d], by[j * d], *sum);
	}
}

ISA static void
channels_back(const struct depthwise *s, const float *const *in,
	const float *dy, float *dweight)
{
	size_t d = s->d, wide = DEPTHWISE_VECS * WIDTH;

	for (size_t ky = 0; ky < s->kh; ky++, dweight += s->kw * d) {
		const float *x = in[ky];
		size_t c = 0;

		if (!x)
			continue;
		for (; c + wide <= d; c += wide)
			channels_taps(s, x, dy, dweight, c, DEPTHWISE_VECS);
		for (; c + WIDTH <= d; c += WIDTH)
			channels_taps(s, x, dy, dweight, c, 1);
		for (; c < d; c++)
			channels_taps(s, x, dy, dweight, c, 0);
	}
}
