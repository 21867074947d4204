/* Files of moe-route --rules, for 40 codes and 4 experts. */
#include "fuzz.h"
#include "model/router_rules.h"

#define CODES 40
#define EXPERTS 4

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct router_rules r;
	struct err e = { "" };
	uint32_t map[CODES];
	int status = router_rules_load(&r, fuzz_path(data, size), &e);

	if (status == 0)
		status = router_rules_map(&r, CODES, EXPERTS, map, &e);
	fuzz_said(status, &e);
	for (size_t i = 0; i < CODES && status == 0; i++)
		FUZZ_HOLDS(map[i] <= EXPERTS);
	router_rules_free(&r);
	return 0;
}
