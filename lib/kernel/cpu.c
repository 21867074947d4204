#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"
#include "kernel/panel_neon.h"

static const struct panel_ops *chosen;
static enum cpu_vectors vectors;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
choose(void)
{
	const struct panel_ops *runnable[] = {
		panel_avx512(), /* NULL where the processor lacks it */
		panel_avx2(),
		panel_neon(),
		&panel_generic,
		&panel_ref,
	};
	const char *want = getenv("VQ_KERNEL");
	size_t count = sizeof(runnable) / sizeof(runnable[0]);

	for (size_t i = count; i-- > 0;)
		if (runnable[i])
			chosen = runnable[i];
	for (size_t i = 0; want && i < count; i++)
		if (runnable[i] && strcmp(runnable[i]->name, want) == 0)
			chosen = runnable[i];
	if (chosen == panel_avx512())
		vectors = CPU_AVX512;
	else if (chosen == panel_avx2())
		vectors = CPU_AVX2;
}

const struct panel_ops *
cpu_panel_ops(void)
{
	pthread_once(&once, choose);
	return chosen;
}

enum cpu_vectors
cpu_vectors(void)
{
	pthread_once(&once, choose);
	return vectors;
}
