"""Bodies of the secrets of phones."""

from datetime import datetime

from agent_console.bodies import Answer


class PhoneCredentialsView(Answer, frozen=True, kw_only=True):
    """What the browser's phone signs in with: its password is shown here and nowhere else, and lasts until
    `expires_at`. It connects to `ws_path` on the hub's own port, and registers `uri`."""

    username: str
    password: str
    realm: str
    ws_path: str
    uri: str
    expires_at: datetime


class PhoneAccountView(Answer, frozen=True, kw_only=True):
    """What a desk phone signs in with: its password is shown here and nowhere else, and lasts until it is renewed.
    `server` is where it reaches the hub: address and port, over UDP and TCP."""

    username: str
    password: str
    realm: str
    uri: str
    server: str


class DeskAccountView(Answer, frozen=True, kw_only=True):
    """How one's desk phone signs in, without the password. `made_at` is null while no account was made."""

    username: str
    realm: str
    uri: str
    server: str
    made_at: datetime | None
