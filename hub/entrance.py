"""Who may come in, wired: the composition root's room for people, keys and what proves them; imported by it alone."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from agent_console import account_api, audit_api, keys_api, session_api, users_api, webhooks_api
from agent_console.accounts import Accounts
from agent_console.api_keys import Keys
from agent_console.auth import Gate
from agent_console.backoff import Backoff
from agent_console.export_desk import ExportDesk
from agent_console.operations import Operation
from agent_console.passwords import Passwords
from agent_console.second_factor import TwoFactor
from agent_console.session_api import Me
from agent_console.set_up import FirstAdministrator
from agent_console.sign_ins import SignIns
from agent_console.users_api import AllQueues
from agent_console.webhooks import WebhookAdministration
from crm_store.access import Announcing, SqlAccessStore
from crm_store.api_keys import SqlApiKeys
from crm_store.engine import Database
from crm_store.second_factors import SqlSecondFactors
from crm_store.webhooks import SqlWebhooks
from hub.cluster.codec import decode
from hub.domain.events import Event
from hub.domain.ids import TenantId
from hub.domain.webhook import PING
from hub.insight.chain_check import ChainCheck
from hub.ports.clock import Clock
from hub.sealing import Seal, kept_key, key_of
from hub.webhooks.calling import Caller
from hub.webhooks.job import WebhookJob
from hub.webhooks.telling import body_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a sign-in lasts, where the console may be served from, and whether it is by HTTPS."""

    idle: timedelta
    longest: timedelta
    origins: Collection[str]
    is_https: bool


class Entrance:
    """Everything that decides whom the hub lets in."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        announce: Announcing,
        tenant_id: TenantId,
        *,
        secret_key: str,
        data_dir: Path,
        allow_private: bool,
    ) -> None:
        self.clock = clock
        self.tenant_id = tenant_id
        self.seal = Seal(key_of(secret_key) if secret_key else kept_key(data_dir / "secret.key"))
        self.access = SqlAccessStore(reading=database.reading, writing=database.writing, announce=announce)
        self.factors = SqlSecondFactors(reading=database.reading, writing=database.writing, seal=self.seal)
        self.chain_check = ChainCheck(self.access, clock)
        self.keys = Keys(store=SqlApiKeys(reading=database.reading, writing=database.writing), clock=clock)
        self.two_factor = TwoFactor(factors=self.factors, store=self.access, clock=clock)

        self.webhooks = SqlWebhooks(reading=database.reading, writing=database.writing, seal=self.seal)
        self.caller = Caller(allow_private=allow_private)
        self.webhook_job = WebhookJob(
            self.webhooks,
            self.caller,
            clock,
            decode=_read,
            jitter=random.Random().random,  # noqa: S311 - jitter
        )
        self.webhook_administration = WebhookAdministration(
            store=self.webhooks, clock=clock, allow_private=allow_private, wake=self.webhook_job.wake
        )

    def ping(self, delivery_id: str) -> str:
        """The body of a trial delivery."""
        return body_of(delivery_id, PING, self.clock.now(), {})

    def opened(self, passwords: Passwords, limits: Limits) -> "OpenEntrance":
        """The same with somebody at the door."""
        return OpenEntrance(self, passwords, limits)


class OpenEntrance:
    """Sign-ins, accounts and the gate, over one entrance."""

    def __init__(self, entrance: Entrance, passwords: Passwords, limits: Limits) -> None:
        self._entrance = e = entrance
        backoff = Backoff(e.clock)
        self.sign_ins = SignIns(
            idle_limit=limits.idle,
            longest=limits.longest,
            store=e.access,
            passwords=passwords,
            backoff=backoff,
            clock=e.clock,
            tenant_id=e.tenant_id,
            two_factor=e.two_factor,
        )
        self.first_administrator = FirstAdministrator(
            store=e.access, passwords=passwords, backoff=backoff, clock=e.clock, tenant_id=e.tenant_id
        )
        self.accounts = Accounts(store=e.access, passwords=passwords, clock=e.clock, backoff=backoff)
        self.gate = Gate(self.sign_ins, e.keys, origins=limits.origins, is_https=limits.is_https)

    def operations(self, *, me: Me, all_queues: AllQueues, audit_desk: ExportDesk) -> list[Operation]:
        """The operations of coming in, and of saying who may."""
        e = self._entrance
        return [
            *session_api.operations(
                sign_ins=self.sign_ins,
                first_administrator=self.first_administrator,
                gate=self.gate,
                me=me,
            ),
            *account_api.operations(accounts=self.accounts, two_factor=e.two_factor, factors=e.factors),
            *users_api.operations(accounts=self.accounts, two_factor=e.two_factor, all_queues=all_queues),
            *keys_api.operations(keys=e.keys, all_queues=all_queues),
            *webhooks_api.operations(webhooks=e.webhook_administration, ping=e.ping),
            *audit_api.operations(store=e.access, chain=e.chain_check, desk=audit_desk),
        ]


def _read(row: bytes) -> Sequence[Event]:
    return decode(row, skipped=lambda _: None)
