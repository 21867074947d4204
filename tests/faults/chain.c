#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

#define DEEP 100

static uint64_t (*chains)[FAULT_CHAINS];
static __thread bool inside; /* backtrace may ask for memory itself */

void
fault_chain_begin(const char *path)
{
	size_t size = FAULT_CALLERS * sizeof(*chains);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *at[DEEP], *p;

	if (fd < 0 || ftruncate(fd, (off_t)size) != 0 ||
		(p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 0)) == MAP_FAILED) {
		fprintf(stderr, "fault.so: FAULT_CHAINS cannot be opened\n");
		_exit(125);
	}
	close(fd);
	backtrace(at, DEEP); /* loads what it needs */
	chains = p;
}

/* FNV-1a (Fowler, Noll and Vo) of the return addresses. */
void
fault_chain(unsigned caller, uint64_t number)
{
	uint64_t sum = 0xcbf29ce484222325u;
	void *at[DEEP];

	if (!chains || inside || number > FAULT_CHAINS)
		return;
	inside = true;
	for (int i = 0, n = backtrace(at, DEEP); i < n; i++)
		sum = (sum ^ (uintptr_t)at[i]) * 0x100000001b3u;
	chains[caller][number - 1] = sum;
	inside = false;
}

const char *
fault_asker(void)
{
	const char *name = "";
	void *at[DEEP];
	Dl_info who;

	for (int i = 0, n = backtrace(at, DEEP); i < n; i++) {
		if (!dladdr(at[i], &who) || !who.dli_fname)
			continue;
		name = who.dli_fname;
		if (!strstr(name, "/libc.so") && !strstr(name, "/fault.so"))
			break;
	}
	return name;
}
