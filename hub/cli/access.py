"""Users and sign-ins of a store, for commands that work on it beside a hub or before one."""

import os
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.passwords import Cost
from crm_store.access import SqlAccessStore
from crm_store.engine import Database
from crm_store.rows.history import outbox
from crm_store.second_factors import SqlSecondFactors
from hub.cluster.codec import encode
from hub.domain.events import AgentChanged, SessionRevoked
from hub.domain.setting_events import UserChanged
from hub.sealing import KEY_BYTES, Seal
from hub.settings import SecuritySettings


def access_store(database: Database) -> SqlAccessStore:
    """The port's implementation; whose sign-in it ends is told to the hub through the outbox."""

    async def announce(
        connection: AsyncConnection, events: Sequence[SessionRevoked | AgentChanged | UserChanged]
    ) -> None:
        await connection.execute(outbox.insert().values(payload=encode(events)))

    return SqlAccessStore(reading=database.reading, writing=database.writing, announce=announce)


def factor_store(database: Database) -> SqlSecondFactors:
    """The second factors of that store, for taking them away: no secret is read, so the hub's key is not needed."""
    unread = Seal(os.urandom(KEY_BYTES))
    return SqlSecondFactors(reading=database.reading, writing=database.writing, seal=unread)


def cost_of(security: SecuritySettings) -> Cost:
    """What one password hash costs, by the settings."""
    return Cost(
        memory_kib=security.password_memory_kib,
        passes=security.password_passes,
        lanes=security.password_lanes,
    )
