/* How alike experts and codes are: cases whose answer is known, and pairs of
 * experts one by one. */
#include "moe_toy.h"
#include "numbers.h"

#include "model/moe_probe.h"
#include "util/mem.h"

enum { D = 5, E = 2 * D, N = 7 };

static const double size[D] = { 3, 1, 0.5, 2, 0.25 };

static void
make(struct moe *m)
{
	struct moe_opts o;
	struct err e;

	moe_opts_init(&o);
	o.kind = MOE_VQMOE;
	o.input = MOE_NONE;
	o.head = MOE_BARE;
	o.columns = o.width = D;
	o.hidden = 3;
	o.experts = o.codes = E;
	assert_int_equal(moe_init(m, &o, NULL, &e), 0);
}

/* Rows 2 i and 2 i + 1 are size[i] and its negative on axis i: the singular
 * values are as the sizes. */
static void
put_axes(float *to)
{
	memset(to, 0, E * D * sizeof(*to));
	for (size_t i = 0; i < D; i++) {
		to[2 * i * D + i] = (float)size[i];
		to[(2 * i + 1) * D + i] = (float)-size[i];
	}
}

static double
rank_of_sizes(void)
{
	double sum = 0, entropy = 0;

	for (size_t i = 0; i < D; i++)
		sum += size[i];
	for (size_t i = 0; i < D; i++)
		entropy -= size[i] / sum * log(size[i] / sum);
	return exp(entropy);
}

static void
fill_rows(float *x, size_t n)
{
	struct rng r;

	rng_seed(&r, 5, 0);
	for (size_t i = 0; i < n; i++)
		x[i] = (float)rng_normal(&r);
}

static void
known_outputs_and_codes_have_their_ranks(void **state)
{
	struct moe m;
	struct moe_layer *l;
	struct moe_probe p;
	float u[N * D];

	(void)state;
	make(&m);
	l = m.layer;
	moe_pack(&m);
	fill_rows(u, N * D);
	p = moe_probe_layer(l, u, N, NULL);
	assert_true(isnan(p.code_rank));
	memset(params_in(&m.ps, m.ps.w, l->experts.w2), 0,
		E * D * 3 * sizeof(float));
	put_axes(params_in(&m.ps, m.ps.w, l->experts.b2));
	put_axes(l->q);
	l->given = true;
	moe_layer_take_map(l, mem_zalloc(E, sizeof(uint32_t)));
	moe_pack(&m);
	p = moe_probe_layer(l, u, N, NULL);
	assert_true(fabs(p.expert_rank - rank_of_sizes()) < 1e-9);
	assert_true(fabs(p.code_rank - rank_of_sizes()) < 1e-9);
	/* Of the pairs, D are opposite and the rest at right angles. */
	assert_true(fabs(p.similarity + D / (E * (E - 1) / 2.0)) < 1e-12);
	/* One that gives nothing has the cosine 0 with all. */
	memset(params_in(&m.ps, m.ps.w, l->experts.b2), 0, D * sizeof(float));
	moe_pack(&m);
	p = moe_probe_layer(l, u, N, NULL);
	assert_true(fabs(p.similarity + (D - 1) / (E * (E - 1) / 2.0)) < 1e-12);
	moe_free(&m);
}

static double
cosine(const float *a, const float *b)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < D; i++) {
		ab += (double)a[i] * (double)b[i];
		aa += (double)a[i] * (double)a[i];
		bb += (double)b[i] * (double)b[i];
	}
	return aa * bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static void
similarity_is_the_mean_over_pairs_and_tokens(void **state)
{
	size_t offset[E + 1];
	float u[N * D], in[E * N * D], out[E * N * D];
	struct expert_rows r = { .offset = offset, .in = in, .out = out };
	double sum = 0;
	struct moe_probe p;
	struct moe m;

	(void)state;
	make(&m);
	moe_pack(&m);
	fill_rows(u, N * D);
	for (size_t j = 0; j <= E; j++)
		offset[j] = j * N;
	for (size_t j = 0; j < E; j++)
		memcpy(in + j * N * D, u, sizeof(u));
	expert_forward(&m.layer->experts, NULL, &r);
	for (size_t j = 0; j < E; j++)
		for (size_t k = 0; k < j; k++)
			for (size_t v = 0; v < N; v++)
				sum += cosine(out + (j * N + v) * D,
					out + (k * N + v) * D);
	p = moe_probe_layer(m.layer, u, N, NULL);
	assert_true(fabs(p.similarity - sum / (E * (E - 1) / 2 * N)) < 1e-12);
	moe_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_outputs_and_codes_have_their_ranks),
		cmocka_unit_test(similarity_is_the_mean_over_pairs_and_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
