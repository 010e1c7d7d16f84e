"""What simulated clients send beside words, made on the spot: something spoken, a sticker, a bill."""

import io
import random
from functools import cache

from hub.media.prompts import SHIPPED

_SPOKEN = {"en": "en/greeting.wav", "ru": "ru/greeting.wav", "tr": "tr/greeting.wav"}
_OPUS_HZ = 48_000
_SIDE = 160
_YUV_WHITE = 235, 128, 128


@cache
def spoken(language: str) -> bytes:
    """A voice message: OGG with Opus, as Telegram has it."""
    import av  # loaded where there is a simulator only

    made = io.BytesIO()
    with (
        av.open(str(SHIPPED / _SPOKEN[language])) as said,
        av.open(made, "w", format="ogg") as out,
    ):
        stream = out.add_stream("libopus", rate=_OPUS_HZ)
        resampler = av.AudioResampler(format="s16", layout="mono", rate=_OPUS_HZ)
        for frame in [*said.decode(audio=0), None]:
            for part in resampler.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return made.getvalue()


def sticker(rng: random.Random) -> bytes:
    """A WebP: a coloured disc on white."""
    import av  # loaded where there is a simulator only

    frame = av.VideoFrame(_SIDE, _SIDE, "yuv444p")
    disc = tuple(rng.randrange(60, 200) for _ in _YUV_WHITE)
    for plane, white, colour in zip(frame.planes, _YUV_WHITE, disc, strict=True):
        rows = bytearray()
        for y in range(_SIDE):
            row = bytearray([white]) * plane.line_size
            half = int(max(0, (_SIDE // 2 - 6) ** 2 - (y - _SIDE // 2) ** 2) ** 0.5)
            row[_SIDE // 2 - half : _SIDE // 2 + half] = bytes([colour]) * (2 * half)
            rows += row
        plane.update(bytes(rows))
    codec = av.CodecContext.create("libwebp", "w")
    codec.width = codec.height = _SIDE
    codec.pix_fmt = "yuv420p"
    shown = frame.reformat(format="yuv420p")
    shown.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(shown), *codec.encode(None)))


def bill(order: str) -> bytes:
    """A PDF of one page: the bill of that order."""
    drawn = (
        f"BT /F1 20 Tf 60 340 Td (Kettle & Co.) Tj 0 -40 Td /F1 13 Tf (Order {order}) Tj"
        " 0 -22 Td (1 kettle, green) Tj ET"
    ).encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 420]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return bytes(made) + b"xref\n0 %d\n0000000000 65535 f \n%b%b" % (len(objects) + 1, table, ends)
