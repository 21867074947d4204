/*
 * Handles: none is left behind by an open that fails, and NULL is refused with
 * words by every function that takes one; and what the model makes of large
 * numbers.
 */
#include "vq_help.h"

#define SOUNDS "data/models/speech-16k.vq"

/* Not NULL, and not to be used. */
static char stale;

static void
what_does_not_open_is_null(void **state)
{
	void *old = &stale;
	struct vq_model *m = old;
	struct vq_book *b = old;
	struct vq_use *u = old;
	float code[2] = { 1, 1e30f };
	size_t k[2] = { 3, 0 };

	(void)state;
	refused(vq_model_open("no-such", &m), VQ_EMODEL, "no-such");
	assert_null(m);
	m = old;
	refused(vq_model_open("README.md", &m), VQ_EMODEL, "README.md");
	assert_null(m);
	m = old;
	refused(vq_model_open(NULL, &m), VQ_EINVAL, "vq_model_open");
	assert_null(m);
	refused(vq_book_open(code, 1, 2, &b), VQ_EVALUE, "row 0");
	assert_null(b);
	b = old;
	refused(vq_book_open(NULL, 1, 1, &b), VQ_EINVAL, "vq_book_open");
	assert_null(b);
	refused(vq_use_open(k, 2, &u), VQ_EINVAL, "column 1");
	assert_null(u);
	u = old;
	refused(vq_use_open(NULL, 2, &u), VQ_EINVAL, "vq_use_open");
	assert_null(u);
	vq_model_close(m);
	vq_book_close(b);
	vq_use_close(u);
}

/* The words of a function that gives no status. */
static void
words(const char *function)
{
	assert_non_null(strstr(vq_error(), function));
	assert_non_null(strstr(vq_error(), "NULL"));
}

static void
null_is_refused_by_every_function(void **state)
{
	struct vq_facts facts;
	struct vq_usage usage;
	float x[1] = { 0 };
	unsigned char px[1] = { 0 };
	uint32_t c[1] = { 0 };
	const int null = VQ_EINVAL;

	(void)state;
	refused(vq_model_threads(NULL, 1), null, "NULL");
	refused(vq_model_facts(NULL, &facts), null, "NULL");
	assert_int_equal(vq_model_k(NULL, 0), 0);
	words("vq_model_k");
	assert_null(vq_model_meta(NULL, "type"));
	words("vq_model_meta");
	assert_int_equal(vq_model_tokens(NULL, 1, 1), 0);
	words("vq_model_tokens");
	refused(vq_encode_rows(NULL, x, 1, 1, c, 1), null, "NULL");
	refused(vq_decode_rows(NULL, c, 1, 1, 1, x), null, "NULL");
	refused(vq_encode_image(NULL, px, 1, 1, 1, c, 1), null, "NULL");
	refused(vq_decode_image(NULL, c, 1, 1, 1, 1, px), null, "NULL");
	refused(vq_encode_sound(NULL, x, 1, 1, c, 1), null, "NULL");
	refused(vq_decode_sound(NULL, c, 1, 1, 1, x), null, "NULL");
	refused(vq_book_threads(NULL, 1), null, "NULL");
	refused(vq_book_nearest(NULL, x, 1, 1, c, NULL), null, "NULL");
	refused(vq_use_add(NULL, c, 1), null, "NULL");
	refused(vq_use_get(NULL, VQ_ALL, &usage), null, "NULL");
}

static void
latents_beyond_floats_have_a_status(void **state)
{
	enum { N = 2000, COLUMNS = 12 };
	struct vq_model *m;
	uint32_t codes[(N / 320 + 1) * COLUMNS];
	float x[N] = { 0 };

	(void)state;
	assert_int_equal(vq_model_open(SOUNDS, &m), VQ_OK);
	assert_int_equal(vq_encode_sound(m, x, N, 1, codes, COLUMNS), VQ_OK);
	for (size_t i = 0; i < N; i++)
		x[i] = i % 2 ? 3e38f : -3e38f;
	refused(vq_encode_sound(m, x, N, 1, codes, COLUMNS), VQ_EVALUE,
		"its latents are beyond what a float holds");
	vq_model_close(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_open_is_null),
		cmocka_unit_test(null_is_refused_by_every_function),
		cmocka_unit_test(latents_beyond_floats_have_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
