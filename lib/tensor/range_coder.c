#include "tensor/range_coder.h"
#include "util/mem.h"

/* The last place of a 1.  Always in low..high - 1: what is 0 keeps one. */
static uint64_t
cut(uint64_t low, uint64_t high, uint32_t p)
{
	uint64_t range = high - low;

	return low + (range >> 16) * p + ((range & 0xffff) * p >> 16);
}

/* Do low and high begin with the same byte? */
static bool
settled(uint64_t low, uint64_t high)
{
	return (low ^ high) >> 56 == 0;
}

void
range_coder_begin(struct range_encoder *r)
{
	r->low = 0;
	r->high = UINT64_MAX;
	r->n = 0;
}

static void
put(struct range_encoder *r, unsigned byte)
{
	if (r->n == r->room) {
		r->room = r->room ? 2 * r->room : 4096;
		r->out = mem_grow(r->out, r->room, 1);
	}
	r->out[r->n++] = (unsigned char)byte;
}

void
range_coder_put(struct range_encoder *r, bool bit, uint32_t p)
{
	uint64_t mid = cut(r->low, r->high, p);

	if (bit)
		r->high = mid;
	else
		r->low = mid + 1;
	while (settled(r->low, r->high)) {
		put(r, (unsigned)(r->high >> 56));
		r->low <<= 8;
		r->high = r->high << 8 | 255;
	}
}

/* One byte, with zeros behind it, lies between low and high. */
void
range_coder_end(struct range_encoder *r)
{
	if (r->low > 0)
		put(r, (unsigned)(r->low >> 56) + 1);
	while (r->n > 0 && r->out[r->n - 1] == 0)
		r->n--; /* the decoder adds them */
}

static unsigned
get(struct range_decoder *r)
{
	return r->in < r->end ? *r->in++ : 0;
}

void
range_coder_open(struct range_decoder *r, const unsigned char *in, size_t n)
{
	*r = (struct range_decoder){
		.high = UINT64_MAX, .in = in, .end = n ? in + n : in
	};
	for (int i = 0; i < 8; i++)
		r->at = r->at << 8 | get(r);
}

bool
range_coder_get(struct range_decoder *r, uint32_t p)
{
	uint64_t mid = cut(r->low, r->high, p);
	bool bit = r->at <= mid;

	if (bit)
		r->high = mid;
	else
		r->low = mid + 1;
	while (settled(r->low, r->high)) {
		r->low <<= 8;
		r->high = r->high << 8 | 255;
		r->at = r->at << 8 | get(r);
	}
	return bit;
}
