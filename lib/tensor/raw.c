#include <stdlib.h>
#include <string.h>

#include "tensor/cut.h"
#include "tensor/raw.h"
#include "tensor/slurp.h"
#include "util/num.h"

static int
find_type(const char *name, size_t n, enum dtype *t)
{
	static const struct {
		const char *name;
		enum dtype t;
	} types[] = {
		{ "f32", DT_F32 },
		{ "f64", DT_F64 },
		{ "s16", DT_I16 },
		{ "u8", DT_U8 },
		{ "u16", DT_U16 },
		{ "u32", DT_U32 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strlen(types[i].name) == n &&
			memcmp(types[i].name, name, n) == 0) {
			*t = types[i].t;
			return 0;
		}
	return -1;
}

int
raw_format_parse(const char *text, struct raw_format *f, struct err *e)
{
	size_t n = strcspn(text, ":");
	struct raw_format got;

	if (find_type(text, n, &got.dtype) != 0)
		return err_set(e,
			"\"%.100s\" is not TYPE:COLUMNS with a type "
			"of f32, f64, s16, u8, u16, u32",
			text);
	if (text[n] != ':' ||
		num_size(text + n + 1, NUM_DECIMAL, &got.columns) != 0 ||
		got.columns < 1 ||
		got.columns > PART_BYTES_ALL / dtype_size(got.dtype))
		return err_set(e,
			"\"%.100s\" needs a number of columns, as "
			"in %.*s:16",
			text, (int)n, text);
	*f = got;
	return 0;
}

int
raw_next(struct input *in, const struct raw_format *f, struct record *r,
	bool *last, struct err *e)
{
	size_t row = dtype_size(f->dtype) * f->columns, got;
	const unsigned char *ahead;
	void *data = slurp_upto(in, cut_passing(row) * row, &got, e);
	ptrdiff_t more;

	if (!data)
		return -1;
	more = input_peek(in, 1, &ahead, e);
	if (more < 0 || got % row) {
		free(data);
		return more < 0 ? -1
				: err_set(e,
					  "%zu bytes are left over behind the "
					  "last whole row of %zu bytes",
					  got % row, row);
	}
	record_add(
		r, "x", f->dtype, 2, (size_t[]){ got / row, f->columns }, data);
	*last = more == 0;
	return 0;
}
