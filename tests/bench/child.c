/*
 * Small programs for the benchmark of commands: the time and peak memory of a
 * child, decoding PNG files alone, files of rows and of
 * codes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "media/png.h"
#include "tensor/npy.h"
#include "tensor/record.h"
#include "util/mem.h"
#include "util/output.h"

/* FILE COMMAND ...: run it, and put microseconds and the KiB of its largest
 * resident size into FILE; its status. */
int
child_main(int argc, char *argv[])
{
	double start = bench_now();
	struct rusage u;
	int status;
	pid_t pid;
	FILE *f;

	if (argc < 2)
		return 2;
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid) {
		perror("bench");
		return 1;
	}
	f = fopen(argv[0], "w");
	if (!f ||
		fprintf(f, "%.0f %ld\n", 1e6 * (bench_now() - start),
			u.ru_maxrss) < 0 ||
		fclose(f) != 0) {
		perror(argv[0]);
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Decode a PNG file and drop the rows: what an encoder cannot avoid. */
static int
decode_png(const char *path)
{
	struct err e;
	struct image_info i;
	struct input *in = input_open(path, &e);
	struct png_in *p =
		in ? png_in_open(in, &(struct limit){ 0 }, &i, &e) : NULL;
	float *row = p ? mem_floats(i.width * i.channels) : NULL;
	int status = p ? 0 : -1;

	for (size_t y = 0; status == 0 && y < i.height; y++)
		status = png_in_rows(p, row, 1, &e);
	free(row);
	if (p)
		png_in_close(p);
	input_close(in);
	return status;
}

/* FILE ... */
int
png_main(int argc, char *argv[])
{
	for (int i = 0; i < argc; i++)
		if (decode_png(argv[i]) != 0)
			return 1;
	return 0;
}

/* FILE D N SEED: N rows of D Gaussian numbers, as npy. */
int
rows_main(int argc, char *argv[])
{
	size_t shape[2], header_size;
	struct rng r;
	float *x;
	char *header;
	FILE *f;
	bool good;

	if (argc != 4)
		return 2;
	shape[1] = strtoul(argv[1], NULL, 10);
	shape[0] = strtoul(argv[2], NULL, 10);
	rng_seed(&r, strtoul(argv[3], NULL, 10), 0);
	x = bench_noise(&r, shape[0] * shape[1]);
	header = npy_header(DT_F32, 2, shape, 0, &header_size);
	f = fopen(argv[0], "wb");
	good = f && fwrite(header, 1, header_size, f) == header_size &&
		fwrite(x, shape[1] * sizeof(*x), shape[0], f) == shape[0];
	if (f && fclose(f) != 0)
		good = false;
	if (!good)
		perror(argv[0]);
	free(header);
	free(x);
	return good ? 0 : 1;
}

/* FILE K N: a record of N codes below K, of 16 bits, evenly used. */
int
codes_main(int argc, char *argv[])
{
	struct record rec = { 0 };
	struct output *out;
	size_t shape[2] = { 0, 1 }, k;
	struct tensor *t;
	struct rng r;
	struct err e;
	bool good;

	if (argc != 3)
		return 2;
	k = strtoul(argv[1], NULL, 10);
	shape[0] = strtoul(argv[2], NULL, 10);
	t = record_add(&rec, "codes", DT_U16, 2, shape, NULL);
	meta_set(&rec.meta, "kind", "codes");
	meta_set(&rec.meta, "codes", argv[1]);
	rng_seed(&r, 1, 0);
	for (size_t i = 0; i < shape[0]; i++) {
		uint32_t code = (uint32_t)rng_below(&r, k);

		dtype_from_u32(t->data + 2 * i, &code, 1, DT_U16);
	}
	out = output_open(argv[0], (struct output_opts){ .force = true }, &e);
	good = out && record_write(&rec, out, &e) == 0 &&
		output_commit(out, &e) == 0;
	if (!good)
		fprintf(stderr, "bench: %s: %s\n", argv[0], e.msg);
	record_free(&rec);
	return good ? 0 : 1;
}

/* FILE D N: keep N rows of D floats, evenly spread. */
int
thin_main(int argc, char *argv[])
{
	size_t d, n, have;
	float *x;

	if (argc != 3)
		return 2;
	d = strtoul(argv[1], NULL, 10);
	n = strtoul(argv[2], NULL, 10);
	x = bench_read(argv[0], &have);
	have /= d;
	if (n > have)
		n = have;
	for (size_t v = 0; v < n; v++)
		memmove(x + v * d, x + v * have / n * d, d * sizeof(*x));
	bench_write(argv[0], x, n * d, sizeof(*x));
	free(x);
	return 0;
}
