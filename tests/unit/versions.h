/*
 * versions.h - a check in each version of the kernels, which a process chooses
 * once.
 */
#ifndef VERSIONS_H
#define VERSIONS_H

#include <sys/wait.h>

#include "numbers.h"

/* fn returns 0 if all is well; in a child of its own for each version (one
 * that this processor lacks is its best). */
HELP void
in_each_version(int (*fn)(void))
{
	static const char *const versions[] = { "avx512", "avx2", "neon",
		"generic", "ref" };

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		pid_t pid = fork();
		int status = -1;

		if (pid == 0) {
			setenv("VQ_KERNEL", versions[i], 1);
			_exit(fn());
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg(
				"VQ_KERNEL=%s: status %d", versions[i], status);
	}
}

#endif
