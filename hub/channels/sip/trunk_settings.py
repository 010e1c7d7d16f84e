"""The settings of trunks, and of what may be called by them: `[[channels.sip.trunks]]`, `[channels.sip.outbound]`."""

import ipaddress
import re
from datetime import time
from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import HOST, host_of, port_of

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_LISTED = re.compile(r"\+?[0-9]{2,15}\*?")


def _region(text: str) -> str:
    region = text.strip().upper()
    if region and region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("give a country of two letters, such as DE, or leave it empty")
    return region


def _hop(text: str) -> str:
    """A host, with a port or without."""
    try:
        split_hop(text)
    except Malformed:
        raise ValueError("give a host, such as sip.carrier.example or 192.0.2.7:5080") from None
    return text.strip()


def _source(text: str) -> str:
    """An address, an address with its port, or a network."""
    network, port = split_source(text)
    if network.prefixlen == 0:
        raise ValueError("this is every address there is: everybody's calls would be this trunk's")
    return f"{network}" if port is None else f"{_bracketed(network)}:{port}"


def _bracketed(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    address = network.network_address
    return f"[{address}]" if address.version == 6 else str(address)


def _number(text: str) -> str:
    number = text.strip()
    if number and _NUMBER.fullmatch(number) is None:
        raise ValueError("give a number with its country, such as +4930123456, or leave it empty")
    return number


def _listed(text: str) -> str:
    number = text.strip()
    if _LISTED.fullmatch(number) is None:
        raise ValueError("give a number, such as 110 or +4932123456, or its beginning and a star: +4932*")
    return number


def _hours(text: str) -> str:
    hours = text.strip()
    if hours and _HOURS.fullmatch(hours) is None:
        raise ValueError("give two times, such as 22:00-06:00, or leave it empty")
    return hours


Region = Annotated[str, AfterValidator(_region)]


class TrunkEntry(BaseModel):
    """Where calls to one number go. What is empty is as the trunk has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: str = Field(default="", description="The queue that takes the calls.")
    menu: str = Field(default="", description="The menu that asks first.")
    language: str = Field(default="", description="The language of announcements.")


class TrunkSettings(BaseModel):
    """`[[channels.sip.trunks]]`: a line to a carrier or a PBX."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="Its name in the log and the settings."
    )
    domain: Annotated[str, AfterValidator(_hop)] = Field(
        description="The carrier's domain or the address of the PBX, with a port where it is not 5060."
    )
    transport: Literal["udp", "tcp", "tls"] = Field(default="udp", description="How to reach it.")
    proxy: Annotated[str, AfterValidator(lambda text: _hop(text) if text else text)] = Field(
        default="", description="Send to this host (and port) instead of the domain."
    )

    registers: bool = Field(
        default=True,
        description="Sign in there and stay so; false: it knows us by our address, and we know it by its own.",
    )
    username: str = Field(default="", description="The user to register and to call as.")
    auth_username: str = Field(default="", description="The user to sign in as, where it is another one.")
    password: SecretStr = Field(default=SecretStr(""), description="Its password.")
    registration_s: int = Field(
        default=600, ge=60, le=86_400, description="Seconds a registration is asked for."
    )
    keep_alive: Literal["options", "crlf", "none"] = Field(
        default="options",
        description="What is sent between calls, to notice a dead line and to keep the way open.",
    )
    keep_alive_s: float = Field(default=25.0, ge=5, le=600, description="Seconds between two of them.")

    addresses: tuple[Annotated[str, AfterValidator(_source)], ...] = Field(
        default=(),
        description="Addresses (`192.0.2.7`, `192.0.2.7:5080`) and networks whose calls are this trunk's; empty: "
        "those of the domain and the proxy.",
    )
    trusted: bool = Field(
        default=False,
        description="Believe its P-Asserted-Identity: whom the carrier names as the caller (RFC 3325).",
    )

    region: Region = Field(
        default="", description="The country by which numbers without one are read, such as DE."
    )
    queue: str = Field(default="", description="The queue of calls to numbers that are not listed.")
    menu: str = Field(default="", description="The menu that asks first, for numbers that are not listed.")
    language: str = Field(
        default="", description="The language of announcements, for numbers that are not listed."
    )
    numbers: dict[str, TrunkEntry] = Field(
        default_factory=dict,
        description='Where calls to each number go: `{"+4930123456": {"queue": "sales"}}`.',
    )

    outbound: bool = Field(default=False, description="Whether agents may call by it.")
    caller_id: Annotated[str, AfterValidator(_number)] = Field(
        default="", description="The number that is shown to whom we call; empty: the user."
    )

    @model_validator(mode="after")
    def _has_who_it_is(self) -> Self:
        if self.registers and not self.username:
            raise ValueError(f"trunk {self.name}: registering needs a username; or set registers = false")
        return self


class OutboundSettings(BaseModel):
    """`[channels.sip.outbound]`: what agents may call by a trunk, so that a stolen password is no dear one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    countries: tuple[Region, ...] = Field(
        default=(), description="Countries (ISO 3166) that may be called; empty: the trunk's own only."
    )
    listed: tuple[Annotated[str, AfterValidator(_listed)], ...] = Field(
        default=(),
        description="Numbers that may be called although they are short, dear or abroad, or their beginning with a "
        "star: `110`, `+4932*`. Emergency numbers are short ones.",
    )
    never: tuple[Annotated[str, AfterValidator(_listed)], ...] = Field(
        default=(), description="Numbers that may not be called whatever else is said, written likewise."
    )
    agent_calls_per_hour: int = Field(
        default=60, ge=0, description="Calls one agent may begin within an hour."
    )
    agent_calls: int = Field(default=3, ge=1, description="Calls of one agent to the outside at a time.")
    calls: int = Field(default=30, ge=0, description="Calls to the outside at a time, of all agents.")
    night: Annotated[str, AfterValidator(_hours)] = Field(
        default="",
        description="When nobody is called, by the clock of the house: `22:00-06:00`; empty: there is no such time.",
    )


def split_hop(text: str) -> tuple[str, int | None]:
    """Host and port of `host`, `host:port`, `[::1]:port`. Raises Malformed."""
    written = text.strip()
    if written.startswith("["):
        host, bracket, rest = written.partition("]")
        host, port = host + bracket, rest.removeprefix(":") or None
        if rest and not rest.startswith(":"):
            raise Malformed("a port follows a colon")
    else:
        host, colon, after = written.partition(":")
        port = after if colon else None
    if not host or (port is not None and not (port.isascii() and port.isdigit())):
        raise Malformed("a host may be followed by a port")
    if re.fullmatch(HOST, host) is None:
        raise Malformed("a host name is not one")
    return host_of(host), port_of(port)


def split_source(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, int | None]:
    """The network and the port (None: any) of `192.0.2.7`, `192.0.2.7:5080`, `192.0.2.0/24`, `[::1]:5080`.

    Raises ValueError.
    """
    written = text.strip()
    try:
        return ipaddress.ip_network(written, strict=False), None
    except ValueError:
        pass
    try:
        host, port = split_hop(written)
        return ipaddress.ip_network(host.strip("[]")), port
    except (Malformed, ValueError):
        raise ValueError(
            "give an address, an address and a port, or a network such as 192.0.2.0/24"
        ) from None


def night_of(settings: OutboundSettings) -> tuple[time, time] | None:
    """From when until when nobody is called; None: there is no such time."""
    found = _HOURS.fullmatch(settings.night)
    if found is None:
        return None
    begins_h, begins_m, ends_h, ends_m = (int(part) for part in found.groups())
    return time(begins_h, begins_m), time(ends_h, ends_m)
