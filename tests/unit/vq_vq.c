/*
 * The public library: what each function refuses, and that its codes and
 * samples are those of the encoders and decoders behind it, with any threads.
 */
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "model/decoder.h"
#include "model/encoder.h"
#include "vq_help.h"

#define D 4
#define K 30

#define IMAGES "data/models/image-8x8.vq"
#define SOUNDS "data/models/speech-16k.vq"

static char rows_path[] = "/tmp/vq-test-library-XXXXXX";
static float table[K * D];

/* A codebook from elsewhere: a model of rows. */
static int
write_rows(void **state)
{
	static const char head[] = "{'descr': '<f4', 'fortran_order': False, "
				   "'shape': (30, 4), }";
	char begin[128];
	struct rng r;
	FILE *f = fdopen(mkstemp(rows_path), "wb");

	(void)state;
	rng_seed(&r, 7, 0);
	for (size_t i = 0; i < K * D; i++)
		table[i] = (float)rng_below(&r, 1000) / 100;
	memset(begin, ' ', sizeof(begin));
	memcpy(begin, "\x93NUMPY\x01\x00\x76\x00", 10);
	memcpy(begin + 10, head, sizeof(head) - 1);
	begin[127] = '\n';
	fwrite(begin, 1, sizeof(begin), f);
	fwrite(table, 1, sizeof(table), f);
	return fclose(f);
}

static int
remove_rows(void **state)
{
	(void)state;
	return unlink(rows_path);
}

static struct vq_model *
open_model(const char *path)
{
	struct vq_model *m = NULL;

	if (vq_model_open(path, &m) != VQ_OK)
		fail_msg("%s", vq_error());
	assert_non_null(m);
	return m;
}

static void
the_version_is_that_of_the_header(void **state)
{
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "%d.%d.%d", VQ_VERSION_MAJOR,
		VQ_VERSION_MINOR, VQ_VERSION_PATCH);
	assert_string_equal(vq_version(), text);
	for (int s = VQ_OK; s >= VQ_ENOMEM; s--)
		for (int t = VQ_OK; t > s; t--)
			assert_string_not_equal(vq_strerror(s), vq_strerror(t));
	assert_non_null(vq_strerror(17));
}

static void
models_that_are_none_are_refused(void **state)
{
	struct vq_model *m = NULL;

	(void)state;
	refused(vq_model_open(NULL, &m), VQ_EINVAL, "vq_model_open");
	refused(vq_model_open("x", NULL), VQ_EINVAL, "NULL");
	refused(vq_model_open("no-such", &m), VQ_EMODEL, "no-such");
	refused(vq_model_open("", &m), VQ_EMODEL, "");
	refused(vq_model_open("-", &m), VQ_EMODEL, "standard input");
	refused(vq_model_open("README.md", &m), VQ_EMODEL, "README.md");
	refused(vq_model_open("data", &m), VQ_EMODEL, "data");
	assert_null(m);
	vq_model_close(NULL);
}

static void
facts_are_told(void **state)
{
	struct vq_model *m = open_model(rows_path);
	struct vq_facts f;

	(void)state;
	assert_int_equal(vq_model_facts(m, &f), VQ_OK);
	assert_true(f.kind == VQ_ROWS && f.dim == D && f.d == D);
	assert_true(f.columns == 1 && f.stages == 1 && f.groups == 1);
	assert_true(fabs(f.rate_bits - log2(K)) < 1e-12);
	assert_int_equal(strlen(f.fingerprint), 16);
	assert_int_equal(vq_model_k(m, 0), K);
	assert_int_equal(vq_model_k(m, 1), 0);
	assert_int_equal(vq_model_k(NULL, 0), 0);
	assert_string_equal(vq_model_meta(m, "media"), "rows");
	assert_null(vq_model_meta(m, "colour"));
	assert_null(vq_model_meta(m, NULL));
	assert_int_equal(vq_model_tokens(m, 12, 1), 12);
	assert_int_equal(vq_model_tokens(m, SIZE_MAX, 2), 0);
	assert_int_equal(vq_model_tokens(NULL, 1, 1), 0);
	refused(vq_model_facts(m, NULL), VQ_EINVAL, "NULL");
	refused(vq_model_facts(NULL, &f), VQ_EINVAL, "NULL");
	refused(vq_model_threads(NULL, 1), VQ_EINVAL, "NULL");
	refused(vq_model_threads(m, 100000), VQ_EINVAL, "100000");
	vq_model_close(m);
	m = open_model(IMAGES);
	assert_int_equal(vq_model_facts(m, &f), VQ_OK);
	assert_true(f.kind == VQ_IMAGE && f.patch == 8 && f.channels == 3);
	assert_true(f.dim == 192 && f.rate_bits * 64 == f.bits_per_token);
	assert_int_equal(vq_model_tokens(m, 17, 8), 3);
	vq_model_close(m);
}

static void
rows_are_encoded_and_decoded_or_refused(void **state)
{
	struct vq_model *m = open_model(rows_path);
	float x[3 * D], back[3 * D];
	uint32_t codes[3] = { 99, 99, 99 };

	(void)state;
	memcpy(x, table + 5 * D, sizeof(x));
	assert_int_equal(vq_encode_rows(m, x, 3, D, codes, 1), VQ_OK);
	assert_true(codes[0] == 5 && codes[1] == 6 && codes[2] == 7);
	assert_int_equal(vq_decode_rows(m, codes, 1, 3, D, back), VQ_OK);
	assert_memory_equal(back, x, sizeof(x));
	assert_int_equal(vq_encode_rows(m, NULL, 0, D, NULL, 1), VQ_OK);
	assert_int_equal(vq_decode_rows(m, NULL, 1, 0, D, NULL), VQ_OK);
	refused(vq_encode_rows(NULL, x, 3, D, codes, 1), VQ_EINVAL, "NULL");
	refused(vq_encode_rows(m, NULL, 3, D, codes, 1), VQ_EINVAL, "NULL");
	refused(vq_encode_rows(m, x, 3, D, NULL, 1), VQ_EINVAL, "NULL");
	refused(vq_encode_rows(m, x, 3, 5, codes, 1), VQ_ESHAPE, "of 5 num");
	refused(vq_encode_rows(m, x, 3, D, codes, 2), VQ_ESHAPE, "2 codes");
	refused(vq_encode_rows(m, x, 3, D, codes, 0), VQ_ESHAPE, "0 codes");
	refused(vq_encode_rows(m, x, SIZE_MAX, D, codes, 1), VQ_EINVAL, "arr");
	refused(vq_decode_rows(NULL, codes, 1, 3, D, back), VQ_EINVAL, "NULL");
	refused(vq_decode_rows(m, codes, 1, 3, 5, back), VQ_ESHAPE, "of 5");
	refused(vq_decode_rows(m, codes, 1, 3, D, NULL), VQ_EINVAL, "NULL");
	refused(vq_decode_rows(m, codes, 1, SIZE_MAX / 2, D, back), VQ_EINVAL,
		"array");
	codes[1] = K;
	refused(vq_decode_rows(m, codes, 1, 3, D, back), VQ_ECODE, "row 1,");
	x[D * 2 + 1] = NAN;
	refused(vq_encode_rows(m, x, 3, D, codes, 1), VQ_EVALUE, "row 2 ");
	vq_model_close(m);
}

static void
other_kinds_and_sizes_are_refused(void **state)
{
	struct vq_model *m = open_model(IMAGES);
	unsigned char px[4] = { 0 };
	uint32_t code[4];
	float x[4] = { 0 };

	(void)state;
	refused(vq_encode_rows(m, x, 1, 4, code, 1), VQ_EKIND,
		"for images, not");
	refused(vq_decode_rows(m, code, 1, 1, 4, x), VQ_EKIND,
		"for images, not");
	refused(vq_encode_sound(m, x, 1, 1, code, 1), VQ_EKIND, "for sounds");
	refused(vq_decode_sound(m, code, 1, 1, 1, x), VQ_EKIND, "for sounds");
	refused(vq_encode_image(m, px, 1, 1, 5, code, 1), VQ_ESHAPE, "5 chan");
	refused(vq_encode_image(m, px, 1, 1, 0, code, 1), VQ_ESHAPE, "0 chan");
	refused(vq_encode_image(m, px, 0, 1, 1, code, 1), VQ_EINVAL, "0 x 1");
	refused(vq_encode_image(m, NULL, 1, 1, 1, code, 1), VQ_EINVAL, "NULL");
	refused(vq_encode_image(m, px, SIZE_MAX, 9, 1, code, 1), VQ_EINVAL,
		"array");
	refused(vq_encode_image(NULL, px, 1, 1, 1, code, 1), VQ_EINVAL, "NULL");
	refused(vq_decode_image(m, NULL, 1, 1, 1, 1, px), VQ_EINVAL, "NULL");
	refused(vq_decode_image(m, code, 7, 1, 1, 1, px), VQ_ESHAPE, "7 codes");
	code[0] = 1 << 20;
	refused(vq_decode_image(m, code, 1, 1, 1, 1, px), VQ_ECODE, "1048576");
	vq_model_close(m);
	m = open_model(SOUNDS);
	refused(vq_encode_image(m, px, 1, 1, 1, code, 1), VQ_EKIND, "image");
	refused(vq_encode_sound(m, x, 1, 0, code, 1), VQ_EINVAL, "channels");
	refused(vq_encode_sound(m, NULL, 1, 1, code, 1), VQ_EINVAL, "NULL");
	x[0] = INFINITY;
	refused(vq_encode_sound(m, x, 1, 1, code, 1), VQ_EVALUE, "row 0 ");
	vq_model_close(m);
}

/* What the encoder behind it gives for rows of cols numbers. */
static struct rows
plain(const char *path, const float *x, size_t n, size_t cols)
{
	struct model m;
	struct frames f = { 0 };
	struct encoder *enc;
	struct rows out = { 0 };
	struct err e;

	assert_int_equal(model_load(&m, path, &e), 0);
	if (m.transform.kind == ITEM_AUDIO)
		frames_init(&f, m.transform.patch);
	enc = encoder_open(&m, (struct encoder_opts){ .frames = &f });
	out.row_bytes = 4 * encoder_columns(enc) *
		encoder_begin(enc, cols, rows_take, &out);
	assert_int_equal(encoder_push(enc, x, n, &e), 0);
	assert_int_equal(encoder_end(enc, &e), 0);
	encoder_close(enc);
	frames_free(&f);
	model_free(&m);
	return out;
}

enum { W = 45, H = 21, TOKENS = 6 * 3 };

static void
images_have_the_codes_of_the_encoder(void **state)
{
	struct vq_model *m = open_model(IMAGES);
	struct rng r = help_rng(__func__);
	unsigned char px[W * H * 4], back[W * H * 4], rgb[W * H * 3];
	float x[W * H * 3];
	uint32_t codes[TOKENS], gray[TOKENS];
	struct rows want;

	(void)state;
	for (size_t i = 0; i < W * H; i++) {
		rgb[3 * i] = px[i] = (unsigned char)rng_below(&r, 256);
		rgb[3 * i + 1] = rgb[3 * i + 2] = px[i];
	}
	for (size_t i = 0; i < W * H * 3; i++)
		x[i] = (float)rgb[i] / 255;
	want = plain(IMAGES, x, H, W * 3);
	assert_int_equal(vq_model_tokens(m, H, W), TOKENS);
	assert_int_equal(want.bytes, sizeof(codes));
	assert_int_equal(vq_encode_image(m, rgb, W, H, 3, codes, 1), VQ_OK);
	assert_memory_equal(codes, want.p, sizeof(codes));
	assert_int_equal(vq_model_threads(m, 3), VQ_OK);
	assert_int_equal(vq_encode_image(m, px, W, H, 1, gray, 1), VQ_OK);
	assert_memory_equal(gray, want.p, sizeof(gray));
	for (size_t c = 1; c <= 4; c++)
		assert_int_equal(
			vq_decode_image(m, codes, 1, W, H, c, back), VQ_OK);
	for (size_t i = 0; i < W * H; i++)
		assert_int_equal(back[4 * i + 3], 255);
	free(want.p);
	vq_model_close(m);
}

enum { FRAMES = 1000 };

static void
sounds_have_the_codes_of_the_encoder(void **state)
{
	struct vq_model *m = open_model(SOUNDS);
	struct rng r = help_rng(__func__);
	float x[FRAMES * 2], back[FRAMES * 2];
	struct vq_facts f;
	size_t tokens;
	uint32_t *codes;
	struct rows want;

	(void)state;
	for (size_t i = 0; i < FRAMES * 2; i++)
		x[i] = (float)rng_below(&r, 2001) / 1000 - 1;
	want = plain(SOUNDS, x, FRAMES, 2);
	assert_int_equal(vq_model_facts(m, &f), VQ_OK);
	tokens = vq_model_tokens(m, FRAMES, 2);
	assert_int_equal(tokens, (FRAMES + f.patch - 1) / f.patch * 2);
	codes = mem_alloc(tokens * f.columns, sizeof(*codes));
	assert_int_equal(want.bytes, tokens * f.columns * sizeof(*codes));
	assert_int_equal(
		vq_encode_sound(m, x, FRAMES, 2, codes, f.columns), VQ_OK);
	assert_memory_equal(codes, want.p, want.bytes);
	assert_int_equal(
		vq_decode_sound(m, codes, f.columns, FRAMES, 2, back), VQ_OK);
	for (size_t i = 0; i < FRAMES * 2; i++)
		assert_true(isfinite(back[i]));
	/* A prefix of the stages is a prefix of the codes. */
	if (f.stages > 1) {
		uint32_t *few = mem_alloc(tokens * f.groups, sizeof(*few));

		assert_int_equal(
			vq_encode_sound(m, x, FRAMES, 2, few, f.groups), VQ_OK);
		for (size_t v = 0; v < tokens; v++)
			assert_memory_equal(few + v * f.groups,
				codes + v * f.columns, f.groups * sizeof(*few));
		assert_int_equal(
			vq_decode_sound(m, few, f.groups, FRAMES, 2, back),
			VQ_OK);
		free(few);
	}
	free(codes);
	free(want.p);
	vq_model_close(m);
}

struct caller {
	const struct vq_model *model;
	const float *x;
	uint32_t codes[400];
	int bad;
};

static void *
call(void *arg)
{
	struct caller *c = arg;

	for (int i = 0; i < 20; i++) {
		c->bad |= vq_encode_rows(c->model, c->x, 400, D, c->codes, 1) !=
			VQ_OK;
		c->bad |= vq_encode_rows(c->model, c->x, 1, 9, c->codes, 1) !=
			VQ_ESHAPE;
		c->bad |= strstr(vq_error(), "of 9") == NULL;
	}
	return NULL;
}

static void
many_threads_may_call_one_handle(void **state)
{
	struct vq_model *m = open_model(rows_path);
	struct rng r = help_rng(__func__);
	static float x[400 * D];
	static struct caller c[4];
	pthread_t t[4];
	uint32_t want[400];

	(void)state;
	for (size_t i = 0; i < 400 * D; i++)
		x[i] = (float)rng_below(&r, 1000) / 100;
	assert_int_equal(vq_encode_rows(m, x, 400, D, want, 1), VQ_OK);
	assert_int_equal(vq_model_threads(m, 2), VQ_OK);
	for (size_t i = 0; i < 4; i++) {
		c[i] = (struct caller){ .model = m, .x = x };
		assert_int_equal(pthread_create(&t[i], NULL, call, &c[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(c[i].bad, 0);
		assert_memory_equal(c[i].codes, want, sizeof(want));
	}
	vq_model_close(m);
}

static void
last_words(void)
{
	_exit(7);
}

static void
exhausted_memory_asks_the_program_and_aborts(void **state)
{
	(void)state;
	for (int given = 0; given < 2; given++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			signal(SIGABRT, SIG_DFL);
			vq_on_no_memory(given ? last_words : NULL);
			free(mem_alloc(SIZE_MAX, 2));
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (given)
			assert_true(
				WIFEXITED(status) && WEXITSTATUS(status) == 7);
		else
			assert_true(WIFSIGNALED(status) &&
				WTERMSIG(status) == SIGABRT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_is_that_of_the_header),
		cmocka_unit_test(models_that_are_none_are_refused),
		cmocka_unit_test(facts_are_told),
		cmocka_unit_test(rows_are_encoded_and_decoded_or_refused),
		cmocka_unit_test(other_kinds_and_sizes_are_refused),
		cmocka_unit_test(images_have_the_codes_of_the_encoder),
		cmocka_unit_test(sounds_have_the_codes_of_the_encoder),
		cmocka_unit_test(many_threads_may_call_one_handle),
		cmocka_unit_test(exhausted_memory_asks_the_program_and_aborts),
	};

	return cmocka_run_group_tests(tests, write_rows, remove_rows);
}
