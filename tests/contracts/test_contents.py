"""No sweep removes a content that anything still holds, whatever holds it; on every store."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, Table, Text

from crm_store.contents import BY_HASH, IN_LISTS, NO_CONTENT, held_contents
from crm_store.tables import metadata
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment
from hub.ids import new_id
from hub.ports.visitors import Site, Visitor, VisitorFile
from tests.contracts.mailing import MailHouse, letter
from tests.stores import House

CONTENT = "ab" * 32
OTHER = "cd" * 32


def test_every_column_that_names_a_content_is_known_to_the_sweeps() -> None:
    looks_like_it = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if re.search(r"sha256|attachment|\bfiles?\b|picture|logo", column.name)
    }

    assert looks_like_it == {*BY_HASH.items(), *IN_LISTS.items()} | NO_CONTENT


@pytest.mark.parametrize("table", sorted({*BY_HASH, *IN_LISTS}))
async def test_whatever_names_a_content_holds_it_within_its_tenant(house: House, table: str) -> None:
    mail = await MailHouse(house).furnished()
    interaction_id = (await house.receive(house.message("Hello")))[0].interaction_id
    rows = metadata.tables[table]
    names = [column.name for column in rows.columns]
    given: dict[str, Any] = {
        "tenant_id": house.tenant_id,
        "interaction_id": interaction_id,
        "account_id": mail.account.id,
        BY_HASH.get(table, "-"): CONTENT,
        IN_LISTS.get(table, "-"): f'[{{"sha256":"{CONTENT}","name":"a","media_type":"a/b","size_bytes":1}}]',
    }
    if table == "touches":
        (stored,) = await house.rows("SELECT * FROM touches WHERE interaction_id = $1", interaction_id)
        given = dict(zip(names, stored, strict=True)) | given
        given |= {"id": new_id(), "seq": 77, "external_id": "another"}
    async with house.database.transaction() as wire:
        await wire.insert(rows, [tuple(_value(rows, name, given) for name in names)])

    async with house.database.snapshot() as wire:
        assert await held_contents(wire, house.tenant_id, [CONTENT, OTHER]) == {CONTENT}
        assert await held_contents(wire, TenantId(new_id()), [CONTENT, OTHER]) == set()


async def test_a_visitor_who_uploads_what_others_hold_and_sends_nothing_takes_it_from_nobody(
    house: House,
) -> None:
    mail = await MailHouse(house).furnished()
    visitors = Visitors(house.store, encode=encode)
    now = house.clock.now()
    site = await visitors.put_site(
        Site(key=new_id(), tenant_id=house.tenant_id, queue_id=house.queue.id, title="Tea", origins=())
    )
    visitor = Visitor(
        id=new_id(),
        tenant_id=house.tenant_id,
        site_key=site.key,
        token_sha256=new_id(),
        language="en",
        created_at=now,
    )
    for sha256 in (CONTENT, OTHER):
        file = VisitorFile(
            id=new_id(),
            tenant_id=house.tenant_id,
            visitor_id=visitor.id,
            site_key=site.key,
            file=Attachment(sha256=sha256, name="notes.txt", media_type="text/plain", size_bytes=9),
            at=now - timedelta(hours=30),
        )
        await visitors.add_file(file)
    await mail.letters.keep_letters(mail.account, [letter(raw=None, raw_sha256=CONTENT)], None)

    old = await visitors.old_files(now - timedelta(hours=24), 100, None)

    mine = {one.file.file.sha256: one.is_held for one in old if one.file.tenant_id == house.tenant_id}
    assert mine == {CONTENT: True, OTHER: False}


def _value(table: Table, name: str, given: dict[str, Any]) -> object:
    column = table.columns[name]
    if name in given:
        return given[name]
    if column.nullable:
        return None
    if isinstance(column.type, Boolean):
        return False
    return new_id() if isinstance(column.type, Text) else 1
