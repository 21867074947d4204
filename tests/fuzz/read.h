/*
 * read.h - for targets that read streams: the same parts of a file and a pipe.
 */
#ifndef FUZZ_READ_H
#define FUZZ_READ_H

#include "fuzz.h"
#include "tensor/stream.h"
#include "util/crc.h"

/* 0, or -1 for an error, and of what came before a sum in *crc. */
FUZZ_HELP int
read_parts(struct input *in, struct stream_opts o, uint32_t *crc)
{
	struct stream *s = stream_open(in, o);
	struct err e = { "" };
	struct part p;
	int more;

	*crc = 0;
	while ((more = stream_next(s, &p, &e)) == 1) {
		*crc = crc_add(*crc, &p.rows, sizeof(p.rows));
		for (size_t i = 0; i < p.rec.count; i++)
			*crc = crc_add(*crc, p.rec.tensor[i].data,
				p.rec.tensor[i].bytes);
	}
	fuzz_said(more, &e);
	stream_close(s);
	input_close(in);
	return more;
}

/*
 * What is wrong with a file is seen before its parts, so sums are of whole ones.
 * A pipe costs ten times as much as a file: one input in eight, the same ones
 * always.
 */
FUZZ_HELP void
read_both(const uint8_t *data, size_t size, struct stream_opts o)
{
	uint32_t file, pipe;
	int status = read_parts(fuzz_input(data, size), o, &file);

	if (size > FUZZ_PIPE_MOST || crc_add(0, data, size) % 8 != 0)
		return;
	FUZZ_HOLDS(read_parts(fuzz_pipe(data, size), o, &pipe) == status);
	FUZZ_HOLDS(status != 0 || file == pipe);
}

#endif
