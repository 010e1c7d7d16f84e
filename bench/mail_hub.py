"""A whole hub that is fed letters as the intake by SMTP feeds it: `python -m bench.mail_hub SETUP` (`fed_hub.Setup`).

A letter is acknowledged when it is kept.
"""

import os
import sys
import time

import msgspec

from bench import fed_hub
from bench.fed_hub import Setup
from bench.feed import Done, Fed
from bench.floor import address_of, furnish
from bench.harness import cpu_s
from bench.kept_hub import KeptHub
from bench.mail_letters import OUR_ADDRESS, letter_of
from crm_store.mapping import columns
from crm_store.rows.floor import queues
from crm_store.rows.mail import mail_accounts
from crm_store.store import Store
from hub.channels.email.keeping import Brought
from hub.cli.garbage import uncollected
from hub.cli.loop import until_stopped
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.mail import LetterWay
from hub.domain.person import IdentityKind
from hub.ids import new_id
from hub.log import configure_log

ACCOUNT = "support"


async def furnish_mail(store: Store, *, agents_count: int, persons_count: int) -> None:
    """The floor, its clients known by their addresses, and an account of mail."""
    await furnish(store, agents_count=agents_count, persons_count=persons_count, kind=IdentityKind.EMAIL)
    async with store.database.transaction() as wire:
        ((queue_id, *_),) = await wire.fetch(f"SELECT {columns(queues)} FROM queues")
        row = (new_id(), DEFAULT_TENANT, ACCOUNT, OUR_ADDRESS, queue_id, True, "{}", None, 1)
        await wire.insert(mail_accounts, [row])


class MailHub(KeptHub):
    """The hub, and letters that come to its account."""

    async def received(self, fed: Fed, raw: bytes, done: Done) -> None:
        """Keep the letter."""
        del raw
        account = self._mail.accounts.at_address(OUR_ADDRESS)
        assert account is not None
        sender = address_of(int(fed.visitor.rpartition("-")[2]))
        brought = Brought(
            raw=letter_of(fed, sender),
            way=LetterWay.SMTP,
            received_at=self._clock.now(),
            envelope_from=sender,
            envelope_to=(OUR_ADDRESS,),
        )
        await self._mail._keeping.keep(account, brought)
        done()

    def cpu_s(self) -> float:
        """With the readers of letters, those that are gone too."""
        gone = os.times()
        own = time.process_time() + gone.children_user + gone.children_system
        return own + cpu_s(self._mail._readers.process_ids)


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    configure_log(level="warning", as_json=False)
    with uncollected():
        pass
    until_stopped(lambda stop: fed_hub.serve(setup, stop, MailHub, furnish_mail))


if __name__ == "__main__":
    main(sys.argv[1])
