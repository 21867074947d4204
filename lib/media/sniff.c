#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "media/sniff.h"
#include "tensor/packed.h"

#define HEAD 264 /* tar's mark is the last one that is looked at */
#define MAX_RECORD_HEADER 100000000

struct mark {
	size_t at;
	const char *bytes;
	size_t n;
};

#define MARK(at, text) \
	{ \
		at, text, sizeof(text) - 1 \
	}

/* Containers that libsndfile reads; RIFF and FORM also name their content. */
static const struct {
	struct mark outer, inner;
} audio[] = {
	{ MARK(0, "RIFF"), MARK(8, "WAVE") },
	{ MARK(0, "RIFX"), MARK(8, "WAVE") },
	{ MARK(0, "RF64"), MARK(8, "WAVE") },
	{ MARK(0, "riff"), MARK(24, "wave") },
	{ MARK(0, "FORM"), MARK(8, "AIFF") },
	{ MARK(0, "FORM"), MARK(8, "AIFC") },
	{ MARK(0, "FORM"), MARK(8, "8SVX") },
	{ MARK(0, "FORM"), MARK(8, "16SV") },
	{ MARK(0, "fLaC"), { 0 } },
	{ MARK(0, "OggS"), { 0 } },
	{ MARK(0, "ID3"), { 0 } },
	{ MARK(0, ".snd"), { 0 } },
	{ MARK(0, "dns."), { 0 } },
	{ MARK(0, "caff"), { 0 } },
	{ MARK(0, "NIST_1A\n"), { 0 } },
	{ MARK(0, "Creative Voice File"), { 0 } },
	{ MARK(0, "PVF1\n"), { 0 } },
	{ MARK(0, " paf"), { 0 } },
	{ MARK(0, "fap "), { 0 } },
	{ MARK(0, "2BIT"), { 0 } },
	{ MARK(0, "\144\243\001\000"), { 0 } }, /* IRCAM, either order */
	{ MARK(0, "\000\001\243\144"), { 0 } },
};

#define NOT_READ " is not read here; convert: "
#define PACKED " data; unpack first: "

static const struct {
	struct mark mark;
	const char *words;
} foreign[] = {
	{ MARK(0, "\377\330\377"), "JPEG" NOT_READ "djpeg FILE | pnmtopng" },
	{ MARK(0, "GIF8"), "GIF" NOT_READ "giftopnm FILE | pnmtopng" },
	{ MARK(8, "WEBP"), "WebP" NOT_READ "dwebp FILE -o -" },
	{ MARK(0, "II*\000"), "TIFF" NOT_READ "tifftopnm FILE | pnmtopng" },
	{ MARK(0, "MM\000*"), "TIFF" NOT_READ "tifftopnm FILE | pnmtopng" },
	{ MARK(4, "ftypavif"), "AVIF" NOT_READ "avifdec FILE OUT.png" },
	{ MARK(4, "ftypheic"), "HEIC" NOT_READ "heif-convert FILE OUT.png" },
	{ MARK(0, "\377\012"), "JPEG XL" NOT_READ "djxl FILE OUT.png" },
	{ MARK(4, "JXL \r\n"), "JPEG XL" NOT_READ "djxl FILE OUT.png" },
	{ MARK(0, "%PDF-"), "PDF" NOT_READ "pdftoppm -png FILE OUT" },
	{ MARK(4, "ftyp"), "MP4" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(0, "\032\105\337\243"),
		"Matroska or WebM" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(8, "AVI "), "AVI" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(0, "#!AMR"), "AMR" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(0, "\060\046\262\165"),
		"WMA" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(0, "wvpk"), "WavPack" NOT_READ "wvunpack FILE -o -" },
	{ MARK(0, "MAC "),
		"Monkey's Audio" NOT_READ "ffmpeg -i FILE -f wav -" },
	{ MARK(0, "MThd"), "MIDI has no samples; play it to a WAV first" },
	{ MARK(0, "\037\213"), "gzip" PACKED "zcat FILE | ..." },
	{ MARK(0, "BZh"), "bzip2" PACKED "bzcat FILE | ..." },
	{ MARK(0,
		  "\375"
		  "7zXZ"),
		"xz" PACKED "xzcat FILE | ..." },
	{ MARK(0, "\050\265\057\375"), "zstd" PACKED "zstdcat FILE | ..." },
	{ MARK(0, "PK\003\004"),
		"zip archive (.npz, .pt and the like)" PACKED
		"unzip -p FILE MEMBER | ..." },
	{ MARK(257, "ustar"),
		"tar archive" PACKED "tar -xOf FILE MEMBER | ..." },
	{ MARK(0, "\211HDF\r\n"),
		"HDF5" NOT_READ "numpy.save(OUT, h5py.File(FILE)[NAME][()])" },
	{ MARK(0, "\200\002"),
		"pickle" NOT_READ "safetensors.torch.save_file" },
	{ MARK(0, "\200\003"),
		"pickle" NOT_READ "safetensors.torch.save_file" },
	{ MARK(0, "\200\004"),
		"pickle" NOT_READ "safetensors.torch.save_file" },
	{ MARK(0, "MATLAB"),
		"MATLAB" NOT_READ
		"numpy.save(OUT, scipy.io.loadmat(FILE)[NAME])" },
};

struct head {
	const unsigned char *p;
	size_t n;
};

static bool
has(const struct head *h, const struct mark *m)
{
	if (m->n == 0)
		return true;
	return m->at + m->n <= h->n &&
		memcmp(h->p + m->at, m->bytes, m->n) == 0;
}

/* Damage in the other bytes of the signature is for libpng to describe. */
static bool
is_png(const struct head *h)
{
	return h->n >= 8 && memcmp(h->p + 1, "PNG", 3) == 0;
}

static bool
is_tensor(const struct head *h)
{
	static const struct mark npy = MARK(0, "\223NUMPY");
	static const struct mark packed = MARK(0, PACKED_MAGIC);
	uint64_t length = 0;

	if (has(h, &npy) || has(h, &packed))
		return true;
	if (h->n < 9 || h->p[8] != '{')
		return false;
	for (size_t i = 8; i-- > 0;)
		length = length << 8 | h->p[i];
	return length >= 2 && length <= MAX_RECORD_HEADER;
}

/* An MPEG audio frame header with no reserved field, layer I to III. */
static bool
is_mpeg(const struct head *h)
{
	const unsigned char *p = h->p;

	return h->n >= 4 && p[0] == 0xff && (p[1] & 0xe0) == 0xe0 &&
		(p[1] & 0x18) != 0x08 && (p[1] & 0x06) != 0 &&
		(p[2] & 0xf0) != 0xf0 && (p[2] & 0x0c) != 0x0c;
}

static bool
is_audio(const struct head *h)
{
	for (size_t i = 0; i < sizeof audio / sizeof *audio; i++)
		if (has(h, &audio[i].outer) && has(h, &audio[i].inner))
			return true;
	return is_mpeg(h);
}

/* What has too short a mark for the table. */
static int
refuse_short(const struct head *h, struct err *e)
{
	unsigned char a = h->p[0], b = h->n >= 2 ? h->p[1] : 0;

	if (a == 'B' && b == 'M')
		return err_set(e, "BMP" NOT_READ "bmptopnm FILE | pnmtopng");
	if (a == 0xff && (b & 0xf6) == 0xf0)
		return err_set(e, "AAC" NOT_READ "ffmpeg -i FILE -f wav -");
	if (a == 'P' && h->n >= 3 && strchr(" \t\r\n", h->p[2]) != NULL) {
		if (b >= '1' && b <= '6')
			return err_set(e, "PNM" NOT_READ "pnmtopng FILE");
		if (b == '7')
			return err_set(e, "PAM" NOT_READ "pamtopng FILE");
	}
	return err_set(e, "not a PNG, audio or tensor file");
}

static int
refuse(const struct head *h, struct err *e)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (has(h, &foreign[i].mark))
			return err_set(e, "%s", foreign[i].words);
	return refuse_short(h, e);
}

int
sniff_media(struct input *in, enum media *kind, struct err *e)
{
	struct head h = { 0 };
	ptrdiff_t n = input_peek(in, HEAD, &h.p, e);

	if (n < 0)
		return -1;
	h.n = (size_t)n;
	if (n == 0)
		*kind = MEDIA_EMPTY;
	else if (is_png(&h))
		*kind = MEDIA_IMAGE;
	else if (is_tensor(&h))
		*kind = MEDIA_TENSOR;
	else if (is_audio(&h))
		*kind = MEDIA_AUDIO;
	else
		return refuse(&h, e);
	return 0;
}
