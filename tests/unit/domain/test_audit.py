"""A chain of hashes shows every row that was changed, removed or put in."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import (
    FIRST_HASH,
    AuditAction,
    AuditDraft,
    AuditEntry,
    AuditHead,
    AuditResult,
    canonical,
    chained,
    first_bad_row,
)
from hub.domain.ids import TenantId, UserId

DRAFT = AuditDraft(
    tenant_id=TenantId("t"),
    at=datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC),
    actor_id=UserId("u"),
    actor="Анна",
    action=AuditAction.CHANGE_USER,
    object="o",
    reason="agent",
    address="192.0.2.1",
)

texts = st.text(max_size=5)
drafts = st.builds(
    AuditDraft,
    tenant_id=texts.map(TenantId),
    at=st.datetimes(timezones=st.just(UTC)),
    actor_id=st.none() | texts.map(UserId),
    actor=texts,
    action=st.sampled_from(AuditAction),
    object=texts,
    result=st.sampled_from(AuditResult),
    reason=texts,
    address=texts,
)


def chain(*written: AuditDraft) -> list[AuditEntry]:
    head, rows = AuditHead(), []
    for draft in written:
        rows.append(chained(head, draft))
        head = AuditHead(number=rows[-1].number, hash=rows[-1].hash)
    return rows


def bad(rows: list[AuditEntry]) -> int | None:
    return first_bad_row(rows, AuditHead())[1]


def test_a_row_is_written_as_bytes_in_one_way() -> None:
    assert canonical(7, DRAFT) == (
        b'[7,"t",1772442000000001,"u","\\u0410\\u043d\\u043d\\u0430","change_user","o","done","agent","192.0.2.1"]'
    )


def test_the_hash_is_sha256_of_the_previous_hash_and_those_bytes() -> None:
    (first, second) = chain(DRAFT, DRAFT)
    assert (first.number, second.number) == (1, 2)
    assert first.previous == FIRST_HASH
    assert first.hash == hashlib.sha256(FIRST_HASH + canonical(1, DRAFT)).digest()
    assert second.hash == hashlib.sha256(first.hash + canonical(2, DRAFT)).digest()


def test_the_same_instant_in_another_zone_is_the_same_row() -> None:
    moved = replace(DRAFT, at=DRAFT.at.astimezone(timezone(timedelta(hours=3))))
    assert canonical(1, moved) == canonical(1, DRAFT)


@given(drafts, drafts)
def test_two_different_rows_are_different_bytes(one: AuditDraft, other: AuditDraft) -> None:
    assert (canonical(1, one) == canonical(1, other)) == (one == other)


def test_words_that_move_from_one_field_to_the_next_change_the_bytes() -> None:
    assert canonical(1, replace(DRAFT, object="ab", reason="c")) != canonical(
        1, replace(DRAFT, object="a", reason="bc")
    )


@given(st.lists(drafts, max_size=8))
def test_a_chain_as_written_has_no_bad_row(written: list[AuditDraft]) -> None:
    rows = chain(*written)
    head, found = first_bad_row(rows, AuditHead())
    assert found is None
    assert head.number == len(rows)


@given(st.lists(drafts, min_size=1, max_size=8), st.data())
def test_a_removed_row_shows_at_its_place_unless_it_was_the_last(
    written: list[AuditDraft], data: st.DataObject
) -> None:
    rows = chain(*written)
    place = data.draw(st.integers(0, len(rows) - 1))
    assert bad(rows[:place] + rows[place + 1 :]) == (None if place == len(rows) - 1 else place + 1)


@given(st.lists(drafts, min_size=1, max_size=8), drafts, st.data())
def test_a_changed_row_shows_at_its_place(
    written: list[AuditDraft], other: AuditDraft, data: st.DataObject
) -> None:
    rows = chain(*written)
    place = data.draw(st.integers(0, len(rows) - 1))
    rows[place] = replace(rows[place], draft=other)
    assert bad(rows) == (None if other == written[place] else place + 1)


def test_a_row_changed_with_a_fitting_hash_shows_at_the_next_one() -> None:
    rows = chain(DRAFT, DRAFT, DRAFT)
    forged = chained(AuditHead(number=1, hash=rows[0].hash), replace(DRAFT, reason="admin"))
    assert bad([rows[0], forged, rows[2]]) == 3


@pytest.mark.parametrize("swapped", [(0, 1), (1, 2)])
def test_rows_in_another_order_show(swapped: tuple[int, int]) -> None:
    rows = chain(DRAFT, replace(DRAFT, reason="b"), replace(DRAFT, reason="c"))
    one, other = swapped
    rows[one], rows[other] = rows[other], rows[one]
    assert bad(rows) == one + 1


def test_a_long_chain_is_verified_in_pieces() -> None:
    rows = chain(*[DRAFT] * 10)
    head, found = first_bad_row(rows[:4], AuditHead())
    assert (head, found) == (AuditHead(number=4, hash=rows[3].hash), None)
    assert first_bad_row(rows[4:], head) == (AuditHead(number=10, hash=rows[9].hash), None)
    assert first_bad_row(rows[5:], head) == (head, 5)
