#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tensor/safetensors.h"
#include "tensor/slurp.h"
#include "tensor/section.h"
#include "util/crc.h"
#include "util/mem.h"

#define HOLD_MAX ((uint64_t)64 << 20)
#define BLOCK ((size_t)1 << 20)

static void
add_crc(struct section *s, const void *buf, size_t n)
{
	if (s->check)
		s->crc = crc_add(s->crc, buf, n);
}

static int
check_crc(const struct section *s, struct err *e)
{
	return s->check ? safetensors_check(s->crc, s->want, e) : 0;
}

static int
hold(struct section *s, struct input *in, struct err *e)
{
	s->mem = slurp_exact(in, s->bytes, e);
	if (!s->mem)
		return -1;
	add_crc(s, s->mem, (size_t)s->bytes);
	return check_crc(s, e);
}

static int
check_file(struct section *s, struct err *e)
{
	unsigned char *block = mem_alloc(BLOCK, 1);
	uint64_t at = 0;
	size_t n;
	int status = 0;

	while (s->check && status == 0 && at < s->bytes) {
		n = s->bytes - at < BLOCK ? (size_t)(s->bytes - at) : BLOCK;
		status = section_copy(s, at, block, n, e);
		if (status == 0)
			add_crc(s, block, n);
		at += n;
	}
	free(block);
	return status == 0 ? check_crc(s, e) : -1;
}

static int
find_in_file(struct section *s, struct input *in, struct err *e)
{
	struct input_region r;

	if (input_spool(in, &r, e) != 0)
		return -1;
	if (r.size < s->bytes)
		return slurp_missing(
			e, input_offset(in) + r.size, s->bytes - r.size);
	s->fd = r.fd;
	s->start = r.start;
	if (check_file(s, e) != 0)
		return -1;
	return input_skip(in, s->bytes, e);
}

int
section_open(struct section *s, struct input *in, uint64_t bytes, bool in_order,
	const uint32_t *crc, struct err *e)
{
	int status;

	*s = (struct section){ .bytes = bytes, .fd = -1 };
	if (crc) {
		s->check = true;
		s->want = *crc;
	}
	if (in_order) {
		s->in = in;
		return bytes ? 0 : check_crc(s, e);
	}
	status = bytes <= HOLD_MAX ? hold(s, in, e) : find_in_file(s, in, e);
	if (status != 0)
		section_close(s);
	return status;
}

void
section_close(struct section *s)
{
	free(s->mem);
	*s = (struct section){ .fd = -1 };
}

static void *
take_next(struct section *s, uint64_t at, size_t n, struct err *e)
{
	void *buf;

	assert(at == s->at);
	(void)at;
	buf = slurp_exact(s->in, n, e);
	if (!buf)
		return NULL;
	add_crc(s, buf, n);
	s->at += n;
	if (n && s->at == s->bytes && check_crc(s, e) != 0) {
		free(buf);
		return NULL;
	}
	return buf;
}

void *
section_take(struct section *s, uint64_t at, size_t n, struct err *e)
{
	void *buf;

	if (s->in)
		return take_next(s, at, n, e);
	buf = mem_alloc(n, 1);
	if (section_copy(s, at, buf, n, e) != 0) {
		free(buf);
		return NULL;
	}
	return buf;
}

static int
read_file(struct section *s, uint64_t at, void *buf, size_t n, struct err *e)
{
	unsigned char *p = buf;
	ssize_t r;

	for (; n; p += r, at += (uint64_t)r, n -= (size_t)r) {
		r = pread(s->fd, p, n, (off_t)(s->start + at));
		if (r == 0)
			return err_set(e, "the file became shorter");
		if (r < 0 && errno != EINTR)
			return err_sys(e, "read");
		if (r < 0)
			r = 0;
	}
	return 0;
}

int
section_copy(struct section *s, uint64_t at, void *buf, size_t n, struct err *e)
{
	assert(!s->in && at <= s->bytes && n <= s->bytes - at);
	if (!s->mem)
		return read_file(s, at, buf, n, e);
	memcpy(buf, s->mem + at, n);
	return 0;
}
