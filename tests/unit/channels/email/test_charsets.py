"""Bytes to text: by what the letter says, else by what they look like."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.charsets import decoded, guessed, header_text
from hub.domain.letter import Defect

RUSSIAN = "Здравствуйте! Сапоги 42 размера не подошли, верните деньги."
TURKISH = "Merhaba, siparişim hâlâ gelmedi. Iğdır'dan yazıyorum, teşekkürler."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "CP1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "iso-8859-5"),
        (TURKISH, "utf-8"),
        (TURKISH, "windows-1254"),
        (TURKISH, "iso-8859-9"),
        ("Grüße aus Köln", "iso-8859-1"),
        ("您好", "gb2312"),
        ("東京", "iso-2022-jp"),
        (RUSSIAN, "utf-16"),
    ],
)
def test_text_is_read_in_the_charset_it_names(text: str, charset: str) -> None:
    assert decoded(text.encode(charset), charset) == (text, None)


@pytest.mark.parametrize("declared", ["", "us-ascii", "unknown-8bit", "x-user-defined", "utf-8"])
@pytest.mark.parametrize(
    ("text", "charset"),
    [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (TURKISH, "cp1254"), (TURKISH, "iso-8859-9")],
)
def test_text_that_names_none_or_a_wrong_one_is_read_by_its_looks(
    text: str, charset: str, declared: str
) -> None:
    read, defect = decoded(text.encode(charset), declared)

    assert read == text
    assert defect in {Defect.GUESSED_CHARSET, Defect.UNKNOWN_CHARSET}


def test_text_that_is_utf8_needs_no_name() -> None:
    assert guessed(TURKISH.encode()) == TURKISH


def test_one_wrong_byte_costs_one_character() -> None:
    raw = RUSSIAN.encode() + b"\xd0"

    assert decoded(raw, "utf-8") == (RUSSIAN + "\ufffd", Defect.BAD_ENCODING)


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin1"])
def test_latin_1_is_read_as_what_mail_programs_mean_by_it(charset: str) -> None:
    assert decoded(b"5 \x80 \x96 \x93ok\x94", charset)[0] == "5 € – “ok”"


@pytest.mark.parametrize(
    "charset", ["zlib", "hex", "rot13", "base64", "idna", "punycode", "unicode_escape", "undefined", "no"]
)
def test_what_is_no_charset_of_mail_is_unknown(charset: str) -> None:
    assert decoded(b"abc", charset) == ("abc", Defect.UNKNOWN_CHARSET)


@pytest.mark.parametrize(
    ("raw", "charset"), [(b"+2AA-", "utf-7"), (b"a\0b", "utf-8"), (b"\xff\xfea\0\0\xd8", "utf-16")]
)
def test_nothing_comes_out_that_a_store_refuses(raw: bytes, charset: str) -> None:
    text, _ = decoded(raw, charset)

    assert "\0" not in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?b?0JDQvdC90LA=?=", "Анна"),
        ("=?utf-8?Q?a_b=3F?=", "a b?"),
        ("=?utf-8?b?0JDQvQ==?= =?utf-8?b?0L3QsA==?=", "Анна"),
        ("=?utf-8?b?0JDQvQ==?=\r\n =?utf-8?b?0L3QsA==?=", "Анна"),
        ("=?utf-8?b?0JDQvdDQ?= =?utf-8?b?vdCw?=", "Ан\ufffdна"),
        ("=?utf-8?b?0JDQ?= =?utf-8?b?vdC90LA=?=", "Анна"),
        ("Re: =?koi8-r?q?=E1=CE=CE=C1?=, hi", "Re: Анна, hi"),
        ("=?utf-8*ru?q?x?=", "x"),
        ("=?utf-8?b?0JDQvdC90LA?=", "Анна"),
        ("a=?utf-8?q?b?=c", "abc"),
        ("=?utf-8?x?b?=", "=?utf-8?x?b?="),
        ("=?utf-8?q?b", "=?utf-8?q?b"),
    ],
)
def test_encoded_words_are_read_as_people_meant_them(value: str, text: str) -> None:
    assert header_text(value)[0] == text


@pytest.mark.parametrize("value", ["=?utf-8?q?=ff=fe?=", "=?no-such?q?=ff?=", "=?utf-8?b?/////w==?="])
def test_an_encoded_word_that_cannot_be_decoded_is_told(value: str) -> None:
    assert header_text(value)[1] is False


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "cp1251"])
def test_a_header_of_bare_bytes_is_read_too(charset: str) -> None:
    value = "Где мой заказ".encode(charset).decode("ascii", "surrogateescape")

    assert header_text(value, "" if charset == "utf-8" else charset)[0] == "Где мой заказ"


@given(st.binary(max_size=200), st.text(max_size=12))
@settings(deadline=None)
def test_any_bytes_under_any_name_become_text(raw: bytes, charset: str) -> None:
    text, _ = decoded(raw, charset)

    text.encode("utf-8")


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_header_becomes_text(raw: bytes) -> None:
    header_text(raw.decode("ascii", "surrogateescape"))[0].encode("utf-8")
