"""A second opinion on PNG: the CRC-32 of each file's expanded samples.

Interlaced files are left out.  Samples are 8 bit, or 16 big-endian; palettes,
small depths and tRNS are expanded.  One line a file: crc in hex, path.
"""
import struct
import sys
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        n, name = struct.unpack(">I4s", data[at:at + 8])
        yield name, data[at + 8:at + 8 + n]
        at += 12 + n


def paeth(a, b, c):
    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def unfilter(raw, height, stride, bpp):
    up = bytearray(stride)
    for y in range(height):
        kind, *row = raw[y * (stride + 1):(y + 1) * (stride + 1)]
        for i in range(stride):
            a = row[i - bpp] if i >= bpp else 0
            c = up[i - bpp] if i >= bpp else 0
            b = up[i]
            row[i] += (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]
            row[i] &= 255
        up = row
        yield row


def samples(row, count, depth):
    if depth == 16:
        return [row[2 * i] << 8 | row[2 * i + 1] for i in range(count)]
    per = 8 // depth
    return [row[i // per] >> (8 - depth - i % per * depth) & (1 << depth) - 1
            for i in range(count)]


def expand(pixel, kind, depth, palette, trans):
    top = 65535 if depth == 16 else 255
    if kind == 3:
        i = pixel[0]
        out = list(palette[3 * i:3 * i + 3])
        if trans is not None:
            out.append(trans[i] if i < len(trans) else 255)
        return out
    out = [v * top // ((1 << depth) - 1) for v in pixel]
    if trans is not None:
        key = list(struct.unpack(">%dH" % len(pixel), trans))
        out.append(0 if pixel == key else top)
    return out


def crc(path):
    idat, palette, trans = b"", None, None
    for name, body in chunks(open(path, "rb").read()):
        if name == b"IHDR":
            w, h, depth, kind, _, _, lace = struct.unpack(">IIBBBBB", body)
            if lace:
                return None
        elif name == b"PLTE":
            palette = body
        elif name == b"tRNS":
            trans = body
        elif name == b"IDAT":
            idat += body
    c = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    stride, bpp = (w * c * depth + 7) // 8, max(1, c * depth // 8)
    sum32 = 0
    for row in unfilter(zlib.decompress(idat), h, stride, bpp):
        v = samples(row, w * c, depth)
        for x in range(w):
            out = expand(v[x * c:x * c + c], kind, depth, palette, trans)
            form = ">%dH" if depth == 16 else ">%dB"
            sum32 = zlib.crc32(struct.pack(form % len(out), *out), sum32)
    return sum32


for name in sys.argv[1:]:
    value = crc(name)
    if value is not None:
        print("%08x %s" % (value, name))
