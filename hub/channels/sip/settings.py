"""The settings of telephony: where SIP is listened for, who we are, and every limit, with its unit."""

import ipaddress
import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from hub.channels.sip.menu_settings import MenuSettings
from hub.channels.sip.phones.hosts import listed_host
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.trunk_settings import OutboundSettings, TrunkSettings
from hub.channels.sip.uri import HOST, host_of


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise ValueError("give an address or a network, such as 10.0.0.0/8") from None


def _own_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        raise ValueError("give an address of this machine, such as 192.0.2.10, or 0.0.0.0 for all") from None


def _host(text: str) -> str:
    written = text.strip().strip("[]")
    if not written:
        return ""
    host = f"[{written}]" if ":" in written else written
    try:
        if re.fullmatch(HOST, host) is None:
            raise Malformed("a host name is not one")  # noqa: TRY301
        host_of(host)
    except Malformed:
        raise ValueError("give an address or a name, such as 192.0.2.1 or sip.house.example") from None
    return written


class SipSettings(BaseModel):
    """`[channels.sip]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Take and make calls.")
    host: Annotated[str, AfterValidator(_own_address)] = Field(
        "127.0.0.1",
        description=(
            "Address to listen on for SIP; loopback lets only this machine call; 0.0.0.0 is all of them, and wants"
            " public_address."
        ),
    )
    port: int = Field(5060, ge=0, le=65535, description="Port of SIP over UDP and TCP; 0 takes any free one.")
    tls_port: int = Field(
        5061,
        ge=0,
        le=65535,
        description="Port of SIP over TLS, where there is a certificate; 0: any free one.",
    )
    tls_cert: str = Field("", description="File of the certificate with its chain, in PEM; empty: no TLS.")
    tls_key: str = Field("", description="File of its key, in PEM.")
    public_address: Annotated[str, AfterValidator(_host)] = Field(
        "",
        description=(
            "Address or name by which phones and carriers reach this hub; empty: the one listened on, which 0.0.0.0"
            " is not."
        ),
    )
    realm: str = Field(
        "touchline",
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$",
        description="What phones sign in at; a change makes every phone's password void.",
    )
    exempt_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="Networks (`127.0.0.0/8`) that meet no limit and no ban."
    )

    session_s: int = Field(
        1800,
        ge=90,
        le=86400,
        description="Seconds after which a call that nobody refreshes is over (RFC 4028).",
    )
    calls: int = Field(
        3000,
        ge=1,
        le=100_000,
        description="Legs of calls at a time, one for who waits and two for who talks; who calls beyond it has 503.",
    )
    connections: int = Field(2000, ge=1, description="Open connections, browsers included.")
    connections_per_address: int = Field(200, ge=1, description="Open connections of one address.")
    connection_idle_s: float = Field(
        3600.0,
        gt=0,
        description="Seconds in which nothing comes or goes, after which a connection is closed.",
    )
    registration_s: int = Field(
        600, ge=60, le=86400, description="Seconds a phone stays registered unless it asks for other."
    )
    browser_password_s: float = Field(
        3600.0, ge=60, le=86400, description="Seconds the password of a browser's phone lasts; it is renewed."
    )

    rtp_ports_first: int = Field(
        30000,
        ge=1024,
        le=65534,
        description="First UDP port of sound; two for each leg, and a quarter of them kept for agents.",
    )
    rtp_ports_last: int = Field(30999, ge=1025, le=65535, description="Last UDP port of sound.")

    phone_hosts: tuple[Annotated[str, AfterValidator(listed_host)], ...] = Field(
        (),
        description=(
            "Hosts (`pbx.house.example`, `192.0.2.7:5080`) and networks (`10.0.0.0/24`) at which agents may have a"
            " phone by its SIP address; without a port 5060 and 5061 are meant; empty: none but this hub itself."
        ),
    )
    trunks: tuple[TrunkSettings, ...] = Field((), description="Lines to carriers and PBXs.")
    menus: tuple[MenuSettings, ...] = Field((), description="What callers choose from.")
    open_to_loopback: bool = Field(
        False,
        description="Let programs of this machine call queues by their names without signing in, as the demo does.",
    )
    outbound: OutboundSettings = Field(
        default_factory=OutboundSettings, description="What agents may call by a trunk."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if bool(self.tls_cert) is not bool(self.tls_key):
            raise ValueError("TLS needs both tls_cert and tls_key")
        if self.rtp_ports_last <= self.rtp_ports_first:
            raise ValueError("rtp_ports_last comes after rtp_ports_first")
        if self.rtp_ports_first + self.rtp_ports_first % 2 + 1 > self.rtp_ports_last:
            raise ValueError(
                "between rtp_ports_first and rtp_ports_last lies no pair of an even port and the next"
            )
        return self
