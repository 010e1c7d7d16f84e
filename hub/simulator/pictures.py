"""Pictures that simulated clients send: made on the spot, so that nothing is shipped for them."""

import random
import struct
import zlib

_WIDE, _HIGH = 240, 160


def picture(rng: random.Random) -> bytes:
    """A PNG with a field of some colour and a bar of another."""
    field, bar = (bytes(rng.randrange(40, 220) for _ in range(3)) for _ in range(2))
    split = rng.randrange(40, _WIDE - 40)
    row = b"\x00" + field * split + bar * (_WIDE - split)
    header = struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 2, 0, 0, 0)
    content = zlib.compress(row * _HIGH, 9)
    chunks = ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
