"""Who calls: a phone by the connection that it registered by, or by its password; a trunk by its address."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from hub.channels.sip.leg import Source
from hub.channels.sip.message import Request
from hub.channels.sip.phones.book import Accounts
from hub.channels.sip.phones.sign_in import SignIn
from hub.channels.sip.phones.sources import KnownSources
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.uri import uri_of
from hub.channels.sip.way import Transport
from hub.domain.call import PhoneKind
from hub.domain.ids import DEFAULT_TENANT, UserId
from hub.domain.phone import PhoneAccount
from tests.fakes.clock import FakeClock
from tests.fakes.phones import FakePhones, Readiness


@dataclass
class Wire:
    id: str = "tcp:1"
    transport: Transport = "TCP"
    host: str = "192.0.2.9"
    port: int = 40_000
    is_open: bool = True

    def send(self, data: bytes) -> None: ...


def request(method: str, user: str, number: int = 1, *more: Field) -> Request:
    return Request(
        method=method,
        uri=uri_of("sip:support@touchline"),
        fields=(
            Field("Via", f"SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK{number}"),
            Field("From", f"<sip:{user}@touchline>;tag=1"),
            Field("To", f"<sip:{user}@touchline>"),
            Field("Call-ID", "1"),
            Field("CSeq", f"{number} {method}"),
            Field("Contact", f"<sip:{user}@192.0.2.9;transport=tcp>"),
            *more,
        ),
    )


async def sources(
    *users: str, registered: str = "", clock: FakeClock | None = None, lasts_s: int = 0, **options: object
) -> KnownSources:
    clock, store = clock or FakeClock(), FakePhones()
    for user in users:
        store.accounts[user] = PhoneAccount(
            tenant_id=DEFAULT_TENANT,
            agent_id=UserId(user),
            kind=PhoneKind.BROWSER,
            username=user,
            realm="touchline",
            secrets={"MD5": "0" * 32},
            made_at=clock.now(),
            expires_at=clock.now() + timedelta(seconds=lasts_s) if lasts_s else None,
        )
    accounts = Accounts(store, DEFAULT_TENANT, clock)
    await accounts.load()
    where = Whereabouts(store, DEFAULT_TENANT, clock, account=accounts.known, ready=Readiness())
    if registered:
        await where.registered(store.accounts[registered], request("REGISTER", registered), Wire())
    return KnownSources(
        accounts,
        where,
        SignIn(accounts, clock, realm="touchline"),
        **options,  # type: ignore[arg-type]
    )


async def asked(known: KnownSources, user: str, wire: Wire | None = None) -> Source | int:
    """Who it is, or the status that it is refused with."""
    try:
        return await known.of(request("INVITE", user), wire or Wire())
    except Refused as refused:
        return refused.status or 0


async def test_who_registered_by_the_connection_is_believed_to_be_itself_and_nobody_else() -> None:
    known = await sources("anna", "boris", registered="anna")
    found = await asked(known, "anna")
    assert isinstance(found, Source)
    assert (found.account, found.flow) == ("anna", "tcp:1")
    assert await asked(known, "boris") == 401
    assert await asked(known, "anna", Wire(id="tcp:2")) == 401


async def test_a_connection_is_not_believed_once_the_password_that_it_proved_is_void() -> None:
    known = await sources("anna", registered="anna")
    where, accounts = known._whereabouts, known._accounts
    account = accounts.known("anna")
    assert account is not None
    # the new secret alone is enough: whoever renews it need not think of connections
    await accounts.put(replace(account, secrets={"MD5": "1" * 32}), None)
    assert await asked(known, "anna") == 401
    await accounts.put(account, None)
    assert isinstance(await asked(known, "anna"), Source)
    await where.forget("anna")
    assert await asked(known, "anna") == 401
    assert where.reach(UserId("anna"), PhoneKind.BROWSER) is None


async def test_a_connection_is_not_believed_once_the_password_has_expired() -> None:
    clock = FakeClock()
    known = await sources("anna", registered="anna", clock=clock, lasts_s=90)
    assert isinstance(await asked(known, "anna"), Source)
    clock.advance(91)
    assert await asked(known, "anna") == 401
    assert known._whereabouts.reach(UserId("anna"), PhoneKind.BROWSER) is None


async def test_a_connection_is_not_believed_once_its_phone_has_gone_or_its_registration_is_over() -> None:
    clock = FakeClock()
    known = await sources("anna", registered="anna", clock=clock)
    account = known._accounts.known("anna")
    assert account is not None
    gone = request("REGISTER", "anna", 2, Field("Expires", "0"))
    await known._whereabouts.registered(account, gone, Wire())
    assert await asked(known, "anna") == 401
    await known._whereabouts.registered(account, request("REGISTER", "anna", 3), Wire())
    assert isinstance(await asked(known, "anna"), Source)
    clock.advance(601)
    assert await asked(known, "anna") == 401


@pytest.mark.parametrize("user", ["anna", "nobody"])
async def test_a_stranger_is_asked_the_same_whoever_it_says_to_be(user: str) -> None:
    assert await asked(await sources("anna"), user) == 401


async def test_who_may_come_unproved_may_still_not_say_to_be_a_phone_of_ours() -> None:
    known = await sources("anna", open_to=lambda address: address == "192.0.2.9")
    found = await asked(known, "nobody")
    assert isinstance(found, Source)
    assert (found.account, found.trunk) == ("", "")
    assert await asked(known, "anna") == 401
    assert await asked(known, "nobody", Wire(host="192.0.2.10")) == 401


async def test_a_trunk_is_known_by_its_address_before_anything_else() -> None:
    def trunk_of(address: str, port: int, user: str) -> str:
        return "carrier" if (address, user) == ("192.0.2.9", "support") else ""

    found = await asked(await sources("anna", trunk_of=trunk_of), "anna")
    assert isinstance(found, Source)
    assert found.trunk == "carrier"
