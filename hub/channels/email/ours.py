"""What of the house a letter is read by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """`addresses` are those we write from, in normal form. `trusted_host` is the authserv-id (RFC 8601) of the mail
    host whose Authentication-Results are believed; empty: nobody's are."""

    addresses: tuple[str, ...] = ()
    trusted_host: str = ""
