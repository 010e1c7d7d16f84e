"""A `PhoneStore` in memory, and the channel over it on any free port."""

from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from hub.channels.sip.channel import Telephony
from hub.channels.sip.phones.sign_in import Watch
from hub.channels.sip.phones.sources import TrunkOf
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.transport.flow import Allowed
from hub.clock import SystemClock
from hub.domain.audit import AuditDraft
from hub.domain.errors import Unavailable
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.domain.phone import PhoneAccount
from hub.ports.clock import Clock
from hub.ports.phones import KeptBinding


class FakePhones:
    """`failing` makes writing raise Unavailable."""

    def __init__(self) -> None:
        self.accounts: dict[str, PhoneAccount] = {}
        self.bindings: dict[str, tuple[KeptBinding, ...]] = {}
        self.drafts: list[AuditDraft] = []
        self.failing = False

    async def phone_accounts(self, tenant_id: TenantId) -> Sequence[PhoneAccount]:
        return list(self.accounts.values())

    async def put_phone_account(self, account: PhoneAccount, draft: AuditDraft | None) -> None:
        self._check()
        self.accounts[account.username] = account
        self.bindings.pop(account.username, None)
        if draft is not None:
            self.drafts.append(draft)

    async def kept_bindings(self, tenant_id: TenantId) -> dict[str, tuple[KeptBinding, ...]]:
        return dict(self.bindings)

    async def put_bindings(self, tenant_id: TenantId, username: str, kept: Sequence[KeptBinding]) -> None:
        self._check()
        if username in self.accounts:
            self.bindings[username] = tuple(kept)

    def _check(self) -> None:
        if self.failing:
            raise Unavailable("the store is down")


class Readiness:
    """Which phones can be reached, as it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    async def __call__(self, account: PhoneAccount, is_there: bool) -> None:
        self.told.append((account.username, is_there))


def telephony(
    store: FakePhones | None = None,
    *,
    origins: Collection[str] = ("http://127.0.0.1",),
    ready: Readiness | None = None,
    clock: Clock | None = None,
    watch: Watch | None = None,
    trunk_of: TrunkOf = lambda *_: "",
    allowed: Allowed = lambda *_: True,
    **settings: Any,
) -> Telephony:
    def address(request: web.Request) -> str:
        return request.remote or ""

    return Telephony(
        settings=SipSettings.model_validate({"port": 0, **settings}),
        tenant_id=DEFAULT_TENANT,
        store=store or FakePhones(),
        clock=clock or SystemClock(),
        origins=origins,
        client_address=address,
        ready=ready or Readiness(),
        watch=watch,
        trunk_of=trunk_of,
        open_to=lambda _: False,
        allowed=allowed,
    )
