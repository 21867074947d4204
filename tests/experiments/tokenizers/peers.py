"""peers.py - other coders: a file in, what comes back and its bytes out.

Each takes children (runner.Children), the file, the folder of work, what it is
asked for, and where the decoded file goes; it gives the bytes that a decoder
needs to be told, without headers where a stream has the choice.
"""
import os
import shlex
import wave

# Codec 2 answers 18 to 19.5 ms late (peak of the correlation of envelopes, all
# modes); vq-stats looks for a lag of 20 ms at most.
CODEC2_LATE = 144
# It stops before a frame that is not whole.
CODEC2_TAIL = 800


def shell(children, line, **names):
    return children.run(["sh", "-c", "set -e; " + line.format(
        **{k: shlex.quote(str(v)) for k, v in names.items()})])


def jpeg(children, path, work, quality, to):
    part = work + "/part.jpg"
    shell(children, "pngtopnm {a} | cjpeg -optimize -quality {q} >{p}; "
          "djpeg {p} | pnmtopng >{b}", a=path, q=quality, p=part, b=to)
    return os.path.getsize(part)


def webp(children, path, work, quality, to):
    part = work + "/part.webp"
    shell(children, "cwebp -quiet -m 6 -q {q} {a} -o {p}; "
          "dwebp -quiet {p} -o {b}", a=path, q=quality, p=part, b=to)
    return os.path.getsize(part)


def original(children, path, work, _, to):
    shell(children, "cp {a} {b}", a=path, b=to)
    return os.path.getsize(path) - 44


def frames(path):
    with wave.open(path) as f:
        return f.getnframes()


def narrow(children, path, work, _, to):
    """At 8 kHz and back, nothing coded."""
    shell(children, "sox {a} -r 8000 {p}; sox {p} -r 16000 {b} trim 0 {n}s",
          a=path, p=work + "/part.wav", b=to, n=frames(path))
    return os.path.getsize(work + "/part.wav") - 44


def codec2(children, path, work, rate, to):
    """Of constant rate: bytes are those of the sound without its padding."""
    shell(children,
          "sox {a} -r 8000 -t raw -e signed -b 16 - rate pad 0 {t}s | "
          "c2enc {r} - {p} 2>/dev/null; c2dec {r} {p} - 2>/dev/null | "
          "sox -t raw -e signed -b 16 -c 1 -r 8000 - {b} "
          "trim {l}s rate 16000 pad 0 1 trim 0 {n}s", a=path,
          p=work + "/part.bit", b=to, r=rate, t=CODEC2_TAIL, l=CODEC2_LATE,
          n=frames(path))
    return frames(path) / 16000 * rate / 8


def ogg_payload(path):
    """Bytes of all packets but the two of the header."""
    lengths, whole = [0], []
    with open(path, "rb") as f:
        while head := f.read(27):
            assert head[:4] == b"OggS", path
            table = f.read(head[26])
            f.seek(sum(table), os.SEEK_CUR)
            for n in table:
                lengths[-1] += n
                if n < 255:
                    whole.append(lengths[-1])
                    lengths[-1] = 0
    return sum(whole[2:])


def opus(children, path, work, options, to):
    part = work + "/part.opus"
    shell(children, "opusenc --quiet " + options + " {a} {p}; "
          "opusdec --quiet --rate 16000 {p} {w}; "
          "sox {w} {b} pad 0 1 trim 0 {n}s", a=path, p=part, b=to,
          w=work + "/part.wav", n=frames(path))
    return ogg_payload(part)


PEERS = {f.__name__: f for f in (jpeg, webp, original, narrow, codec2, opus)}
