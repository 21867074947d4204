#include <string.h>

#include "model/moe_opts.h"

static const char *const kinds[] = { "vqmoe", "vq", "softmax", "cosine",
	"stable", "biased", "hash", "random", "kmeans", "hybrid" };
static const char *const inputs[] = { "linear", "embedding", "none" };
static const char *const heads[] = { "classes", "real", "none" };
static const char *const maps[] = { "grouped", "modulo", "distil", "file" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void
moe_opts_init(struct moe_opts *o)
{
	*o = (struct moe_opts){ .context = 1,
		.layers = 1,
		.experts = 8,
		.top = 1,
		.type = &learner_simvq,
		.contrib = 0.05,
		.vq_weight = 0.08,
		.beta = 0.25,
		.balance = 0.01,
		.z_loss = 1e-3,
		.rate = 1e-3,
		.router_rate = 1,
		.steps = 2000,
		.batch = 1024,
		.seed = 1 };
}

int
moe_opts_kind(const char *name)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(kinds[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
moe_opts_kind_name(enum moe_kind k)
{
	return kinds[k];
}

enum moe_map
moe_opts_map(const char *name)
{
	size_t i = 0;

	while (i < MOE_MAP_FILE && strcmp(maps[i], name) != 0)
		i++;
	return (enum moe_map)i;
}

const char *
moe_opts_input_name(enum moe_input i)
{
	return inputs[i];
}

const char *
moe_opts_head_name(enum moe_head h)
{
	return heads[h];
}

const char *
moe_opts_map_name(enum moe_map m)
{
	return maps[m];
}

bool
moe_opts_has_book(enum moe_kind k)
{
	return k == MOE_VQMOE || k == MOE_VQ || k == MOE_HYBRID;
}

bool
moe_opts_is_frozen(enum moe_kind k)
{
	return k == MOE_STABLE || k == MOE_RANDOM || k == MOE_KMEANS;
}

size_t
moe_opts_book_step(const struct moe_opts *o)
{
	return o->kind == MOE_STABLE ? o->steps / 10 : o->steps / 20;
}
