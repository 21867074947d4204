#!/usr/bin/python3
"""gates.py - a file of two gates with names as others give them, to stdout."""
import json
import struct
import sys

parts = {"model.layers.0.gate.weight": [4, 3], "model.layers.0.gate.bias": [4],
         "model.layers.1.gate.weight": [2, 3], "bias": [2]}
head, data = {}, b""
for name, shape in parts.items():
    n = shape[0] * (shape[1] if len(shape) == 2 else 1)
    begin = len(data)
    data += struct.pack(f"<{n}f", *(0.5 * i for i in range(n)))
    head[name] = {"dtype": "F32", "shape": shape,
                  "data_offsets": [begin, len(data)]}
text = json.dumps(head).encode()
sys.stdout.buffer.write(struct.pack("<Q", len(text)) + text + data)
