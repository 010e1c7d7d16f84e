"""How clients who have not written now are reached by e-mail: each letter begins a thread of its own."""

from collections.abc import Sequence

from hub.channels.email.accounts import Accounts
from hub.domain.agent import Media
from hub.domain.ids import TenantId
from hub.domain.mail_account import EMAIL, MailAccount
from hub.domain.person import IdentityKind
from hub.domain.reach import Way, WayClosed
from hub.ids import new_id


class MailWays:
    """`Ways` of hub/ports/starting.py: every address by every account that can send, for those who serve a queue that
    the letters of the account come to."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def ways(self, tenant_id: TenantId, addresses: Sequence[str]) -> list[Way]:
        """See the port."""
        mine = sorted((one.account for one in self._accounts.all()), key=lambda one: one.name)
        sending = [
            one
            for one in mine
            if one.tenant_id == tenant_id and one.enabled and one.setup.outgoing is not None
        ]
        if not sending:
            return [_way(address, None) for address in addresses]
        return [_way(address, account) for address in addresses for account in sending]


def _way(address: str, account: MailAccount | None) -> Way:
    return Way(
        kind=IdentityKind.EMAIL,
        channel=EMAIL,
        media=Media.MAIL,
        account="" if account is None else account.account,
        thread=new_id(),
        address=address,
        label=address,
        language="",
        queue_id=None if account is None else account.queue_id,
        closed=WayClosed.NOT_CONNECTED if account is None else None,
        sender="" if account is None else account.address,
        for_queues=None if account is None else account.queues,
        usual_language="" if account is None else account.setup.language,
    )
