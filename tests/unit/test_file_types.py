"""What a file is taken for, and what it is called then."""

import pytest

from hub.domain.errors import Invalid
from hub.file_types import clean_name, type_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
ZIP = b"PK\x03\x04" + b"\x00" * 32
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PNG, "evil.html", "image/png"),
        (b"\xff\xd8\xff\xe0", "a.jpg", "image/jpeg"),
        (b"GIF89a/*<script>alert(1)</script>", "a.js", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a", "image/webp"),
        (b"%PDF-1.7", "a.exe", "application/pdf"),
        (ZIP, "a.zip", "application/zip"),
        (ZIP, "a.docx", DOCX),
        (ZIP, "a.png", "application/zip"),
        ("Grüße\tçay\r\nчай".encode(), "a.txt", "text/plain"),
        (b"a;b\n1;2", "a.csv", "text/csv"),
        ("чай".encode("cp1251"), "old.txt", "text/plain"),
        (b"\x00\x00\x00\x18ftypmp42", "a.mp4", "video/mp4"),
    ],
)
def test_the_first_bytes_decide(head: bytes, name: str, kind: str) -> None:
    assert type_of(head, name) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"  \n<!doctype html><script>alert(1)</script>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"MZ\x90\x00",
        b"\x7fELF\x02",
        b"text with a \x00 in it",
        b"",
    ],
)
def test_what_may_run_or_is_unknown_is_not_taken_whatever_it_is_called(head: bytes) -> None:
    for name in ("a.txt", "a.png", "a.svg", ""):
        with pytest.raises(Invalid) as refused:
            type_of(head, name)
        assert refused.value.stable_code == "bad_type"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("box.png", "box.png"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\..\\windows\\x.PNG", "x.PNG"),
        ("/", "file.png"),
        ("", "file.png"),
        ("...", "file.png"),
        ("evil.html", "evil.html.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie_ x=1.png"),
        ("\u202egnp.exe", "gnp.exe.png"),
        ("чай с лимоном.png", "чай с лимоном.png"),
        ('a"b<c>|d?.png', "a_b_c_d_.png"),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
        ("x" * 500, "x" * 116 + ".png"),
    ],
)
def test_a_name_leads_nowhere_and_ends_as_the_content_does(name: str, kept: str) -> None:
    assert clean_name(name, "image/png") == kept
