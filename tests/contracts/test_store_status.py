"""What the database says about itself, on both: durable, of some size, and what waits in it is the tenant's own."""

from datetime import timedelta

from sqlalchemy import insert

from crm_store.rows.webhooks import webhook_deliveries, webhooks
from crm_store.status import SqlStatus
from hub.ids import new_id
from tests.contracts.replies import StoredReplies
from tests.stores import House


async def test_an_open_database_is_durable_and_has_a_size(house: House, kind: str) -> None:
    found = await SqlStatus(house.database).figures(house.tenant_id)

    assert (found.kind, found.weak) == (kind, ())
    assert found.size_bytes > 100_000


async def test_replies_that_wait_are_counted_by_channel_and_of_ones_own_tenant_only(house: House) -> None:
    now = house.clock.now()
    replies = StoredReplies(house)
    await replies.queue("later", thread="v1", at=now)
    await replies.queue("first", thread="v2", at=now - timedelta(minutes=3))
    await replies.queue("sent", thread="v3", at=now, channel=f"{replies.channel} 2")
    (claimed,) = await replies.store.claim(f"{replies.channel} 2", now, lease_s=30, limit=1)
    status = SqlStatus(house.database)

    under_way = await status.figures(house.tenant_id)
    assert [(u.channel, u.count, u.oldest_at) for u in under_way.unsent] == [
        (replies.channel, 2, now - timedelta(minutes=3)),
        (claimed.channel, 1, now),
    ]
    other = await House(database=house.database).furnished()
    assert (await status.figures(other.tenant_id)).unsent == ()


async def test_the_outbox_is_as_deep_as_what_the_relay_has_not_carried(house: House) -> None:
    status = SqlStatus(house.database)
    before = (await status.figures(house.tenant_id)).outbox
    await house.receive(house.message("hello", "v1"))

    assert (await status.figures(house.tenant_id)).outbox == before + 1


async def test_deliveries_that_wait_and_webhooks_that_fail_are_counted(house: House) -> None:
    now, hook = house.clock.now(), new_id()
    async with house.database.writing() as connection:
        await connection.execute(
            insert(webhooks).values(
                id=hook, tenant_id=house.tenant_id, name="shop", url="http://shop.example/", events="[]",
                sealed=b"", enabled=True, disabled_because="", failing_since=now, created_at=now, version=1,
            )
        )  # fmt: skip
        for state in ("waiting", "waiting", "done"):
            await connection.execute(
                insert(webhook_deliveries).values(
                    id=new_id(), tenant_id=house.tenant_id, webhook_id=hook, event="touch.received", body="{}",
                    state=state, made_at=now, first_at=now, next_at=now, attempts=1,
                )
            )  # fmt: skip

    found = await SqlStatus(house.database).figures(house.tenant_id)
    assert (found.webhooks_waiting, found.webhooks_failing) == (2, 1)
