#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/moe_rows.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/progress.h"

/* An input while it is read. */
struct reading {
	struct moe_rows *r;
	const struct moe_rows_opts *o;
	const char *item;
	size_t seen; /* rows of the item, dropped ones too */
	bool fatal;  /* what failed is more than an item */
};

/* The shape of the first item is that of all. */
static int
check_shape(struct reading *g, const struct moe_shape *s, struct err *e)
{
	struct moe_rows *r = g->r;
	char one[128], two[128];

	if (!r->shaped)
		r->is = *s;
	r->shaped = true;
	if (moe_shape_same(&r->is, s))
		return 0;
	g->fatal = r->items > 1;
	if (!g->fatal) /* the only item is unlike itself */
		return err_set(e, "its parts are unlike each other");
	return err_set(e, "%s has %s, %s before it has %s", g->item,
		moe_shape_describe(s, one, sizeof(one)), r->item[0].name,
		moe_shape_describe(&r->is, two, sizeof(two)));
}

static size_t
row_bytes(const struct moe_shape *s)
{
	return 4 * (s->columns + s->outputs + (s->target == MOE_SHAPE_CLASS));
}

uint64_t
moe_rows_bytes(const struct moe_rows *r)
{
	return (uint64_t)r->n * row_bytes(&r->is);
}

static uint64_t
memory_limit(const struct moe_rows_opts *o)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	if (o->most_bytes)
		return o->most_bytes;
	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 2
				     : UINT64_MAX;
}

/* Room for n rows more. */
static int
make_room(struct reading *g, size_t n, struct err *e)
{
	struct moe_rows *r = g->r;
	uint64_t limit = memory_limit(g->o);
	size_t row = row_bytes(&r->is), most = (size_t)(limit / row);

	if (r->n > most || n > most - r->n) {
		g->fatal = true;
		return err_set(e,
			"%s: the rows are more than %ju MB, half of this "
			"machine's memory",
			g->item, (uintmax_t)(limit >> 20));
	}
	if (r->n + n <= r->room)
		return 0;
	r->room = r->n + n > most / 2 ? most : 2 * (r->n + n);
	if (r->is.tokens)
		r->token = mem_grow(
			r->token, r->room * r->is.columns, sizeof(*r->token));
	else
		r->x = mem_grow(r->x, r->room * r->is.columns, sizeof(*r->x));
	if (r->is.target == MOE_SHAPE_CLASS)
		r->class = mem_grow(r->class, r->room, sizeof(*r->class));
	if (r->is.target == MOE_SHAPE_REAL)
		r->real = mem_grow(
			r->real, r->room * r->is.outputs, sizeof(*r->real));
	return 0;
}

/* Spread what stands for several rows each: from the end, in place. */
static void
spread(void *data, size_t n, size_t times, size_t bytes)
{
	unsigned char *p = data;

	for (size_t i = n; times > 1 && i--;)
		memmove(p + i * bytes, p + i / times * bytes, bytes);
}

/* Row `from` takes the place of row `to`. */
static void
move_row(struct moe_rows *r, size_t from, size_t to)
{
	size_t c = r->is.columns, o = r->is.outputs;

	if (from == to)
		return;
	if (r->x)
		memcpy(r->x + to * c, r->x + from * c, c * sizeof(*r->x));
	if (r->token)
		memcpy(r->token + to * c, r->token + from * c,
			c * sizeof(*r->token));
	if (r->class)
		r->class[to] = r->class[from];
	if (r->real)
		memcpy(r->real + to * o, r->real + from * o,
			o * sizeof(*r->real));
}

/* The n rows behind the others become rows, but those with NaN. */
static int
keep(struct reading *g, size_t n, struct err *e)
{
	struct moe_rows *r = g->r;
	size_t c = r->is.columns, o = r->is.outputs, to = r->n;

	for (size_t i = 0; i < n; i++, g->seen++) {
		size_t v = r->n + i;
		bool x = r->x && dtype_find_nonfinite(r->x + v * c, c) < c;
		bool y =
			r->real && dtype_find_nonfinite(r->real + v * o, o) < o;

		if ((x || y) && !g->o->drop_nan)
			return err_set(e,
				"row %zu (counted from 0) holds NaN or "
				"infinity%s",
				g->seen, x ? "" : " in its target");
		if (!x && !y)
			move_row(r, v, to++);
	}
	r->n = to;
	return 0;
}

/* The targets of a part to row r->n on. */
static int
take_target(struct reading *g, const struct moe_shape_part *p, struct err *e)
{
	struct moe_rows *r = g->r;
	size_t o = p->is.outputs;

	if (p->is.target == MOE_SHAPE_CLASS) {
		if (moe_shape_whole(r->class + r->n, p->y, MOE_ROWS_CLASS_MAX,
			    g->seen, p->n, e) != 0)
			return -1;
		spread(r->class + r->n, p->n, p->repeat, sizeof(*r->class));
	}
	if (p->is.target == MOE_SHAPE_REAL) {
		dtype_to_f32(r->real + r->n * o, p->y->data,
			tensor_elements(p->y), p->y->dtype);
		spread(r->real + r->n * o, p->n, p->repeat,
			o * sizeof(*r->real));
	}
	return 0;
}

/* Targets from elsewhere that do not go with the rows end all. */
static int
find_target(struct reading *g, const struct part *p, struct tensor *view,
	const struct tensor **y, struct err *e)
{
	int status = moe_target_find(g->o->beside, p, g->o->target, view, y, e);

	if (status == 0 && *y == view && g->r->items > 1)
		status = err_set(e,
			"--target %s goes with one item of rows, %s is another",
			g->o->target, g->item);
	g->fatal = g->fatal || status != 0;
	return status;
}

static int
take_part(struct reading *g, const struct part *p, struct err *e)
{
	bool named = g->o->stream.tensor != NULL;
	struct moe_rows *r = g->r;
	const struct tensor *y = NULL;
	struct moe_shape_part b;
	struct tensor view;
	size_t c;

	if (find_target(g, p, &view, &y, e) != 0 ||
		moe_shape_find(&b, p, named, y, e) != 0 ||
		check_shape(g, &b.is, e) != 0 || make_room(g, b.n, e) != 0)
		return -1;
	if (b.n == 0)
		return 0;
	if (!b.y && !r->tensors)
		r->tensors = moe_target_names(&p->rec);
	c = b.is.columns;
	if (!b.is.tokens)
		dtype_to_f32(r->x + r->n * c, b.x->data, b.n * c, b.x->dtype);
	else if (moe_shape_whole(r->token + r->n * c, b.x,
			 MOE_ROWS_TOKEN_MAX - 1, g->seen, b.n, e) != 0)
		return -1;
	return take_target(g, &b, e) != 0 ? -1 : keep(g, b.n, e);
}

static void
begin_item(struct reading *g, const char *name)
{
	struct moe_rows *r = g->r;

	r->item = mem_grow(r->item, r->items + 1, sizeof(*r->item));
	r->item[r->items++] =
		(struct moe_rows_item){ mem_strdup(name), r->n, 0 };
	g->item = r->item[r->items - 1].name;
	g->seen = 0;
}

static uint32_t
above_all(const uint32_t *x, size_t n, size_t least)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] >= least)
			least = (size_t)x[i] + 1;
	return (uint32_t)least;
}

static void
end_item(struct reading *g)
{
	struct moe_rows *r = g->r;
	struct moe_rows_item *i = &r->item[r->items - 1];
	size_t c = r->is.columns;

	i->count = r->n - i->first;
	if (r->token)
		r->vocab = above_all(
			r->token + i->first * c, i->count * c, r->vocab);
	if (r->class)
		r->classes =
			above_all(r->class + i->first, i->count, r->classes);
}

static void
forget_rows(struct moe_rows *r)
{
	free(r->x);
	free(r->token);
	free(r->class);
	free(r->real);
	r->x = r->real = NULL;
	r->token = r->class = NULL;
	r->n = r->room = 0;
	r->shaped = false;
}

/* The item at hand goes, and the reason is told. */
static void
drop_item(struct reading *g, const struct err *e)
{
	struct moe_rows *r = g->r;
	struct moe_rows_item *i = &r->item[--r->items];

	say_error(i->name, e->msg);
	r->errors++;
	free(i->name);
	r->n = i->first;
	if (r->items == 0)
		forget_rows(r);
}

/* One item, from its first part p: 0, or -1 with the reason. */
static int
read_item(struct reading *g, struct stream *s, struct part *p, bool *broken,
	struct err *e)
{
	int got = 1;

	for (;;) {
		if (p->failed || !p->main)
			return err_set(e,
				"incomplete: the program that wrote it failed "
				"or was stopped");
		if (take_part(g, p, e) != 0)
			return -1;
		if (p->last)
			return 0;
		got = stream_next(s, p, e);
		if (got == 1)
			continue;
		*broken = true;
		return got < 0 ? -1 : err_set(e, "ends within an item");
	}
}

static int
read_stream(struct reading *g, struct input *in, struct err *e)
{
	struct stream *s = stream_open(in, g->o->stream);
	struct part p;
	bool broken = false;
	int got = 0, status = 0;

	while (status == 0 && !broken && (got = stream_next(s, &p, e)) == 1) {
		if (!p.first) /* of an item that failed */
			continue;
		begin_item(g, p.item);
		if (read_item(g, s, &p, &broken, e) == 0) {
			end_item(g);
		} else if (g->fatal) {
			status = -1;
		} else {
			drop_item(g, e);
		}
	}
	stream_close(s);
	if (got < 0 && !broken) {
		say_error(input_name(in), e->msg);
		g->r->errors++;
	}
	return status;
}

#define TEXT_BYTES ((size_t)65536)

static int
read_text(struct reading *g, struct input *in, struct err *e)
{
	static const struct moe_shape bytes = { .tokens = true, .columns = 1 };
	struct moe_rows *r = g->r;
	char *name = names_escape(input_name(in));
	unsigned char *buf = mem_alloc(TEXT_BYTES, 1);
	ptrdiff_t n = -1;

	begin_item(g, name);
	while (check_shape(g, &bytes, e) == 0 &&
		(n = input_read(in, buf, TEXT_BYTES, e)) > 0 &&
		make_room(g, (size_t)n, e) == 0)
		for (ptrdiff_t i = 0; i < n; i++)
			r->token[r->n++] = buf[i];
	if (n == 0)
		end_item(g);
	else if (!g->fatal)
		drop_item(g, e);
	free(buf);
	free(name);
	return g->fatal ? -1 : 0;
}

int
moe_rows_read(struct moe_rows *r, const char *path,
	const struct moe_rows_opts *o, struct err *e)
{
	struct reading g = { .r = r, .o = o };
	struct input *in = input_open(path, e);
	bool any = o->text || o->stream.raw.columns;
	int status = 0;

	if (!in || moe_shape_check_input(in, any, e) != 0) {
		say_error(input_label(path), e->msg);
		r->errors++;
	} else if (o->text) {
		status = read_text(&g, in, e);
	} else {
		status = read_stream(&g, in, e);
	}
	input_close(in);
	return status;
}

void
moe_rows_free(struct moe_rows *r)
{
	for (size_t i = 0; i < r->items; i++)
		free(r->item[i].name);
	free(r->item);
	free(r->tensors);
	forget_rows(r);
	*r = (struct moe_rows){ 0 };
}
