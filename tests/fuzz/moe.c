/* Models of experts: what loads gives a few rows an answer. */
#include "fuzz.h"
#include "mutate.h"
#include "model/moe_load.h"
#include "util/mem.h"

#define ROWS ((size_t)3)
#define NUMBERS_MOST ((size_t)1 << 16) /* more takes its time */

static void
use(const struct moe *m)
{
	size_t tokens = ROWS * m->o.context * m->o.columns;
	struct moe_batch b = { .n = ROWS };
	struct moe_work w;
	float *x = mem_zfloats(ROWS * m->o.columns);
	uint32_t *token = mem_zalloc(tokens, sizeof(*token));

	b.x = x;
	b.token = token;
	moe_work_init(&w, m, ROWS, false, false);
	moe_forward(m, &b, &w, m->o.layers);
	moe_work_free(&w, m);
	free(x);
	free(token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct moe m;
	struct err e = { "" };
	char id[17];
	int status = moe_load_file(&m, fuzz_path(data, size), id, &e);

	fuzz_said(status, &e);
	if (status == 0 && m.o.columns <= NUMBERS_MOST &&
		m.o.context <= NUMBERS_MOST / (m.o.columns + 1))
		use(&m);
	if (status == 0)
		moe_free(&m);
	return 0;
}
