"""What must hold for every store of the audit log: no gap, no change, and a chain that shows what was tampered with."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from crm_store.audit import row_of
from crm_store.rows.access import audit_heads, audit_log
from hub.domain.audit import AuditFilter, AuditHead, chained
from hub.domain.errors import HubError
from hub.domain.ids import TenantId
from hub.ids import new_id
from tests.contracts.access_house import House, house
from tests.stores import first_bad_row_of

__all__ = ["house"]
"""Fixtures, which pytest finds by their names here."""


async def test_rows_are_numbered_without_a_gap_however_many_write_at_once(house: House) -> None:
    await asyncio.gather(*(house.store.append_audit(house.draft(str(n))) for n in range(30)))

    assert await house.audit_numbers() == list(range(30, 0, -1))
    assert await first_bad_row_of(house.store, house.principal) is None


async def test_a_row_comes_back_as_written_to_the_microsecond(house: House) -> None:
    written = await house.store.append_audit(house.draft("ünlü"))
    assert await house.store.read_audit(house.principal, before=None, limit=1) == [written]


async def test_pages_are_newest_first_and_begin_before_a_number(house: House) -> None:
    for _ in range(7):
        await house.store.append_audit(house.draft())
    pages = [
        [row.number for row in await house.store.read_audit(house.principal, before=before, limit=3)]
        for before in (None, 5, 2, 1)
    ]
    assert pages == [[7, 6, 5], [4, 3, 2], [1], []]


async def test_each_tenant_has_a_chain_of_its_own(house: House) -> None:
    other = replace(house, tenant_id=TenantId(new_id()))
    await house.store.append_audit(house.draft())
    first = await other.store.append_audit(other.draft())

    assert first.number == 1
    assert await house.audit_numbers() == [1]


async def test_a_failed_change_leaves_no_line_and_no_gap(house: House) -> None:
    await house.added("anna")
    with pytest.raises(HubError):
        await house.added("anna")
    await house.store.append_audit(house.draft())

    assert await house.audit_numbers() == [2, 1]
    assert await first_bad_row_of(house.store, house.principal) is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET reason = 'x' WHERE 1 = 1", "DELETE FROM audit_log WHERE 1 = 1"],
    ids=["update", "delete"],
)
async def test_the_database_refuses_to_change_or_remove_a_row(house: House, statement: str) -> None:
    await house.store.append_audit(house.draft())
    with pytest.raises((DBAPIError, HubError)):
        async with house.database.writing() as connection:
            await connection.exec_driver_sql(statement)

    assert await house.audit_numbers() == [1]


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE audit_log SET reason = 'x' WHERE number = 3 AND {ours}", 3),
        ("UPDATE audit_log SET at = at + 1 WHERE number = 1 AND {ours}", 1),
        ("UPDATE audit_log SET actor = '' WHERE number = 1200 AND {ours}", 1200),
        ("DELETE FROM audit_log WHERE number = 4 AND {ours}", 4),
        ("DELETE FROM audit_log WHERE number = 1 AND {ours}", 1),
        ("DELETE FROM audit_log WHERE number = 1200 AND {ours}", 1200),
        ("DELETE FROM audit_log WHERE number > 1000 AND {ours}", 1001),
        ("DELETE FROM audit_log WHERE {ours}", 1),
    ],
)
async def test_a_row_changed_or_removed_behind_our_back_is_found(
    house: House, statement: str, bad: int
) -> None:
    await _fill(house, 1_200)
    assert await first_bad_row_of(house.store, house.principal) is None
    async with house.tampering() as connection:
        await connection.exec_driver_sql(statement.format(ours=f"tenant_id = '{house.tenant_id}'"))

    assert await first_bad_row_of(house.store, house.principal) == bad


async def test_the_walk_tells_how_far_it_is_and_what_stands_at_the_bad_row(house: House) -> None:
    await _fill(house, 1_200)
    walk = [
        (told.done, told.total, told.first_bad) async for told in house.store.verify_audit(house.principal)
    ]
    assert walk == [(0, 1200, None), (500, 1200, None), (1000, 1200, None), (1200, 1200, None)]
    async with house.tampering() as connection:
        await connection.exec_driver_sql(
            f"UPDATE audit_log SET actor = 'Eve' WHERE number = 700 AND tenant_id = '{house.tenant_id}'"
        )

    walk = [
        (told.done, told.total, told.first_bad) async for told in house.store.verify_audit(house.principal)
    ]
    assert walk == [(0, 1200, None), (500, 1200, None), (699, 1200, 700)]
    row = await house.store.find_audit_row(house.principal, 700)
    assert row is not None
    assert (row.number, row.draft.actor) == (700, "Eve")
    assert await house.store.find_audit_row(house.principal, 1201) is None
    assert (
        await house.store.find_audit_row(replace(house, tenant_id=TenantId(new_id())).principal, 700) is None
    )


async def test_wanted_rows_are_counted(house: House) -> None:
    for reason in ("a", "b", "a"):
        await house.store.append_audit(house.draft(reason))
    assert await house.store.count_audit(house.principal, AuditFilter()) == 3
    assert await house.store.count_audit(house.principal, AuditFilter(actor="ва")) == 3
    assert await house.store.count_audit(house.principal, AuditFilter(action="sign_out")) == 0


async def test_the_log_of_a_tenant_without_rows_is_whole(house: House) -> None:
    assert await first_bad_row_of(house.store, house.principal) is None
    assert await house.audit_numbers() == []


async def _fill(house: House, rows: int) -> None:
    """Many good rows at once: it is the reading that is tested."""
    head, written = AuditHead(), []
    for number in range(rows):
        entry = chained(head, house.draft(str(number)))
        head = AuditHead(number=entry.number, hash=entry.hash)
        written.append(row_of(entry))
    async with house.database.writing() as connection:
        await connection.execute(insert(audit_log), written)
        await connection.execute(
            insert(audit_heads).values(tenant_id=house.tenant_id, number=head.number, hash=head.hash)
        )
