#include <string.h>

#include "quant/basis.h"
#include "quant/basis_bridge.h"
#include "quant/basis_cond.h"
#include "quant/basis_linear.h"
#include "quant/basis_mlp.h"

static const struct basis *const known[] = {
	[BASIS_LINEAR] = &basis_linear,
	[BASIS_MLP] = &basis_mlp,
	[BASIS_BRIDGE] = &basis_bridge,
	[BASIS_COND] = &basis_cond,
};

#define KNOWN (sizeof(known) / sizeof(*known))

int
basis_find(const char *name)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (strcmp(known[i]->name, name) == 0)
			return (int)i;
	return -1;
}

const char *
basis_name(enum learner_basis b)
{
	return known[b]->name;
}

const struct basis *
basis_of(const struct learner *l)
{
	return known[l->o.basis];
}
