"""A reader for each account that has a mailbox, begun and ended as accounts change."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.channels.email.accounts import Accounts, Opened
from hub.channels.email.keeping import Keeping
from hub.channels.email.settings import EmailSettings
from hub.domain.ids import MailAccountId
from hub.domain.mail_told import Told
from hub.ports.clock import Clock
from hub.ports.mail import LetterStore

if TYPE_CHECKING:
    from hub.channels.email.reader import MailboxReader


class Mailboxes:
    """`told` hears of each mailbox what its reader does, and why it does not."""

    def __init__(
        self,
        accounts: Accounts,
        store: LetterStore,
        keeping: Keeping,
        clock: Clock,
        settings: EmailSettings,
        *,
        told: Callable[[MailAccountId, str, Told | None], None],
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._keeping = keeping
        self._clock = clock
        self._settings = settings
        self._told = told
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Accounts were read anew."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        reading: dict[MailAccountId, tuple[Opened, asyncio.Task[None]]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                wanted = {
                    one.account.id: one
                    for one in self._accounts.all()
                    if one.account.enabled and one.account.setup.incoming is not None
                }
                for account_id, (opened, task) in list(reading.items()):
                    if wanted.get(account_id) != opened:
                        task.cancel()
                        await asyncio.wait([task])
                        del reading[account_id]
                for account_id, opened in wanted.items():
                    if account_id not in reading:
                        name = f"mailbox {opened.account.name}"
                        task = group.create_task(self._reader(opened).run(), name=name)
                        reading[account_id] = (opened, task)
                await self._changed.wait()

    def _reader(self, opened: Opened) -> "MailboxReader":
        # loaded with the first mailbox: a hub starts without what it does not need yet
        from hub.channels.email.mailbox import connected
        from hub.channels.email.reader import MailboxReader

        account, server = opened.account, opened.account.setup.incoming
        assert server is not None
        signs_in = self._accounts.signs_in_to_read(opened)

        def told(word: str, trouble: Told | None) -> None:
            if word == "broken":
                self._accounts.forget_token(account.id)
            self._told(account.id, word, trouble)

        return MailboxReader(
            opened,
            lambda: connected(server, signs_in, answer_s=self._settings.answer_s),
            self._store,
            self._keeping,
            self._clock,
            told=told,
            poll_s=self._settings.poll_s,
            idle_s=self._settings.idle_s,
        )
