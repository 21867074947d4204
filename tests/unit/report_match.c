/*
 * report_match.c - which reference belongs to which decoded item.
 */
#include <sys/stat.h>

#include "model_help.h"
#include "report/match.h"

static char dir[] = "/tmp/report_match.XXXXXX";

static void
touch(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

static int
make_tree(void **state)
{
	char path[256];

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (const char *const *d = (const char *const[]){ "cats", "dogs",
		     "deep", "deep/cats", NULL };
		*d; d++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *d);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	touch("top.png");
	touch("cats/1.png");
	touch("cats/2.png");
	touch("dogs/1.png");
	touch("dogs/only.flac");
	touch("deep/cats/9.png");
	touch("two.wav");
	touch("two.flac");
	return 0;
}

static int
remove_tree(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* want NULL: refused; else the tail of what is found. */
static void
expect(const struct match *m, const char *rel, const char *whole,
	const char *want)
{
	struct err e = { "" };
	const char *got = match_find(m, rel, whole, &e);

	if (!want) {
		assert_null(got);
		assert_true(e.msg[0] != '\0');
		return;
	}
	assert_non_null(got);
	assert_string_equal(got + strlen(dir) + 1, want);
}

static void
names_are_matched_from_the_end(void **state)
{
	struct err e;
	struct match *m = match_open(dir, &e);

	(void)state;
	assert_non_null(m);
	assert_null(match_only(m));
	expect(m, "top.png", "out/top.png", "top.png");
	expect(m, "photos/top.png", "out/photos/top.png", "top.png");
	expect(m, "cats/1.png", "out/cats/1.png", "cats/1.png");
	expect(m, "a/dogs/1.png", "a/dogs/1.png", "dogs/1.png");
	expect(m, "9.png", "9.png", "deep/cats/9.png");
	expect(m, "only.wav", "only.wav", "dogs/only.flac");
	expect(m, "two.wav", "two.wav", "two.wav");
	match_close(m);
}

static void
doubtful_names_are_refused(void **state)
{
	struct err e;
	struct match *m = match_open(dir, &e);

	(void)state;
	expect(m, "1.png", "1.png", NULL);
	expect(m, "birds/1.png", "out/birds/1.png", NULL);
	expect(m, "two.png", "two.png", NULL);
	expect(m, "none.png", "none.png", NULL);
	expect(m, "op.png", "op.png", NULL);
	expect(m, "top.png.png", "top.png.png", NULL);
	/* The path of a file operand decides where its name does not. */
	expect(m, "1.png", "out/dogs/1.png", "dogs/1.png");
	match_close(m);
}

static void
a_file_is_the_only_reference(void **state)
{
	char path[256];
	struct err e;
	struct match *m;

	(void)state;
	snprintf(path, sizeof(path), "%s/top.png", dir);
	m = match_open(path, &e);
	assert_non_null(m);
	assert_string_equal(match_only(m), path);
	match_close(m);
	snprintf(path, sizeof(path), "%s/missing", dir);
	m = match_open(path, &e);
	/* A list of a file that is not there is found out when it is read. */
	match_close(m);
}

static void
paths_are_relative_to_their_operand(void **state)
{
	char *operands[] = { "out", "/a/b/", "out/deeper" };

	(void)state;
	assert_string_equal(
		match_relative("out/x/y.png", operands, 2), "x/y.png");
	assert_string_equal(
		match_relative("out/deeper/y.png", operands, 3), "y.png");
	assert_string_equal(match_relative("/a/b/y.png", operands, 3), "y.png");
	assert_string_equal(
		match_relative("/a/bc/y.png", operands, 3), "y.png");
	assert_string_equal(match_relative("out", operands, 3), "out");
	assert_string_equal(
		match_relative("other/y.png", operands, 3), "y.png");
}

/* ---- the rule itself, by looking at every reference ---- */

#define REFS 40

static struct {
	char rel[64], path[128];
	ino_t id; /* 0: not there */
} refs[REFS];

/* "c/b/a.png" as a, b, c. */
static size_t
split(const char *path, char part[][64])
{
	char copy[256], *slash, *dot;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((slash = strrchr(copy, '/'))) {
		snprintf(part[n++], 64, "%.63s", slash + 1);
		*slash = '\0';
	}
	snprintf(part[n++], 64, "%.63s", copy);
	dot = strrchr(part[0], '.');
	if (dot && dot != part[0])
		*dot = '\0';
	return n;
}

static size_t
in_common(const char *a, const char *b, bool *all)
{
	char p[16][64], q[16][64];
	size_t n = 0, np = split(a, p), nq = split(b, q);

	while (n < np && n < nq && strcmp(p[n], q[n]) == 0)
		n++;
	*all = n > 0 && (n == np || n == nq);
	return n;
}

static const char *
last(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

static ino_t
file_id(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 ? s.st_ino : 0;
}

/* NULL: none, or several. */
static const char *
best_of_all(const char *rel, const char *whole, bool *itself)
{
	const char *best = NULL;
	size_t most = 0, ties = 0;
	ino_t id = file_id(whole);

	*itself = false;
	for (size_t i = 0; i < REFS; i++) {
		bool fits, ignored;
		size_t score = 2 * in_common(whole, refs[i].path, &ignored) +
			(strcmp(last(rel), last(refs[i].rel)) == 0);

		in_common(rel, refs[i].rel, &fits);
		if (!fits || refs[i].id == 0 || refs[i].id == id) {
			*itself |= fits && id && refs[i].id == id;
			continue;
		}
		ties = score == most ? ties + 1 : score > most ? 1 : ties;
		best = score > most ? refs[i].path : best;
		most = score > most ? score : most;
	}
	return ties == 1 ? best : NULL;
}

static void
any_name(struct rng *r, char *name, size_t size)
{
	static const char *const files[] = { "x.png", "x.wav", "y.png", "x",
		".x", "x.y.png", "x.y" };
	size_t n = 0, depth = rng_below(r, 4);

	for (size_t i = 0; i < depth; i++)
		n += (size_t)snprintf(name + n, size - n, "%s/",
			(const char *const[]){
				"a", "b", "ab" }[rng_below(r, 3)]);
	snprintf(name + n, size - n, "%s", files[rng_below(r, 7)]);
}

static void
run(const char *format, const char *a, const char *b)
{
	char command[400];

	snprintf(command, sizeof(command), format, a, b);
	assert_int_equal(system(command), 0);
}

/* Files of random names; now and then one is a link to another. */
static void
make_references(struct rng *r, const char *top)
{
	char path[128];

	for (size_t i = 0; i < REFS; i++) {
		refs[i].id = 0;
		any_name(r, refs[i].rel, sizeof(refs[i].rel));
		snprintf(refs[i].path, sizeof(refs[i].path), "%.60s/%.63s", top,
			refs[i].rel);
		if (last(refs[i].rel)[0] == '.' || file_id(refs[i].path))
			continue; /* hidden, or there already */
		snprintf(path, sizeof(path), "%.*s",
			(int)(last(refs[i].path) - refs[i].path), refs[i].path);
		run("mkdir -p %s%s", path, "");
		if (i > 0 && refs[0].id && rng_below(r, 8) == 0)
			run("ln %s %s", refs[0].path, refs[i].path);
		else
			run("echo > %s%s", refs[i].path, "");
		refs[i].id = file_id(refs[i].path);
	}
}

static void
the_best_is_found_among_many(void **state)
{
	struct rng r = help_rng(__func__);
	struct err e;
	char top[64];

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct match *m;

		snprintf(top, sizeof(top), "%s/many%d", dir, round);
		make_references(&r, top);
		m = match_open(top, &e);
		for (int i = 0; i < 4000; i++) {
			char rel[64], whole[256];
			const char *want;
			bool itself;

			any_name(&r, rel, sizeof(rel));
			snprintf(whole, sizeof(whole), "%s%s",
				(const char *const[]){ "", "out/", "a/", "b/a/",
					"/", "many/" }[rng_below(&r, 6)],
				rel);
			if (rng_below(&r, 3) == 0)
				snprintf(whole, sizeof(whole), "%s/%s", top,
					rel);
			want = best_of_all(rel, whole, &itself);
			e.msg[0] = '\0';
			if (want)
				assert_string_equal(
					match_find(m, rel, whole, &e), want);
			else
				assert_null(match_find(m, rel, whole, &e));
			if (strncmp(e.msg, "no reference", 12) == 0)
				assert_int_equal(itself,
					strstr(e.msg, "the item itself") !=
						NULL);
		}
		match_close(m);
	}
}

/* A search that looked at all of them would take minutes. */
static void
many_of_one_name_take_no_time(void **state)
{
	enum { MANY = 3000 };
	struct err e;
	struct match *m;
	clock_t begin;

	(void)state;
	run("mkdir %s%s", dir, "/flat");
	for (int i = 0; i < MANY; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/flat/%d", dir, i);
		assert_int_equal(mkdir(name, 0700), 0);
		snprintf(name, sizeof(name), "flat/%d/1.png", i);
		touch(name);
	}
	begin = clock();
	m = match_open(dir, &e);
	for (int i = 0; i < MANY; i++) {
		char rel[32], whole[64];

		snprintf(rel, sizeof(rel), "flat/%d/1.png", i);
		snprintf(whole, sizeof(whole), "out/%s", rel);
		expect(m, rel, whole, rel);
		expect(m, "x/1.png", "out/x/1.png", NULL);
		expect(m, "1.png", "1.png", NULL);
	}
	match_close(m);
	assert_true(clock() - begin < 2 * CLOCKS_PER_SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_matched_from_the_end),
		cmocka_unit_test(doubtful_names_are_refused),
		cmocka_unit_test(a_file_is_the_only_reference),
		cmocka_unit_test(paths_are_relative_to_their_operand),
		cmocka_unit_test(the_best_is_found_among_many),
		cmocka_unit_test(many_of_one_name_take_no_time),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
