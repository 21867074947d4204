#include <stdlib.h>
#include <string.h>

#include "model/context.h"
#include "model/encoder.h"
#include "model/map_file.h"
#include "quant/code_fit.h"
#include "util/mem.h"
#include "util/progress.h"

#define CODES_MOST ((size_t)4 << 20)
#define VISITS ((size_t)8 << 20) /* codes times passes, about */
#define PASSES_MOST 6
#define FEW_ITEMS 4 /* fewer: pieces are held back, which no grid leaves out */
#define READ_ROWS ((size_t)64)

struct context {
	const struct context_opts *o;
	struct model model;
	struct frames frames;
	struct encoder *encoder;
	size_t columns, stride; /* of items */
	struct code_grid *grid;
	size_t grids, room;
	size_t codes; /* in all */
	size_t taken; /* of the grid at hand, that there is room for */
};

static int
keep_rows(void *arg, const void *rows, size_t n, struct err *e)
{
	struct context *c = arg;
	struct code_grid *g = &c->grid[c->grids];
	size_t row = g->tokens * c->columns, more = n * row;

	(void)e;
	if ((g->rows + n) * row > c->taken) {
		c->taken = 2 * (g->rows + n) * row;
		g->codes = mem_grow(g->codes, c->taken, sizeof(*g->codes));
	}
	memcpy(g->codes + g->rows * row, rows, more * sizeof(*g->codes));
	g->rows += n;
	c->codes += more;
	return c->codes < CODES_MOST ? 0 : err_set(e, "enough");
}

/* All codes of an item, or those that were read before it failed. */
static void
add_item(struct context *c, struct source *s, const struct item_info *i)
{
	float *x = mem_floats(READ_ROWS * i->cols);
	struct err unused;
	ptrdiff_t n;

	if (c->grids == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->grid = mem_grow(c->grid, c->room, sizeof(*c->grid));
	}
	c->taken = 0;
	c->grid[c->grids] = (struct code_grid){ .rows = 0 };
	c->grid[c->grids].tokens =
		encoder_begin(c->encoder, i->cols, keep_rows, c);
	while ((n = source_read(s, x, READ_ROWS, &unused)) > 0)
		if (encoder_push(c->encoder, x, (size_t)n, &unused) != 0)
			break;
	if (n == 0)
		encoder_end(c->encoder, &unused);
	free(x);
	if (c->grid[c->grids].rows)
		c->grids++;
	else
		free(c->grid[c->grids].codes);
}

static bool
is_taken(const struct context *c, size_t item)
{
	if (c->o->corpus->items >= FEW_ITEMS &&
		dataset_is_held(c->o->data, item, 0))
		return false;
	return item % c->stride == 0 && c->codes < CODES_MOST;
}

static void
add_input(struct context *c, size_t path)
{
	struct corpus *corpus = c->o->corpus;
	struct err unused;
	struct source *s = corpus_source(corpus, path, &unused);
	size_t item = corpus->first[path];
	struct item_info info;

	while (s && source_next(s, &info, &unused) == 1) {
		if (info.fault || info.kind != corpus->kind)
			continue;
		if (is_taken(c, item++))
			add_item(c, s, &info);
	}
	if (s)
		source_close(s);
}

static void
collect(struct context *c)
{
	struct encoder_opts how = { .pool = c->o->pool, .frames = &c->frames };
	const struct transform *t = &c->model.transform;
	size_t all = c->o->data->train_tokens * c->columns;

	c->stride = all / CODES_MOST + 1;
	if (t->kind == ITEM_AUDIO)
		frames_init(&c->frames, t->patch);
	c->encoder = encoder_open(&c->model, how);
	for (size_t i = 0; i < c->o->corpus->paths.count; i++)
		add_input(c, i);
	encoder_close(c->encoder);
	frames_free(&c->frames);
}

static void
tell(void *arg, size_t done, size_t all)
{
	(void)arg;
	(void)all;
	progress_update(done, NULL);
}

static void
fit(struct context *c, struct record *r)
{
	size_t passes = VISITS / c->codes;
	struct code_fit_opts o = { .rank = c->o->rank,
		.passes = passes < 1           ? 1
			: passes > PASSES_MOST ? PASSES_MOST
					       : passes,
		.seed = c->o->seed,
		.progress = tell };
	struct code_map *map = mem_zalloc(c->columns, sizeof(*map));
	struct code_model m;
	double bits;

	code_model_init(&m, &c->model.quantizer, NULL,
		c->model.transform.kind == ITEM_IMAGE);
	progress_start("context", "tokens", c->codes / c->columns * o.passes);
	bits = code_fit(&m, c->grid, c->grids, &o, map);
	progress_end();
	say_verbose("context of rank %zu: %.4f bits a token on %zu tokens",
		o.rank, bits, c->codes / c->columns);
	map_file_add(r, map, c->columns);
	meta_setf(&r->meta, "context", "%zu", o.rank);
	map_file_free(map, c->columns);
	code_model_free(&m);
}

int
context_learn(struct record *r, const struct context_opts *o, struct err *e)
{
	struct context c = { .o = o };

	if (model_from_record(&c.model, r, e) != 0)
		return -1;
	c.columns = quantizer_columns(&c.model.quantizer);
	collect(&c);
	if (c.codes)
		fit(&c, r);
	for (size_t i = 0; i < c.grids; i++)
		free(c.grid[i].codes);
	free(c.grid);
	model_free(&c.model);
	return c.codes ? 0 : err_set(e, "no item could be read for --context");
}
