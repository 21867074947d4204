/* numpy reads what we write, and we read what numpy writes. */
#include "tensor_help.h"

#include "tensor/writer.h"
#include "util/output.h"

#define PYTHON "/usr/bin/python3"

static const struct stream_opts plain = { 0 };

static bool
have_numpy(void)
{
	return system(PYTHON " -c 'import numpy' 2>/dev/null") == 0;
}

/* Run a program with the file's name as its argument: its exit status. */
static int
python(const char *program, const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(PYTHON, PYTHON, "-c", program, path, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Rows 0 .. 9999 of x F32 [., 1024] and codes U16 [., 2]. */
static void
write_item(struct output *o, enum format f, size_t rows)
{
	const struct column col[] = { { "x", DT_F32, 2, { 0, 1024 }, true },
		{ "codes", DT_U16, 2, { 0, 2 }, true } };
	float x[1024];
	unsigned char row[4096], codes[4];
	const void *data[] = { row, codes };
	struct meta m = { 0 };
	struct writer *w;
	struct err e;

	meta_set(&m, "item", "b\xc3\xa4r");
	w = writer_begin(o, f, &m, col, 2, WRITER_ROWS_UNKNOWN, &e);
	assert_non_null(w);
	for (size_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < 1024; k++)
			x[k] = (float)i - (float)k / 4;
		dtype_from_f32(row, x, 1024, DT_F32);
		dtype_from_u32(
			codes, (uint32_t[]){ (uint32_t)i, 65535 }, 2, DT_U16);
		assert_int_equal(writer_rows(w, data, 1, &e), 0);
	}
	assert_int_equal(writer_end(w, &e), 0);
	meta_free(&m);
}

/* Two items in a file, and what Python says of them. */
static void
python_reads(enum format f, const char *program)
{
	const char *path = temp_file(&(struct bytes){ 0 });
	struct err e;
	struct output *o =
		output_open(path, (struct output_opts){ .force = true }, &e);

	assert_non_null(o);
	write_item(o, f, 5000);
	write_item(o, f, 3);
	assert_int_equal(output_commit(o, &e), 0);
	assert_int_equal(python(program, path), 0);
	unlink(path);
}

#define CHECK \
	"x, y = items\n" \
	"want = np.arange(5000)[:, None] - np.arange(1024) / 4\n" \
	"assert x.dtype == np.float32 and (x == want).all()\n" \
	"assert (y == want[:3]).all()\n"

static void
ten_lines_of_python_read_a_record(void **state)
{
	(void)state;
	python_reads(FORMAT_RECORD,
		"import json, struct, sys, zlib, numpy as np\n"
		"items, parts, f = [], [], open(sys.argv[1], 'rb')\n"
		"types = dict(F32='<f4', U16='<u2', U8='u1')\n"
		"while (head := f.read(8)):\n"
		"  text = f.read(struct.unpack('<Q', head)[0])\n"
		"  h = json.loads(text)\n"
		"  m = h.pop('__metadata__')\n"
		"  at = text.find(b',\"crc32.header\":\"') + 17\n"
		"  assert zlib.crc32(head + text[:at] + b'00000000' +\n"
		"    text[at + 8:]) == int(text[at:at + 8], 16)\n"
		"  assert f.tell() % 64 == 0 or items or parts\n"
		"  d = f.read(max(t['data_offsets'][1] for t in h.values()))\n"
		"  assert zlib.crc32(d) == int(m['crc32'], 16)\n"
		"  assert m['format'] == '1' and m['item'] == 'b\\u00e4r'\n"
		"  assert int(m['part']) == len(parts)\n"
		"  a = {k: np.frombuffer(d[slice(*t['data_offsets'])],\n"
		"    types[t['dtype']]).reshape(t['shape'])\n"
		"    for k, t in h.items()}\n"
		"  assert (a['codes'][:, 1] == 65535).all()\n"
		"  parts.append(a['x'])\n"
		"  if m.get('last') == '1':\n"
		"    items.append(np.concatenate(parts)); parts = []\n" CHECK);
}

static void
numpy_reads_our_arrays(void **state)
{
	(void)state;
	python_reads(FORMAT_NPY,
		"import sys, numpy as np\n"
		"f = open(sys.argv[1], 'rb')\n"
		"items = [np.load(f), np.load(f)]\n"
		"assert f.read() == b''\n" CHECK);
}

/* A file that Python wrote: its parts. */
static char *
parts_from_python(const char *program, bool sums)
{
	const char *path = temp_file(&(struct bytes){ 0 });
	struct bytes b;
	char *text;

	assert_int_equal(python(program, path), 0);
	b = read_file(path);
	unlink(path);
	text = parts_of_bytes(&b, plain, sums);
	bytes_free(&b);
	return text;
}

/* Python prints the checksum that each part's little-endian C-order data must
 * have by writing it as the item's twin: a record with that crc32. */
#define TWINS \
	"import sys, json, struct, zlib, numpy as np\n" \
	"from numpy.lib import format as npf\n" \
	"f = open(sys.argv[1], 'wb')\n" \
	"def twin(a, name):\n" \
	"  d = a.astype(a.dtype.newbyteorder('<')).tobytes('C')\n" \
	"  h = json.dumps({'__metadata__': {'item': f'{zlib.crc32(d):08x}'},\n" \
	"    'x': dict(dtype=name, shape=a.shape, data_offsets=[0, len(d)])})\n" \
	"  f.write(struct.pack('<Q', len(h)) + h.encode() + d)\n"

/* Lines come in pairs: the array, and the record of the same values whose
 * item is the checksum of its data. */
static void
check_twins(char *text, size_t pairs)
{
	char *line = strtok(text, "\n"), *twin, *sum;
	size_t n = 0;

	for (; line; line = strtok(NULL, "\n"), n++) {
		twin = strtok(NULL, "\n");
		assert_non_null(twin);
		sum = strrchr(line, ']');
		if (strncmp(line, "NAME ", 5) != 0 || !sum ||
			strncmp(sum + 1, twin, 8) != 0 ||
			strcmp(strchr(line, ' '), strchr(twin, ' ')) != 0)
			fail_msg("%s\n%s", line, twin);
	}
	assert_int_equal(n, pairs);
	free(text);
}

static void
arrays_of_every_type_order_and_version_are_read(void **state)
{
	(void)state;
	check_twins(
		parts_from_python(TWINS
			"types = dict(F64='f8', F32='f4', F16='f2', I64='i8',\n"
			"  I32='i4', I16='i2', I8='i1', U64='u8', U32='u4',\n"
			"  U16='u2', U8='u1')\n"
			"rng = np.random.default_rng(7)\n"
			"for name, t in types.items():\n"
			"  for end in '<>':\n"
			"    for order in 'CF':\n"
			"      for version in [(1, 0), (2, 0), (3, 0)]:\n"
			"        for shape in [(5,), (4, 3), (0, 2), (2, 3, 4)]:\n"
			"          a = rng.integers(0, 100, shape).astype(end + t)\n"
			"          a = np.array(a, order=order)\n"
			"          npf.write_array(f, a, version)\n"
			"          twin(a, name)\n",
			true),
		(size_t)11 * 2 * 2 * 3 * 4);
}

static void
booleans_are_bytes_and_objects_are_refused(void **state)
{
	char *text;

	(void)state;
	check_twins(parts_from_python(TWINS "a = np.array([True, False])\n"
					    "np.save(f, a)\n"
					    "twin(a.astype('u1'), 'U8')\n",
			    true),
		1);
	text = parts_from_python("import sys, numpy as np\n"
				 "np.save(open(sys.argv[1], 'wb'), "
				 "np.array([{}]), allow_pickle=True)\n",
		false);
	assert_non_null(strstr(text, "object arrays (pickles) are refused"));
	free(text);
	text = parts_from_python("import sys, numpy as np\n"
				 "np.save(open(sys.argv[1], 'wb'), "
				 "np.zeros(2, 'f4,i2'))\n",
		false);
	assert_non_null(strstr(text, "structured types are refused"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_lines_of_python_read_a_record),
		cmocka_unit_test(numpy_reads_our_arrays),
		cmocka_unit_test(
			arrays_of_every_type_order_and_version_are_read),
		cmocka_unit_test(booleans_are_bytes_and_objects_are_refused),
	};

	if (!have_numpy()) {
		printf("1..0 # SKIP " PYTHON " has no numpy\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
