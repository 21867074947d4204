#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "media/audio_claim.h"

#define MAX_CHUNKS 4096

/* A chunk's header: a name, then its size, which ends the header. */
struct layout {
	char magic[4];
	unsigned first; /* where the first chunk begins */
	unsigned head;  /* bytes of a chunk's header */
	unsigned width; /* bytes of its size field */
	bool big;       /* endian */
	bool inclusive; /* the size counts the header */
	unsigned align; /* of chunks */
	char sound[4];
};

static const struct layout layouts[] = {
	{ "RIFF", 12, 8, 4, false, false, 2, "data" },
	{ "RF64", 12, 8, 4, false, false, 2, "data" },
	{ "RIFX", 12, 8, 4, true, false, 2, "data" },
	{ "FORM", 12, 8, 4, true, false, 2, "SSND" },
	{ "caff", 8, 12, 8, true, false, 1, "data" },
	{ "riff", 40, 24, 8, false, true, 8, "data" },
};

struct chunk {
	char name[4];
	uint64_t at, size; /* of the content */
};

static uint64_t
number(const unsigned char *p, size_t n, bool big)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[big ? i : n - 1 - i];
	return v;
}

/* n bytes at an offset in the region: 1, 0 if they are not there, or -1. */
static int
fetch(const struct input_region *r, uint64_t at, void *buf, size_t n,
	struct err *e)
{
	unsigned char *p = buf;

	if (at > r->size || r->size - at < n)
		return 0;
	while (n > 0) {
		ptrdiff_t got = pread(r->fd, p, n, (off_t)(r->start + at));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "read");
		if (got == 0)
			return 0;
		p += got;
		n -= (size_t)got;
		at += (size_t)got;
	}
	return 1;
}

static int
chunk_read(const struct input_region *r, const struct layout *l, uint64_t at,
	struct chunk *c, struct err *e)
{
	unsigned char head[24];
	int status = fetch(r, at, head, l->head, e);

	if (status <= 0)
		return status;
	memcpy(c->name, head, sizeof c->name);
	c->at = at + l->head;
	c->size = number(head + l->head - l->width, l->width, l->big);
	if (l->inclusive)
		c->size -= c->size < l->head ? c->size : l->head;
	return 1;
}

/*
 * What writers put where they could not come back: sox 0x7ffff000 (WAV) and
 * 0x7f000008 (AIFF), arecord near 2^31, ffmpeg and others near 2^32, or -1.
 */
static bool
placeholder(uint64_t size, unsigned width)
{
	if (width == 8)
		return size >= UINT64_MAX >> 1;
	return (size >= 0x7f000000 && size <= 0x7f000100) ||
		(size >= 0x7ffff000 && size <= 0x80000000) ||
		size >= 0xffffff00;
}

/* Does the size of the whole, behind the magic, agree with the file's? */
static int
whole_agrees(const struct input_region *r, const struct layout *l, bool *yes,
	struct err *e)
{
	unsigned char whole[4];
	int status = fetch(r, 4, whole, sizeof whole, e);

	if (status < 0)
		return -1;
	*yes = l->width == 4 && status == 1 &&
		number(whole, 4, l->big) + 8 == r->size;
	return 0;
}

/*
 * 0 is true of an empty sound, and a placeholder in a file that was not
 * closed; then the size of the whole is wrong, too.
 */
static int
judge_empty(const struct input_region *r, const struct layout *l, uint64_t at,
	struct audio_claim *claim, struct err *e)
{
	if (whole_agrees(r, l, &claim->known, e) != 0)
		return -1;
	claim->known = claim->known || claim->there == 0;
	if (!claim->known && l->width == 4)
		claim->unset = at - 4;
	return 0;
}

/* RF64 keeps the true size in its first chunk. */
static int
rf64_size(const struct input_region *r, uint64_t *size, struct err *e)
{
	unsigned char p[24];
	int status = fetch(r, 12, p, sizeof p, e);

	if (status < 0)
		return -1;
	if (status == 1 && memcmp(p, "ds64", 4) == 0)
		*size = number(p + 16, 8, false);
	return 0;
}

static int
judge(const struct input_region *r, const struct layout *l,
	const struct chunk *c, struct audio_claim *claim, struct err *e)
{
	claim->bytes = c->size;
	claim->there = r->size - c->at;
	if (memcmp(l->magic, "RF64", 4) == 0 && c->size == UINT32_MAX &&
		rf64_size(r, &claim->bytes, e) != 0)
		return -1;
	if (claim->bytes == 0)
		return judge_empty(r, l, c->at, claim, e);
	claim->known = claim->bytes <= claim->there ||
		!placeholder(claim->bytes, l->width);
	return 0;
}

/* AIFF may do without a sound chunk, but then it must be whole. */
static int
judge_missing(const struct input_region *r, const struct layout *l,
	struct audio_claim *claim, struct err *e)
{
	bool whole;

	if (whole_agrees(r, l, &whole, e) != 0)
		return -1;
	claim->missing = memcmp(l->magic, "FORM", 4) != 0 || !whole;
	return 0;
}

static int
walk(const struct input_region *r, const struct layout *l,
	struct audio_claim *claim, struct err *e)
{
	uint64_t at = l->first;
	struct chunk c;

	for (int i = 0; i < MAX_CHUNKS; i++) {
		int status = chunk_read(r, l, at, &c, e);

		if (status < 0)
			return -1;
		if (status == 0)
			break;
		if (memcmp(c.name, l->sound, sizeof c.name) == 0)
			return judge(r, l, &c, claim, e);
		if (c.size > r->size - c.at)
			break;
		at = c.at + c.size;
		at += (l->align - at % l->align) % l->align;
	}
	return judge_missing(r, l, claim, e);
}

/* AU: magic, offset of the sound, its size; 0xffffffff if not known. */
static int
au(const struct input_region *r, const unsigned char *head,
	struct audio_claim *claim)
{
	bool big = head[0] == '.';
	uint64_t at = number(head + 4, 4, big);

	if (at > r->size)
		return 0;
	claim->bytes = number(head + 8, 4, big);
	claim->there = r->size - at;
	claim->known =
		claim->bytes <= claim->there || !placeholder(claim->bytes, 4);
	return 0;
}

int
audio_claim_read(
	const struct input_region *r, struct audio_claim *claim, struct err *e)
{
	unsigned char head[12];
	int status = fetch(r, 0, head, sizeof head, e);

	memset(claim, 0, sizeof *claim);
	if (status <= 0)
		return status;
	if (memcmp(head, ".snd", 4) == 0 || memcmp(head, "dns.", 4) == 0)
		return au(r, head, claim);
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
		if (memcmp(head, layouts[i].magic, 4) == 0)
			return walk(r, &layouts[i], claim, e);
	return 0;
}
