"""Files as people have them: the charset and the separator are found out, quoted line ends are no rows."""

import io
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm import vcards
from hub.crm.sheets import MOST_COLUMNS, Shape, csv_rows, encoding_of, shape_of
from hub.crm.vcards import COLUMNS, is_vcard, vcard_rows, vcard_shape
from hub.domain.errors import Invalid

RUSSIAN = "Имя;Телефон;Заметка\r\nПётр Ёлкин;+7 916 123-45-67;звонить утром\r\n"
TURKISH = "Ad Soyad;Telefon;Not\r\nŞükrü Çağrı Işık;0532 123 45 67;öğleden sonra ığüşöç\r\n"


def rows_of(content: bytes, **given: str) -> tuple[Shape, list[tuple[str, ...]]]:
    file = io.BytesIO(content)
    shape = shape_of(file, **given)
    return shape, [row.cells for row in csv_rows(file, shape)]


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (RUSSIAN, "utf-8", "utf-8"),
        (RUSSIAN, "utf-8-sig", "utf-8"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "utf-16", "utf-16-le"),
        (RUSSIAN, "utf-16-be", "utf-16-be"),
        (TURKISH, "utf-8", "utf-8"),
        (TURKISH, "cp1254", "cp1254"),
        (TURKISH, "utf-16-le", "utf-16-le"),
    ],
)
def test_the_charset_is_found_out_and_every_letter_is_kept(text: str, codec: str, found: str) -> None:
    shape, rows = rows_of(text.encode(codec))
    assert shape.encoding == found
    head, row = (tuple(line.split(";")) for line in text.splitlines())
    assert shape.columns == head
    assert rows == [row]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_separator_is_found_out(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (["Name", "Phone"], ["Ann", "1; 2"], ["Bob", "3"]))
    text = text.replace("1; 2", '"1; 2"')
    shape, rows = rows_of(text.encode())
    assert shape.delimiter == delimiter
    assert rows == [("Ann", "1; 2"), ("Bob", "3")]


def test_a_quoted_line_end_is_part_of_its_cell_and_blank_lines_are_no_rows() -> None:
    _, rows = rows_of(b'name,note\r\nAnn,"two\r\nlines, one cell"\r\n\r\nBob,"say ""hi"""\r\n')
    assert rows == [("Ann", "two\r\nlines, one cell"), ("Bob", 'say "hi"')]


def test_a_bad_row_spoils_no_other() -> None:
    file = io.BytesIO(b"name,mail\nAnn,a@b.c\nBob,x,y\n , \nCem\n\xff\xfe\xfa,z\nDan,d@b.c\n")
    shape = shape_of(file, encoding="utf-8")
    found = [(row.number, row.cells[0], row.problem) for row in csv_rows(file, shape)]
    assert found == [
        (1, "Ann", ""),
        (2, "Bob", "too_many_cells"),
        (3, " ", "empty_row"),
        (4, "Cem", ""),
        (5, "\ufffd\ufffd\ufffd", "bad_encoding"),
        (6, "Dan", ""),
    ]


def test_a_stray_zero_byte_is_a_bad_row_and_makes_no_file_another_charset() -> None:
    file = io.BytesIO(b"na\0me;mail\nA\0B;nul\0@x.test\nC;c@x.test\n\0;d\n")
    shape = shape_of(file)
    assert (shape.encoding, shape.columns) == ("utf-8", ("name", "mail"))
    assert [(row.cells, row.problem) for row in csv_rows(file, shape)] == [
        (("AB", "nul@x.test"), "zero_byte"),
        (("C", "c@x.test"), ""),
        (("", "d"), "zero_byte"),
    ]
    card = io.BytesIO(b"BEGIN:VCARD\nFN:A\0B\nEND:VCARD\nBEGIN:VCARD\nFN:C\nEND:VCARD\n")
    rows = list(vcard_rows(card, vcard_shape(card)))
    assert [(row.cells[0], row.problem) for row in rows] == [("AB", "zero_byte"), ("C", "")]


def test_what_is_no_sheet_is_refused() -> None:
    for content, code in (
        (b"", "empty_file"),
        (b",,,\n1,2,3\n", "empty_file"),
        (b"a," * MOST_COLUMNS + b"b\n", "too_many_columns"),
    ):
        with pytest.raises(Invalid) as refused:
            shape_of(io.BytesIO(content))
        assert refused.value.stable_code == code
    with pytest.raises(Invalid):
        shape_of(io.BytesIO(b"a,b\n"), delimiter="x")


@given(st.binary(max_size=400))
def test_no_bytes_are_an_error_of_ours(content: bytes) -> None:
    file = io.BytesIO(content)
    encoding_of(file)
    try:
        shape = shape_of(file)
    except Invalid:
        return
    numbers = [row.number for row in csv_rows(file, shape)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers == [row.number for row in csv_rows(file, shape)], "read again, it is the same"


CARDS = """BEGIN:VCARD
VERSION:3.0
N:Ёлкин;Пётр;Сергеевич;;
FN:Пётр Ёлкин
TEL;TYPE=CELL:+7 916 123-45-67
item1.TEL;TYPE=work:+7 495
  625 89 76
TEL;TYPE=FAX:+7 495 111 11 11
EMAIL:petr@example.org
ORG:Ромашка\\; и партнёры;Отдел
NOTE:две\\nстроки\\, одна заметка
CATEGORIES:vip,опт
PHOTO;ENCODING=b:/9j/4AAQ
 SkZJRgABAQ
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Ayşe Yılmaz
TEL;VALUE=uri;TYPE="voice,cell":tel:+90-532-123-45-67
IMPP:telegram:ayse_y
LANG:tr
END:VCARD
"""
OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=E5=F2=F0=EE=E2;=C8=E2=E0=\r\n=ED\r\n"
    b"TEL;CELL;VOICE:89161234567\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Nobody ends me\r\n"
)


def test_cards_of_three_versions_are_rows() -> None:
    file = io.BytesIO(CARDS.encode())
    assert is_vcard(file)
    one, two = (dict(zip(COLUMNS, row.cells, strict=True)) for row in vcard_rows(file, vcard_shape(file)))
    assert one == {
        "name": "Пётр Ёлкин",
        "phone": "+7 916 123-45-67\n+7 495 625 89 76",
        "email": "petr@example.org",
        "telegram": "",
        "site_user": "",
        "organization": "Ромашка; и партнёры",
        "tags": "vip\nопт",
        "language": "",
        "note": "две\nстроки, одна заметка",
        "client_id": "",
        "consents": "",
        "tier": "",
        "organization_domain": "",
    }
    assert (two["name"], two["phone"], two["telegram"], two["language"]) == (
        "Ayşe Yılmaz",
        "+90-532-123-45-67",
        "ayse_y",
        "tr",
    )


def test_an_old_card_in_its_own_charset_and_one_without_an_end() -> None:
    file = io.BytesIO(OLD)
    rows = list(vcard_rows(file, vcard_shape(file)))
    assert [(row.number, row.cells[0], row.problem) for row in rows] == [
        (1, "Иван Петров", ""),
        (2, "Nobody ends me", "card_without_end"),
    ]
    assert rows[0].cells[1] == "89161234567"


@given(st.binary(max_size=300))
def test_no_card_is_an_error_of_ours(content: bytes) -> None:
    file = io.BytesIO(b"BEGIN:VCARD\n" + content)
    for row in vcard_rows(file, vcard_shape(file)):
        assert len(row.cells) == len(COLUMNS)


class Copied(bytearray):
    """A line, which counts the bytes that were copied to it, out of it, or with it."""

    total = 0

    def __init__(self, content: bytes = b"") -> None:
        super().__init__(content)
        Copied.total += len(content)

    def __iadd__(self, more: Any) -> Self:
        Copied.total += len(more)
        super().__iadd__(more)
        return self

    def __add__(self, more: Any) -> bytearray:
        Copied.total += len(self) + len(more)
        return super().__add__(more)

    def __getitem__(self, which: Any) -> Any:
        found = super().__getitem__(which)
        Copied.total += len(found) if isinstance(found, bytearray) else 1
        return found


@pytest.mark.parametrize(
    ("head", "fold", "copied_of_a_line"),
    [(b"NOTE:x", b"\n y", 1), (b"NOTE;ENCODING=QUOTED-PRINTABLE:=", b"\ny=", 2_000)],
)
def test_what_a_folded_line_costs_grows_as_it_does(
    monkeypatch: pytest.MonkeyPatch, head: bytes, fold: bytes, copied_of_a_line: int
) -> None:
    monkeypatch.setattr(vcards, "bytearray", Copied, raising=False)
    monkeypatch.setattr(Copied, "total", 0)
    lines = 20_000
    file = io.BytesIO(b"BEGIN:VCARD\n" + head + fold * lines + b"\nEND:VCARD\n")
    (row,) = vcard_rows(file, Shape(encoding="utf-8", delimiter="", columns=COLUMNS))
    assert len(row.cells[COLUMNS.index("note")]) >= lines
    assert lines < Copied.total <= (lines + 100) * (copied_of_a_line + len(fold))


def test_a_folded_line_that_is_longer_than_a_card_may_be_is_a_card_that_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vcards, "_LONGEST_CARD_BYTES", 1_000)
    monkeypatch.setattr(vcards, "_LONGEST_LINE_BYTES", 1_001)
    card = b"BEGIN:VCARD\nFN:A\nNOTE:x" + b"\n yyyyyyyyy" * 200 + b"\nEND:VCARD\n"
    file = io.BytesIO(card + b"BEGIN:VCARD\nFN:B\nEND:VCARD\n")
    rows = list(vcard_rows(file, vcard_shape(file)))
    assert [(row.cells[0], row.problem) for row in rows] == [("A", "card_too_large"), ("B", "")]
