#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tensor/npy.h"
#include "tensor/npy_out.h"
#include "util/input_tmp.h"
#include "util/mem.h"

#define BLOCK ((size_t)65536)

struct npy_out {
	struct output *o;
	enum dtype dtype;
	size_t rank, shape[TENSOR_RANK_MAX];
	size_t row_bytes, expected, rows;
	uint64_t at;   /* of the header in the output */
	size_t header; /* its bytes */
	FILE *spool;   /* rows wait here; NULL: they go out */
};

static char *
header_text(const struct npy_out *w, size_t rows, size_t total, size_t *n)
{
	size_t shape[TENSOR_RANK_MAX];

	memcpy(shape, w->shape, sizeof(shape));
	shape[0] = rows;
	return npy_header(w->dtype, w->rank, shape, total, n);
}

/* The header for so many rows; its size is kept for the correction. */
static int
write_header(struct npy_out *w, size_t rows, struct err *e)
{
	char *text = header_text(w, rows, 0, &w->header);
	int status = output_write(w->o, text, w->header, e);

	free(text);
	return status;
}

static int
correct_header(struct npy_out *w, struct err *e)
{
	size_t n;
	char *text = header_text(w, w->rows, w->header, &n);
	int status = output_pwrite(w->o, w->at, text, n, e);

	free(text);
	return status;
}

static int
open_spool(struct npy_out *w, struct err *e)
{
	int fd = input_tmp_open(e);

	if (fd < 0)
		return -1;
	w->spool = fdopen(fd, "w+b");
	if (w->spool)
		return 0;
	close(fd);
	return err_sys(e, "temporary file");
}

static void
release(struct npy_out *w)
{
	if (w->spool)
		fclose(w->spool);
	free(w);
}

struct npy_out *
npy_out_begin(struct output *o, enum dtype t, size_t rank, const size_t *shape,
	size_t rows, struct err *e)
{
	struct npy_out *w = mem_zalloc(1, sizeof(*w));
	int status;

	w->o = o;
	w->dtype = t;
	w->rank = rank;
	w->row_bytes = dtype_size(t);
	for (size_t i = 1; i < rank; i++) {
		w->shape[i] = shape[i];
		w->row_bytes *= shape[i];
	}
	w->expected = rows;
	w->at = output_offset(o);
	/* Unknown is also the longest number: room for any other. */
	if (rows == NPY_OUT_UNKNOWN && !output_seekable(o))
		status = open_spool(w, e);
	else
		status = write_header(w, rows, e);
	if (status == 0)
		return w;
	release(w);
	return NULL;
}

int
npy_out_rows(struct npy_out *w, const void *data, size_t n, struct err *e)
{
	w->rows += n;
	if (!w->spool)
		return output_write(w->o, data, n * w->row_bytes, e);
	if (fwrite(data, 1, n * w->row_bytes, w->spool) != n * w->row_bytes)
		return err_sys(e, "temporary file");
	return 0;
}

static int
copy_spool(struct npy_out *w, struct err *e)
{
	char *block = mem_alloc(BLOCK, 1);
	int status = 0;
	size_t n;

	if (fseeko(w->spool, 0, SEEK_SET) != 0) /* flushes: a full disk */
		status = err_sys(e, "temporary file");
	while (status == 0 && (n = fread(block, 1, BLOCK, w->spool)) > 0)
		status = output_write(w->o, block, n, e);
	if (status == 0 && ferror(w->spool))
		status = err_sys(e, "temporary file");
	free(block);
	return status;
}

int
npy_out_end(struct npy_out *w, struct err *e)
{
	int status = 0;

	if (w->spool) {
		status = write_header(w, w->rows, e);
		if (status == 0)
			status = copy_spool(w, e);
	} else if (w->expected == NPY_OUT_UNKNOWN) {
		status = correct_header(w, e);
	} else if (w->rows != w->expected) {
		status = err_set(e, ".npy: %zu rows were announced, %zu came",
			w->expected, w->rows);
	}
	release(w);
	return status;
}

int
npy_out_fail(struct npy_out *w, struct err *e)
{
	int status = 0;

	if (!w->spool) {
		if (w->expected != NPY_OUT_UNKNOWN || correct_header(w, e) == 0)
			err_set(e,
				".npy: the array is cut short after row "
				"%zu",
				w->rows);
		status = -1;
	}
	release(w);
	return status;
}
