#include <stdlib.h>
#include <string.h>

#include "model/moe_tokens.h"
#include "nn/embed.h"
#include "util/mem.h"

void
moe_tokens_begin(
	struct moe_tokens *t, size_t columns, size_t context, size_t vocab)
{
	size_t n = (context - 1) * columns;

	moe_tokens_free(t);
	*t = (struct moe_tokens){
		.columns = columns, .context = context, .vocab = vocab
	};
	t->before = mem_alloc(n, sizeof(*t->before));
	for (size_t i = 0; i < n; i++)
		t->before[i] = EMBED_NONE;
}

void
moe_tokens_free(struct moe_tokens *t)
{
	free(t->before);
	*t = (struct moe_tokens){ 0 };
}

static int
convert(const struct moe_tokens *t, const float *x, size_t row, uint32_t *to,
	struct err *e)
{
	for (size_t c = 0; c < t->columns; c++) {
		if (!(x[c] >= 0 && x[c] < (float)t->vocab) ||
			x[c] != (float)(uint32_t)x[c])
			return err_set(e,
				"row %zu (counted from 0): %g is not a token "
				"of a vocabulary of %zu",
				row, (double)x[c], t->vocab);
		to[c] = (uint32_t)x[c];
	}
	return 0;
}

int
moe_tokens_next(struct moe_tokens *t, const float *x, size_t n, size_t number,
	uint32_t *token, struct err *e)
{
	size_t c = t->columns, all = t->context * c, before = all - c;

	for (size_t v = 0; v < n; v++, token += all) {
		if (convert(t, x + v * c, number + v, token, e) != 0)
			return -1;
		memcpy(token + c, t->before, before * sizeof(*token));
		memcpy(t->before, token, before * sizeof(*token));
	}
	return 0;
}
