#include <fcntl.h>

#include "util/pipe.h"

void
pipe_widen(int fd)
{
#ifdef F_SETPIPE_SZ
	int holds = fcntl(fd, F_GETPIPE_SZ); /* -1: not a pipe */

	if (holds >= 0 && holds < PIPE_BYTES)
		fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
#else
	(void)fd;
#endif
}
