"""Letters made to cost: each is built here, and is what reliability.md calls the bomb set."""

import base64
import io
import zipfile
import zlib
from collections.abc import Callable

_HEAD = "From: Anna <anna@client.test>\r\nTo: support@hub.test\r\nMessage-ID: <bomb@client.test>\r\n"


def letter(headers: str = "", body: str = "hello", *, head: str = _HEAD) -> bytes:
    """A letter with these further headers and this body, lines ended as on the wire."""
    return f"{head}{headers}\r\n{body}".encode("utf-8", "surrogateescape")


def _html(body: str) -> bytes:
    return letter("Subject: html\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n", body)


def _nested(depth: int) -> bytes:
    opened = "".join(
        f'Content-Type: multipart/mixed; boundary="b{at}"\r\n\r\n--b{at}\r\n' for at in range(depth)
    )
    return (_HEAD + "MIME-Version: 1.0\r\n" + opened + "\r\ninnermost").encode()


def _parts(count: int) -> bytes:
    return letter(
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n', "--b\r\n\r\nx\r\n" * count
    )


def _embedded(depth: int) -> bytes:
    return (_HEAD + "Content-Type: message/rfc822\r\n\r\n" * depth + "Subject: inner\r\n\r\nx").encode()


def _file(name: str, content: bytes, kind: str) -> bytes:
    body = base64.encodebytes(content).decode()
    return letter(
        f'MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n",
        body,
    )


def _zip_bomb() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return _file("42.zip", inner.getvalue(), "application/zip")


def _huge_picture() -> bytes:
    """A PNG that says it is 60,000 pixels in each direction, and holds one."""
    header = b"\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0"
    chunk = b"IHDR" + header
    ended = chunk + zlib.crc32(chunk).to_bytes(4, "big")
    return _file("x.png", b"\x89PNG\r\n\x1a\n" + len(header).to_bytes(4, "big") + ended, "image/png")


BOMBS: dict[str, Callable[[], bytes]] = {
    "subject_of_encoded_words": lambda: letter("Subject: " + "=?utf-8?q?a?= " * 43_000 + "\r\n"),
    "subject_of_encoded_words_below_the_limits": lambda: letter(
        "Subject: " + "=?utf-8?q?a?= " * 199 + "\r\n"
    ),
    "20_000_addresses": lambda: letter("Cc: " + ", ".join(f"a{at}@x.test" for at in range(20_000)) + "\r\n"),
    "20_000_addresses_folded": lambda: letter(
        "Cc: " + ",\r\n ".join(f"a{at}@x.test" for at in range(20_000)) + "\r\n"
    ),
    "20_000_names_without_addresses": lambda: letter("Cc: " + "a," * 20_000 + "\r\n"),
    "20_000_parameters": lambda: letter(
        "Content-Type: text/plain" + "".join(f"; p{at}*0=a" for at in range(20_000)) + "\r\n"
    ),
    "1_000_parameters": lambda: letter(
        "Content-Type: text/plain" + "".join(f"; p{at}=a" for at in range(1000)) + "\r\n"
    ),
    "100_000_parts": lambda: _parts(100_000),
    "nested_100": lambda: _nested(100),
    "nested_1_000": lambda: _nested(1000),
    "nested_3_000": lambda: _nested(3000),
    "5_000_comments": lambda: letter(head="From: " + "(" * 5000 + "\r\n"),
    "5_000_comments_in_a_type": lambda: letter("Content-Type: " + "(" * 5000 + "\r\n"),
    "5_000_comments_in_a_date": lambda: letter("Date: " + "(" * 5000 + "\r\n"),
    "1_MB_of_references": lambda: letter(
        "References: " + "".join(f"<{at}@x.test> " for at in range(60_000)) + "\r\n"
    ),
    "a_header_of_10_MB": lambda: letter("X-Long: " + "a" * 10_000_000 + "\r\n"),
    "100_000_headers": lambda: letter("X-A: b\r\n" * 100_000),
    "25_MB_of_base64_without_lines": lambda: letter(
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n", "QUJD" * 6_500_000
    ),
    "25_MB_of_line_feeds": lambda: letter("", "\n" * 26_000_000),
    "25_MB_of_carriage_returns": lambda: letter("", "\r" * 26_000_000),
    "26_MB_and_more": lambda: letter("", "a" * 26_300_000),
    "24_MB_of_text": lambda: letter("", ("word " * 15 + "\r\n") * 310_000),
    "24_MB_of_quotes": lambda: letter("", "> wrote:\r\n" * 900_000),
    "unknown_charset": lambda: letter(
        "Content-Type: text/plain; charset=unknown\r\n", "\udcc7\udce4" * 10_000
    ),
    "charset_utf_7": lambda: letter("Content-Type: text/plain; charset=utf-7\r\n", "+2AA-" * 10_000),
    "charset_utf_16": lambda: letter("Content-Type: text/plain; charset=utf-16\r\n", "\udcd8\udc80" * 10_000),
    "charset_that_unpacks": lambda: letter("Content-Type: text/plain; charset=zlib\r\n", "x"),
    "charset_punycode": lambda: letter(
        "Content-Type: text/plain; charset=punycode\r\n", "a-" + "9" * 500_000
    ),
    "year_99999": lambda: letter("Date: Mon, 3 Mar 99999 10:00:00 +0000\r\n"),
    "zone_of_99999_hours": lambda: letter("Date: Mon, 3 Mar 2025 10:00:00 +9999999\r\n"),
    "50_letters_in_letters": lambda: _embedded(50),
    "29_letters_in_letters": lambda: _embedded(28),
    "a_report_of_100_000_blocks": lambda: letter(
        "Content-Type: message/delivery-status\r\n", "A: b\r\n\r\n" * 100_000
    ),
    "zip_bomb": _zip_bomb,
    "huge_picture": _huge_picture,
    "20_000_links": lambda: _html('<a href="http://x.test/">x</a>' * 20_000),
    "4_999_links": lambda: _html('<a href="http://x.test/">x</a>' * 4999),
    "20_000_nested_boxes": lambda: _html("<div>" * 20_000),
    "600_000_nested_letters": lambda: _html("<b>" * 600_000),
    "5_MB_of_styles": lambda: _html("<style>" + "p{color:red}" * 420_000 + "</style>"),
    "2_MB_of_style": lambda: _html('<p style="' + "color:red;" * 190_000 + '">x</p>'),
    "2_MB_of_attributes": lambda: _html("<p " + 'a="b" ' * 300_000 + ">x</p>"),
    "2_MB_of_tables": lambda: _html("<table>" + "<tr><td>a</td></tr>" * 100_000),
    "2_MB_of_opened_tags": lambda: _html("<" * 2_000_000),
    "svg": lambda: _html("<svg><script>alert(1)</script>" + "<g>" * 20_000 + "</svg>"),
    "svg_file": lambda: _file(
        "x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"
    ),
    "name_of_5_000": lambda: _file("n" * 5000, b"x", "text/plain"),
    "name_that_climbs": lambda: _file("../../../etc/passwd", b"x", "text/plain"),
    "name_with_nul": lambda: _file("a\0b.txt", b"x", "text/plain"),
    "name_turned_round": lambda: _file("\u202egnp.exe", b"MZ", "application/octet-stream"),
    "name_unseen": lambda: _file("\u200b\u200b.htaccess\u200b", b"x", "text/plain"),
    "attributions": lambda: letter("", "On 3 Mar 2025 10:00 a@b.test wrote:\r\n" * 28_000),
    "copied_headers": lambda: letter("", "From:\r\nSent:\r\n" * 60_000),
    "quoted_printable": lambda: letter(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n", "=" * 2_000_000
    ),
    "500_boundaries": lambda: letter(
        "Content-Type: multipart/mixed; boundary=b\r\n",
        "--b\r\nContent-Type: text/plain; boundary=b\r\n\r\nx\r\n" * 499,
    ),
    "24_MB_of_dashes": lambda: letter("Content-Type: multipart/mixed; boundary=b\r\n", "--\r\n" * 990_000),
}
