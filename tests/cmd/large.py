#!/usr/bin/python3
"""large.py - inputs too large for memory, written in little.

    large.py png FILE WIDTH HEIGHT     8-bit colour, not interlaced
    large.py wav FILE SECONDS          16 kHz mono
    large.py size FILE                 what the header of either says
"""
import struct
import sys
import wave
import zlib


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(path, w, h):
    z = zlib.compressobj(1)
    line = bytes((i * i >> 9 ^ i >> 4) & 255 for i in range(3 * 4096))
    line = line * (3 * (w + h) // len(line) + 1)
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
            ">IIBBBBB", w, h, 8, 2, 0, 0, 0)))
        for y in range(h):
            data = z.compress(b"\0" + line[3 * y:3 * (y + w)])
            if data:
                f.write(chunk(b"IDAT", data))
        f.write(chunk(b"IDAT", z.flush()) + chunk(b"IEND", b""))


def wav(path, seconds):
    one = b"".join(struct.pack("<h", (i * i >> 7) % 9001 - 4500)
                   for i in range(16000))
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(16000)
        f.setnframes(16000 * seconds)
        for _ in range(seconds // 60):
            f.writeframesraw(one * 60)


def size(path):
    with open(path, "rb") as f:
        head = f.read(24)
    if head[:4] == b"RIFF":
        with wave.open(path) as f:
            print(f.getnframes())
    else:
        print(*struct.unpack(">II", head[16:]))


def main(what, path, *numbers):
    {"png": png, "wav": wav, "size": size}[what](path, *map(int, numbers))


main(*sys.argv[1:])
