"""E-mail, wired: accounts, mailboxes, the intake by SMTP, those who read letters, and the channel; a room of the
composition root."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from zoneinfo import ZoneInfo

from agent_console import letter_api, mail_api
from agent_console.operations import Operation
from crm_store.letter_desktops import SqlLetterDesktops
from crm_store.letter_views import LetterViews
from crm_store.letters import Letters
from crm_store.mail_accounts import SqlMailAccounts
from crm_store.queue_reads import queues_of
from crm_store.store import Store
from hub import mail_checks
from hub.channels.email.accounts import Accounts, kept_current
from hub.channels.email.channel import EMail
from hub.channels.email.incoming import Incoming
from hub.channels.email.keeping import Keeping
from hub.channels.email.mailboxes import Mailboxes
from hub.channels.email.paper import Paper
from hub.channels.email.reading import LetterReaders
from hub.channels.email.settings import EmailSettings, SmtpIntakeSettings
from hub.channels.email.standing import Standings
from hub.channels.email.ways import MailWays
from hub.checkup import Checkup
from hub.cluster.codec import encode
from hub.desk.letters import LetterDesk
from hub.desk.mail import LettersShown, MailSettings
from hub.domain.events import Event
from hub.domain.ids import DEFAULT_TENANT, QueueId, TenantId
from hub.domain.mail_account import EMAIL
from hub.domain.setting_events import MailAccountChanged
from hub.http import PortTaken
from hub.lifecycle import Jobs
from hub.ports.attachments import Attachments
from hub.ports.bus import Handler
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.status import ChannelState, Finding
from hub.sealing import Seal
from hub.webhooks.calling import Caller

_PURPOSE = "tokens of letters"


class MailSide:
    """`channel` sends, `letters` are those in the store, `accounts_store` keeps accounts, `standings` says how they
    fare, `intake_port` is where letters are taken by SMTP (0: nowhere). `count` is told what came of each letter, in a
    word. `is_alone`: the hub is one process, so that nobody else can have letters in hand when it begins. `desk` is
    where staff write letters, in the time `zone` and the name of `house`; `takes_work` knows the queues.
    `ways` are those to clients who have not written."""

    def __init__(
        self,
        settings: EmailSettings,
        intake: SmtpIntakeSettings,
        *,
        store: Store,
        inbox: Inbox,
        attachments: Attachments,
        clock: Clock,
        seal: Seal,
        caller: Caller,
        count: Callable[[str], None],
        is_alone: bool,
        zone: ZoneInfo,
        house: str,
        takes_work: Callable[[QueueId], bool],
    ) -> None:
        self._settings = settings
        self._intake_settings = intake
        self._is_alone = is_alone
        self._store = store
        self._attachments = attachments
        self.token_key = seal.derived(_PURPOSE)
        self.letters = Letters(store, encode=encode)
        self.accounts_store = SqlMailAccounts(store, encode=encode, seal=seal)
        self.accounts = Accounts(
            self.accounts_store,
            DEFAULT_TENANT,
            ask_for_token=mail_checks.tokens_by(caller),
            changed=self._accounts_changed,
        )
        self.desk = LetterDesk(Paper(self.accounts), zone, house)
        self.ways = MailWays(self.accounts)
        self.standings = Standings(self.accounts, clock)
        self._readers = LetterReaders(readers=settings.readers)
        self._incoming = Incoming(
            tenant_id=DEFAULT_TENANT,
            store=self.letters,
            inbox=inbox,
            attachments=attachments,
            reader=self._readers,
            clock=clock,
            key=self.token_key,
            account_of=self.accounts.of,
            is_ours=self.accounts.is_ours,
            takes_work=takes_work,
            told=lambda _, outcome: count(outcome),
            parallel=settings.read_at_once,
        )
        self._keeping = Keeping(self.letters, attachments, kept=self._incoming.wake)
        self._mailboxes = Mailboxes(
            self.accounts, self.letters, self._keeping, clock, settings, told=self.standings.receiving
        )
        self._clock = clock
        self._count = count
        self.intake_port = 0
        self.channel = EMail(
            tenant_id=DEFAULT_TENANT,
            accounts=self.accounts,
            letters=self.letters,
            attachments=attachments,
            clock=clock,
            key=self.token_key,
            run=self._mailboxes.run,
            sent=self.standings.sent,
        )

    def operations(self) -> list[Operation]:
        """What the API does with mail besides answering it."""
        return [
            *mail_api.operations(
                settings=MailSettings(self.accounts_store, self.standings, self._clock),
                letters=LettersShown(LetterViews(self._store), self._attachments, self._clock),
            ),
            *letter_api.operations(
                desk=self.desk, desktops=SqlLetterDesktops(self._store), limits=self.channel.spec.limits
            ),
        ]

    def hearing(self, told: Callable[[TenantId], Awaitable[None]]) -> Handler:
        """The bus's handler: accounts that were changed are read anew, and whoever may be writing by one is `told`
        once what they ask is answered by what is new."""

        async def heard(events: Sequence[Event]) -> None:
            changed = {event.tenant_id for event in events if isinstance(event, MailAccountChanged)}
            if changed:
                await kept_current(self.accounts)
            for tenant_id in changed:
                await told(tenant_id)

        return heard

    @asynccontextmanager
    async def opened(self, jobs: Jobs, checkup: Checkup) -> AsyncIterator[None]:
        """Fetch, take and read letters while the block lasts. Raises PortTaken, OSError, ValueError."""
        checkup.channel(EMAIL, self.state, self._examined)
        if not self._settings.enabled:
            yield
            return
        await kept_current(self.accounts)
        if self._is_alone:
            await self.letters.free_letters(DEFAULT_TENANT, self._clock.now())
        async with self._readers:
            jobs.start("letters kept", self._keeping.run())
            jobs.start("letters read", self._incoming.run())
            jobs.start("mailboxes", self.channel.run())
            if not self._intake_settings.enabled:
                yield
                return
            async with self._taking():
                yield

    @asynccontextmanager
    async def _taking(self) -> AsyncIterator[None]:
        # loaded only where letters are taken by SMTP
        from hub.channels.email.smtp_intake import SmtpIntake

        chosen = self._intake_settings
        intake = SmtpIntake(
            chosen,
            self._clock,
            account_at=self.accounts.at_address,
            is_off_at=self.accounts.is_off_at,
            keep=self._keeping.keep,
            counted=self._count,
        )
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(intake.opened())
            except OSError as error:
                raise PortTaken(chosen.host, chosen.port, "smtp_intake.port") from error
            self.intake_port = intake.port
            yield

    def state(self) -> ChannelState:
        """Whether letters come and go: of the accounts that are set, none is broken."""
        if not self._settings.enabled:
            return ChannelState.OFF
        broken = any("broken" in {one.receiving, one.sending} for one in self.standings.standings())
        return ChannelState.DOWN if broken else ChannelState.LIVE

    async def _examined(self, tenant_id: TenantId) -> list[Finding]:
        if not self._settings.enabled:
            return [mail_checks.switched_off()]
        async with self._store.database.snapshot() as wire:
            queues = await queues_of(wire, tenant_id)
        return await mail_checks.examined(self.accounts_store, self.standings, tenant_id, queues)

    def _accounts_changed(self) -> None:
        self._mailboxes.changed()
        self._incoming.wake()
