/* Gates and codebooks of any checkpoint: what loads routes a little. */
#include "fuzz.h"
#include "mutate.h"
#include "model/router_load.h"
#include "util/mem.h"

#define ROWS ((size_t)3)
#define NUMBERS_MOST ((size_t)1 << 16) /* more takes its time */

static void
use(const struct router *r)
{
	size_t n = ROWS * r->top;
	uint16_t *experts = mem_zalloc(n, sizeof(*experts));
	uint32_t codes[ROWS];
	float margin[ROWS], *gates = mem_zfloats(n);
	float *x = mem_zfloats(ROWS * r->d);
	float *work = mem_floats(router_work(r));
	bool book = r->kind == ROUTER_VQ;
	struct router_out out = { experts, gates, book ? codes : NULL,
		book ? margin : NULL };
	size_t done = router_rows(r, x, ROWS, false, &out, work);

	for (size_t i = 0; i < n && done == ROWS; i++)
		FUZZ_HOLDS(experts[i] < r->experts);
	free(experts);
	free(gates);
	free(x);
	free(work);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t top = 1; top <= 2; top++) {
		struct router_opts o = { .path = fuzz_path(data, size),
			.top = top,
			.temperature = 1 };
		struct router r = { 0 };
		struct err e = { "" };
		int status = router_load(&r, &o, &e);

		fuzz_said(status, &e);
		if (status == 0 && r.d && r.d <= NUMBERS_MOST)
			use(&r);
		if (status == 0)
			router_free(&r);
	}
	return 0;
}
