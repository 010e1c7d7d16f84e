"""A pair is proposed for a number typed in two ways, or for a name and one more thing: never for a name alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm.doubles import DoubleReason, Record, of_one_name, same_number, why

ANNA = Record(id="1", name="Anna Petrova", organization_id="acme", mails=("anna.p@example.org",))
D = DoubleReason


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+905321234567", "05321234567", True),
        ("+905321234567", "5321234567", True),
        ("+905321234567", "+9005321234567", True),
        ("+905321234567", "00905321234567", True),
        ("+79161234567", "89161234567", True),
        ("+79161234567", "+909161234567", False),
        ("+905321234567", "+905321234568", False),
        ("4567", "4567", False),
        ("+4567", "+905321234567", False),
    ],
)
def test_a_number_is_the_same_however_it_was_typed_but_not_in_another_country(
    one: str, other: str, same: bool
) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (Record(id="2", name="Анна Петрова"), ()),
        (Record(id="2", name="Петрова Анна", organization_id="acme"), (D.SAME_NAME, D.SAME_ORGANIZATION)),
        (Record(id="2", name="Anna Petrova", mails=("Anna.P@other.test",)), (D.SAME_NAME, D.SAME_MAIL_NAME)),
        (
            Record(id="2", name="Anna S Petrova", organization_id="acme"),
            (D.PART_OF_NAME, D.SAME_ORGANIZATION),
        ),
        (Record(id="2", name="Boris Ivanov", organization_id="acme"), ()),
        (Record(id="2", name="Boris Ivanov", mails=("anna.p@other.test",)), ()),
        (Record(id="2", name="Anna Petrova", organization_id="other"), ()),
    ],
)
def test_a_name_needs_one_more_thing(other: Record, reasons: tuple[DoubleReason, ...]) -> None:
    assert why(ANNA, other) == reasons
    assert why(other, ANNA) == reasons


def test_mail_names_of_a_desk_say_nothing() -> None:
    one, other = (Record(id=n, name="Anna Petrova", mails=(f"info@{n}.test",)) for n in ("1", "2"))
    assert why(one, other) == ()


def test_a_number_alone_is_enough() -> None:
    one = Record(id="1", name="Anna", numbers=("+905321234567",))
    assert why(one, Record(id="2", name="Boris", numbers=("05321234567",))) == (D.SAME_NUMBER,)


def test_the_work_grows_with_the_records_not_with_their_square() -> None:
    namesakes = [Record(id=f"{n:06}", name="Mehmet Demir", organization_id="acme") for n in range(2_000)]
    assert len(list(of_one_name(namesakes))) <= 12 * 11 // 2


@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=2))
def test_each_pair_is_told_once_the_older_first(ids: list[str]) -> None:
    records = [
        Record(id=one, name="Anna Petrova", organization_id="acme", mails=("anna.p@example.org",))
        for one in ids
    ]
    found = [(pair.one_id, pair.other_id) for pair in of_one_name(records)]
    assert len(set(found)) == len(found) == len(ids) * (len(ids) - 1) // 2
    assert all(one < other for one, other in found)
