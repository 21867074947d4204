#include <string.h>

#include "util/near.h"
#include "util/opt_near.h"

const char *
opt_near(const struct opt *rows, const char *name, size_t n)
{
	struct near s;

	near_init(&s, name, n);
	for (size_t i = 0; rows[i].name; i++)
		near_try(&s, rows[i].name);
	return s.found;
}

/* Of argparse lines of PyTorch trainings, and of papers. */
static const char *const aliases[][2] = { { "lr", "learning-rate" },
	{ "batch-size", "batch" }, { "codebook", "codes" },
	{ "codebook-size", "codes" }, { "num-codes", "codes" },
	{ "n-codes", "codes" }, { "num-embeddings", "codes" },
	{ "n-embed", "codes" }, { "codebook-dim", "dim" },
	{ "embedding-dim", "dim" }, { "embed-dim", "dim" },
	{ "num-quantizers", "residual" }, { "n-codebooks", "residual" },
	{ "patch-size", "patch" }, { "max-steps", "steps" },
	{ "iterations", "steps" }, { "iters", "steps" },
	{ "quantizer", "type" }, { "method", "type" }, { "commitment", "beta" },
	{ "commitment-weight", "beta" }, { "num-workers", "threads" },
	{ "workers", "threads" }, { "jobs", "threads" },
	{ "num-experts", "experts" }, { "topk", "top" }, { "top-k", "top" },
	{ "out-dir", "output-dir" }, { "output-dir", "output" },
	{ "outdir", "output-dir" }, { "out-file", "output" },
	{ "save", "output" }, { "random-seed", "seed" },
	{ "overwrite", "force" }, { "input-list", "files-from" } };

/* "_" is as good as "-". */
static bool
same(const char *alias, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (alias[i] != (name[i] == '_' ? '-' : name[i]))
			return false;
	return !alias[n];
}

const char *
opt_near_alias(const struct opt *rows, const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		for (size_t j = 0; rows[j].name; j++)
			if (same(aliases[i][0], name, n) &&
				strcmp(aliases[i][1], rows[j].name) == 0)
				return rows[j].name;
	return NULL;
}
