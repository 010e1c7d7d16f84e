"""A trunk: a line to a carrier or a PBX. Who comes by it, where its calls go, and how somebody is called by it.

No I/O; `trunks.py` keeps it registered and alive.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from hub.channels.sip.digest_client import Account
from hub.channels.sip.headers import NameAddr, name_addrs_of
from hub.channels.sip.leg import Target
from hub.channels.sip.message import Request
from hub.channels.sip.numbers import Dialled, caller_number, e164, user_of
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.trunk_settings import TrunkSettings, split_hop, split_source
from hub.channels.sip.uri import SipUri, sip_uri
from hub.channels.sip.way import Hop, Transport, uri_hop

_TRANSPORTS: dict[str, Transport] = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a call goes that came by a trunk. `dialled` is the number (E.164) or the user that was called."""

    dialled: str
    queue: str = ""
    menu: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, as far as the line says. `number` is E.164 where it is one, the digits of a short number, or empty
    for somebody who withheld it. `is_asserted` says that a carrier we trust vouches for it (RFC 3325)."""

    number: str
    display: str = ""
    is_asserted: bool = False


class Trunk:
    """One trunk, by its settings."""

    def __init__(self, settings: TrunkSettings) -> None:
        self.settings = settings
        self.name = settings.name
        host, port = split_hop(settings.domain)
        params = () if settings.transport == "udp" else (("transport", settings.transport),)
        self.registrar: SipUri = sip_uri(None, host, port, params=params)
        """Whom we register at, and whom we ask how they are."""
        self.proxy: SipUri | None = None
        if settings.proxy:
            proxy_host, proxy_port = split_hop(settings.proxy)
            self.proxy = sip_uri(None, proxy_host, proxy_port, params=(*params, ("lr", "")))
        self.hop: Hop = uri_hop(self.proxy or self.registrar)
        """Where everything for this trunk goes."""
        self.registrar_hop: Hop = uri_hop(self.registrar)
        self._sources = tuple(split_source(one) for one in settings.addresses)
        self._places: frozenset[tuple[str, int]] = frozenset()
        self._entries = {self._numbered(number): entry for number, entry in settings.numbers.items()}

    @property
    def account(self) -> Account:
        """As whom we sign in there, whatever it calls its realm."""
        settings = self.settings
        return Account(
            username=settings.auth_username or settings.username,
            password=settings.password.get_secret_value(),
        )

    @property
    def user(self) -> str:
        """The user of our own address there."""
        return self.settings.username or self.settings.caller_id or self.name

    @property
    def address(self) -> NameAddr:
        """Our address there."""
        return NameAddr(sip_uri(self.user, self.registrar.host, self.registrar.port))

    # --- who comes by it ---

    def found_at(self, places: Iterable[tuple[str, int]]) -> None:
        """The addresses that its names lead to now."""
        self._places = frozenset(places)

    def sends_from(self, address: str, port: int) -> bool:
        """Whether a message from there is this trunk's.

        On loopback everybody has the same address, so there the port counts too.
        """
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        if self._sources:
            return any(ip in network and known in (None, port) for network, known in self._sources)
        if ip.is_loopback:
            return (address, port) in self._places
        return any(place == address for place, _ in self._places)

    def is_at(self, address: str) -> bool:
        """Whether this trunk is at that address, by whatever port; never on loopback, where everybody is."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        if ip.is_loopback and not any(known is None for _, known in self._sources):
            return False
        if self._sources:
            return any(ip in network for network, _ in self._sources)
        return any(place == address for place, _ in self._places)

    def is_reached_at(self, address: str, port: int) -> bool:
        """Whether what is sent there comes to this trunk; on loopback its port decides."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        if ip.is_loopback:
            return (address, port) in self._places
        return any(place == address for place, _ in self._places) or any(
            ip in network for network, _ in self._sources
        )

    # --- what comes by it ---

    def entry(self, invite: Request) -> Entry:
        """Where a call goes: by the number that was dialled, which carriers write into different places."""
        said = [user_of(invite.uri), *self._called_party(invite), user_of(invite.to.uri)]
        for user in said:
            listed = self._entries.get(self._numbered(user))
            if listed is not None:
                return Entry(
                    dialled=self._numbered(user),
                    queue=listed.queue or self.settings.queue,
                    menu=listed.menu or ("" if listed.queue else self.settings.menu),
                    language=listed.language or self.settings.language,
                )
        others = [user for user in said if user != self.user]
        numbers = [number for user in others if (number := e164(user, self.settings.region)) is not None]
        return Entry(
            dialled=numbers[0] if numbers else said[0],
            queue=self.settings.queue,
            menu=self.settings.menu,
            language=self.settings.language,
        )

    def caller(self, invite: Request) -> Caller:
        """Who calls: whom the carrier asserts, where it is trusted, else whom From names."""
        asserted = self._asserted(invite) if self.settings.trusted else None
        return asserted or caller_of(invite, self.settings.region)

    # --- who is called by it ---

    def target(self, dialled: Dialled) -> Target:
        """How the number is reached. Sent is what was judged, and nothing of what was typed."""
        return Target(
            uri=sip_uri(
                dialled.number,
                self.registrar.host,
                self.registrar.port,
                params=() if self.settings.transport == "udp" else (("transport", self.settings.transport),),
            ),
            proxy=self.proxy,
            username=self.account.username,
            password=self.account.password,
            trunk=self.name,
        )

    @property
    def shown(self) -> NameAddr:
        """Who those that we call see: the number of the house, or the user we are."""
        user = self.settings.caller_id or self.user
        return NameAddr(sip_uri(user, self.registrar.host, self.registrar.port))

    # --- inside ---

    def _numbered(self, user: str) -> str:
        return e164(user, self.settings.region) or user.lower()

    @staticmethod
    def _called_party(invite: Request) -> list[str]:
        try:
            return [user_of(one.uri) for one in name_addrs_of(invite.every("p-called-party-id"))]
        except Malformed:
            return []

    def _asserted(self, invite: Request) -> Caller | None:
        try:
            asserted = invite.asserted_identities
        except Malformed:
            return None
        for one in asserted:
            number = caller_number(one.uri, self.settings.region)
            if not number:
                continue
            if _is_withheld(invite):
                # the carrier knows who it is, and was asked to keep it from whom is called (RFC 3325, 7)
                return Caller(number="")
            return Caller(number=number, display=one.display or invite.from_.display or "", is_asserted=True)
        return None


def caller_of(invite: Request, region: str) -> Caller:
    """Who calls, by From alone, read by the numbering of the country `region`."""
    number = caller_number(invite.from_.uri, region)
    return Caller(number=number, display=(invite.from_.display or "") if number else "")


def _is_withheld(invite: Request) -> bool:
    asked = ";".join(invite.every("privacy")).lower().split(";")
    return any(one.strip() in {"id", "user", "header"} for one in asked)
