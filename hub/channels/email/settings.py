"""The settings of e-mail: what is common to all accounts. Accounts themselves are set in the console."""

from pydantic import BaseModel, ConfigDict, Field


class EmailSettings(BaseModel):
    """`[channels.email]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Fetch and send mail for the accounts set in the console.")
    readers: int = Field(
        2, ge=1, le=32, description="Processes that read letters; started with the first letter."
    )
    read_at_once: int = Field(128, ge=1, le=256, description="Letters taken in at the same time.")
    poll_s: float = Field(
        60.0, ge=1.0, le=900.0, description="Seconds after which a mailbox is looked at without being told."
    )
    idle_s: float = Field(
        300.0,
        ge=10.0,
        le=1500.0,
        description="Seconds after which IDLE is renewed; servers end it after 30 min.",
    )
    answer_s: float = Field(
        30.0, ge=1.0, le=300.0, description="Seconds that a mail server may take for one answer."
    )


class SmtpIntakeSettings(BaseModel):
    """`[smtp_intake]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(False, description="Take letters for the accounts' addresses by SMTP.")
    host: str = Field(
        "127.0.0.1", description="Address to listen on; loopback lets only this machine deliver."
    )
    port: int = Field(2525, ge=0, le=65535, description="Port of SMTP; 0 takes any free one.")
    lmtp_port: int = Field(
        0, ge=0, le=65535, description="Port of LMTP on the same address (RFC 2033); 0: none is listened on."
    )
    tls_cert: str = Field("", description="File of the certificate for STARTTLS, in PEM; empty: no TLS.")
    tls_key: str = Field("", description="File of its key, in PEM.")
    trusted_addresses: tuple[str, ...] = Field(
        (), description="Networks that are not limited, such as that of your own mail server."
    )
    letters_per_minute: float = Field(
        120.0, gt=0, description="Letters of one address a minute; more wait (451)."
    )
    connections_per_address: int = Field(20, ge=1, description="Open connections of one address.")
    max_connections: int = Field(200, ge=1, description="Open connections altogether.")
