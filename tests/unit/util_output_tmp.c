/* A signal while several threads make files and name them. */
#include "util_output.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#define ROUNDS 60

static const struct output_opts quick = { .force = true, .nosync = true };

static void *
make_files(void *arg)
{
	struct output *o;
	struct err why;
	char name[32];

	for (int i = 0;; i++) {
		snprintf(name, sizeof(name), "%d-%d", *(int *)arg, i % 50);
		o = output_open(name, quick, &why);
		if (!o || output_write(o, "whole", 5, &why) != 0 ||
			output_commit(o, &why) != 0)
			_exit(98);
	}
	return NULL;
}

static void
make_files_in_threads(void)
{
	static int number[4] = { 0, 1, 2, 3 };
	pthread_t t;

	for (int i = 1; i < 4; i++)
		if (pthread_create(&t, NULL, make_files, &number[i]) != 0)
			_exit(97);
	make_files(&number[0]);
}

/* Every name is a digit, -, a number; every file is whole. */
static void
assert_all_whole(void)
{
	DIR *d = opendir(".");
	struct dirent *f;
	struct stat st;

	while ((f = readdir(d))) {
		if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0)
			continue;
		if (f->d_name[0] == '.')
			fail_msg("left behind: %s", f->d_name);
		assert_int_equal(stat(f->d_name, &st), 0);
		assert_int_equal(st.st_size, 5);
	}
	closedir(d);
}

static void
a_signal_leaves_whole_files_alone(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int status, sig;
	pid_t pid;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		sig = signals[i % 3];
		pid = fork();
		if (pid == 0)
			make_files_in_threads();
		assert_true(pid > 0);
		usleep(3000 + 211 * (useconds_t)(i % 37));
		kill(pid, sig);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == sig);
		assert_all_whole();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_signal_leaves_whole_files_alone, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
