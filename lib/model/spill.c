#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/spill.h"
#include "util/input_tmp.h"
#include "util/mem.h"

void
spill_free(struct spill *s)
{
	if (s->fd > 0)
		close(s->fd);
	free(s->held);
	*s = (struct spill){ 0 };
}

static int
write_all(struct spill *s, const unsigned char *p, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t got = pwrite(s->fd, p, n, (off_t)s->filed);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "temporary file");
		s->filed += (uint64_t)got;
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* What is held goes to the file. */
static int
file(struct spill *s, struct err *e)
{
	int fd = s->fd > 0 ? s->fd : input_tmp_open(e);

	if (fd < 0)
		return -1;
	s->fd = fd;
	if (write_all(s, s->held, s->used, e) != 0)
		return -1;
	s->used = 0;
	return 0;
}

int
spill_write(struct spill *s, const void *data, size_t n, struct err *e)
{
	if (s->used + n > SPILL_MEMORY && s->used > 0 && file(s, e) != 0)
		return -1;
	if (s->used + n > s->room) {
		s->room = 2 * (s->used + n);
		s->held = mem_grow(s->held, s->room, 1);
	}
	memcpy(s->held + s->used, data, n);
	s->used += n;
	return 0;
}

int
spill_read(struct spill *s, void *data, size_t n, struct err *e)
{
	unsigned char *to = data;

	while (n > 0 && s->read < s->filed) {
		uint64_t left = s->filed - s->read;
		ssize_t got = pread(
			s->fd, to, n < left ? n : (size_t)left, (off_t)s->read);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(e, "temporary file");
		s->read += (uint64_t)got;
		to += got;
		n -= (size_t)got;
	}
	assert(s->read + n <= s->filed + s->used);
	memcpy(to, s->held + (s->read - s->filed), n);
	s->read += n;
	return 0;
}
