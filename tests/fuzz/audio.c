/* Sounds, of every format that libsndfile knows and we let in. */
#include "fuzz.h"
#include "media/audio.h"

#define FRAMES ((size_t)1000)
#define FRAMES_MOST ((size_t)1 << 20) /* more tells no more */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static float x[FRAMES * 64];
	struct input *in = fuzz_input(data, size);
	struct audio_info info;
	struct err e = { "" };
	struct audio_in *a = audio_in_open(in, &(struct limit){ 0 }, &info, &e);
	ptrdiff_t got = a ? 1 : -1;
	size_t frames = 0;

	FUZZ_HOLDS(!a || (info.channels >= 1 && info.channels <= 64));
	while (got > 0 && frames < FRAMES_MOST) {
		got = audio_in_read(a, x, FRAMES, &e);
		frames += got > 0 ? (size_t)got : 0;
	}
	FUZZ_HOLDS(got != 0 || frames == info.frames);
	fuzz_said(got < 0 ? -1 : 0, &e);
	audio_in_close(a);
	input_close(in);
	return 0;
}
