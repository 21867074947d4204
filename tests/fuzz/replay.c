/*
 * replay.c - a target of tests/fuzz on files, as TAP: the main() where neither
 * libFuzzer nor AFL++ has one.
 *
 *     TARGET [-s] [FILE...]
 *
 * Without operands on tests/fuzz/corpus/TARGET/, in the order of names.  With
 * -s also on every beginning of each file, and with bits of every byte changed;
 * so are the smallest of the folder, but for those that fuzzing found.
 */
#include <dirent.h>
#include <stdbool.h>

#include "fuzz.h"

/* Seconds a file may take; sanitizers under load are slow. */
#define LIMIT 60

/* Bytes of a file of the folder that is swept: each takes five tries. */
#define SWEPT_MOST 220

static bool sweeps;

/* Of the very size, so that a sanitizer sees who reads behind it. */
static void
try_bytes(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	FUZZ_HOLDS(copy != NULL);
	memcpy(copy, data, size);
	alarm(LIMIT);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	free(copy);
}

static void
sweep(uint8_t *data, size_t size)
{
	static const uint8_t flips[] = { 1, 0x10, 0x80, 0xff };

	for (size_t n = 0; n < size; n++)
		try_bytes(data, n);
	for (size_t n = 0; n < size; n++)
		for (size_t i = 0; i < sizeof(flips); i++) {
			data[n] ^= flips[i];
			try_bytes(data, size);
			data[n] ^= flips[i];
		}
}

static int
replay(const char *path, size_t number)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, got;

	if (!f) {
		printf("not ok %zu - %s: cannot be read\n", number, path);
		return 1;
	}
	do {
		data = realloc(data, size + 4096);
		FUZZ_HOLDS(data != NULL);
		got = fread(data + size, 1, 4096, f);
		size += got;
	} while (got > 0);
	fclose(f);
	/* Said first: who crashes says no more. */
	printf("# %s\n", path);
	fflush(stdout);
	try_bytes(data, size);
	if (sweeps ||
		(size <= SWEPT_MOST && strstr(path, "/corpus/") &&
			!strstr(path, "/fuzz-")))
		sweep(data, size);
	printf("ok %zu - %s\n", number, path);
	free(data);
	return 0;
}

static int
is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
replay_folder(const char *target)
{
	struct dirent **entry = NULL;
	char folder[200], path[500];
	int n, failed = 0;

	snprintf(folder, sizeof(folder), "tests/fuzz/corpus/%s", target);
	n = scandir(folder, &entry, is_file, alphasort);
	printf("1..%d\n", n > 0 ? n : 1);
	if (n <= 0)
		printf("not ok 1 - %s: no files\n", folder);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name);
		failed |= replay(path, (size_t)i + 1);
		free(entry[i]);
	}
	free(entry);
	return failed || n <= 0;
}

int
main(int argc, char *argv[])
{
	const char *program = argv[0], *name = strrchr(program, '/');
	int failed = 0;

	sweeps = argc > 1 && strcmp(argv[1], "-s") == 0;
	argc -= sweeps;
	argv += sweeps;
	if (argc < 2)
		return replay_folder(name ? name + 1 : program);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i], (size_t)i);
	return failed;
}
