"""A written card is read again as it was, and no line of it is longer than 75 bytes."""

import io

from hypothesis import given
from hypothesis import strategies as st

from hub.crm.vcards import COLUMNS, vcard_rows, vcard_shape
from hub.crm.written_cards import card_of

WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120).map(
    lambda text: text.strip().replace("\ufffd", "")
)
NAMES = st.fixed_dictionaries({"name": WORDS, "organization": WORDS})


@given(NAMES)
def test_names_come_back_whatever_is_in_them(said: dict[str, str]) -> None:
    cells = {
        **said,
        "client_id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "phone": "+905321234567\n+905321234568",
    }
    written = card_of(cells).encode()
    assert max(map(len, written.split(b"\r\n"))) <= 75
    file = io.BytesIO(written)
    (row,) = vcard_rows(file, vcard_shape(file))
    assert row.problem == ""
    assert dict(zip(COLUMNS, row.cells, strict=True)) == {
        **dict.fromkeys(COLUMNS, ""), **cells,
    }  # fmt: skip


def test_a_tag_keeps_what_stands_in_it() -> None:
    file = io.BytesIO(
        card_of(
            {"name": "A", "tags": "vip\nx;y", "telegram": "4711", "site_user": "shop:a,b;c", "language": "tr"}
        ).encode()
    )
    (row,) = vcard_rows(file, vcard_shape(file))
    assert dict(zip(COLUMNS, row.cells, strict=True)) == {
        **dict.fromkeys(COLUMNS, ""), "name": "A", "tags": "vip\nx;y", "telegram": "4711", "site_user": "shop:a,b;c",
        "language": "tr",
    }  # fmt: skip


@given(st.dictionaries(WORDS.filter(bool), WORDS.filter(bool), max_size=4), WORDS)
def test_notes_consents_and_fields_of_the_house_come_back(own: dict[str, str], note: str) -> None:
    own = {" ".join(label.split()): said for label, said in own.items()}
    consents = "phone marketing yes 2026-11-30T10:00:00Z a; b, c\\d"
    cells = {"name": "A", "note": note, "consents": consents, **{f"field:{k}": v for k, v in own.items()}}
    file = io.BytesIO(card_of(cells).encode())
    shape = vcard_shape(file)
    (row,) = vcard_rows(file, shape)
    read = dict(zip(shape.columns, row.cells, strict=True))
    assert (read["name"], read["note"], read["consents"]) == ("A", note, consents)
    assert dict(zip(shape.columns[len(COLUMNS) :], row.cells[len(COLUMNS) :], strict=True)) == own
