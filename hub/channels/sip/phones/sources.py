"""What is believed about whoever calls: a trunk by where it comes from, a phone of ours by its proof."""

from collections.abc import Callable

from hub.channels.sip.leg import Source
from hub.channels.sip.message import Request
from hub.channels.sip.phones.book import Accounts
from hub.channels.sip.phones.sign_in import SignIn
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.transport.flow import Flow
from hub.channels.sip.uri import SipUri

TrunkOf = Callable[[str, int, str], str]
"""The name of the trunk at this address and port that is called by this user; empty for none."""


class KnownSources:
    """`Sources`. All but trunks prove to be a phone of ours, unless the phone registered by this very connection.

    All are asked alike, whether there is such a phone or not: who scans for names learns none. `open_to` says from
    which addresses strangers may call unproved: from this machine, where the house wants that. `trust` is told by which
    flow somebody may call.
    """

    def __init__(
        self,
        accounts: Accounts,
        whereabouts: Whereabouts,
        sign_in: SignIn,
        trunk_of: TrunkOf = lambda *_: "",
        open_to: Callable[[str], bool] = lambda _: False,
        trust: Callable[[Flow], None] = lambda _: None,
    ) -> None:
        self._accounts = accounts
        self._whereabouts = whereabouts
        self._sign_in = sign_in
        self._trunk_of = trunk_of
        self._open_to = open_to
        self._trust = trust

    async def of(self, invite: Request, flow: Flow) -> Source:
        """Raises Refused: 401 with a challenge."""
        called = invite.uri.username if isinstance(invite.uri, SipUri) else None
        if trunk := self._trunk_of(flow.host, flow.port, called or ""):
            self._trust(flow)
            return _source(flow, trunk=trunk)
        said = invite.from_.uri.username if isinstance(invite.from_.uri, SipUri) else None
        # several phones may come by one connection, through a proxy: each is believed to be itself only
        if said is not None and self._whereabouts.account_of(flow) == said:
            return _source(flow, account=said)
        is_ours = "authorization" in invite.names or (said and self._accounts.known(said) is not None)
        if is_ours or not self._open_to(flow.host):
            return _source(flow, account=self._sign_in.who(invite, flow, said or "").username)
        self._trust(flow)
        return _source(flow)


def _source(flow: Flow, *, trunk: str = "", account: str = "") -> Source:
    return Source(
        address=flow.host,
        port=flow.port,
        transport=flow.transport,
        flow=flow.id,
        trunk=trunk,
        account=account,
    )
