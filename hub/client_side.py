"""What clients of a web site meet, wired: the chat, its files, and the calls they are promised."""

from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from agent_console import site_secrets_api, sites_api
from agent_console.operations import Operation
from crm_store.callbacks import PromisedCalls
from crm_store.site_secrets import SqlSiteSecrets
from crm_store.sites import Sites
from crm_store.store import Store
from crm_store.webchat import Visitors
from hub.channels.webchat import reached
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.channels.webchat.channel import WebChat
from hub.channels.webchat.settings import WebChatSettings
from hub.checkup import Checkup
from hub.cluster.codec import encode
from hub.desk.hours import Hours
from hub.desk.site_secrets import SiteSecrets
from hub.desk.sites import SiteSettings
from hub.domain.ids import DEFAULT_TENANT, QueueId, TenantId, UserId
from hub.intake.callbacks import Callbacks
from hub.lifecycle import Jobs
from hub.ports.attachments import Attachments
from hub.ports.bus import EventBus
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.status import ChannelState, Finding
from hub.ports.uniting import SignsIn
from hub.ports.visitors import HoursOf, LineHours
from hub.sealing import Seal


class ClientSide:
    """`webchat` is the channel, `callbacks` keeps promised calls."""

    def __init__(
        self,
        *,
        store: Store,
        inbox: Inbox,
        attachments: Attachments,
        hours: Hours,
        bus: EventBus,
        clock: Clock,
        settings: WebChatSettings,
        origins: frozenset[str],
        client_address: Callable[[web.Request], str],
        agent_name: Callable[[UserId], str],
        estimated_wait: Callable[[QueueId, int], float | None],
        thread_held: Callable[[], None],
        count_bad: Callable[[str], None],
        count_signed: Callable[[], None],
        seal: Seal,
        signs_in: SignsIn,
        has_telephone: bool,
    ) -> None:
        self._enabled = settings.enabled
        self._sites = Sites(store, encode=encode)
        self.callbacks = Callbacks(PromisedCalls(store), clock, DEFAULT_TENANT, has_telephone=has_telephone)
        self._clock = clock
        self._secrets = SqlSiteSecrets(store, encode=encode, seal=seal)
        self.webchat = WebChat(
            inbox=inbox,
            visitors=Visitors(store, encode=encode),
            attachments=attachments,
            callbacks=self.callbacks,
            hours=line_hours(hours),
            bus=bus,
            clock=clock,
            settings=settings.model_copy(update={"own_origins": (*settings.own_origins, *sorted(origins))}),
            client_address=client_address,
            agent_name=agent_name,
            estimated_wait=estimated_wait,
            thread_held=thread_held,
            count_bad=count_bad,
            secrets=self._secrets,
            signs_in=signs_in,
            count_signed=count_signed,
        )
        self._most_hours = settings.identity_hours

    def operations(self) -> list[Operation]:
        """What the API does with sites and their secrets."""
        secrets = SiteSecrets(self._secrets, self._clock, most=timedelta(hours=self._most_hours))
        return [
            *sites_api.operations(sites=SiteSettings(self._sites, self._clock)),
            *site_secrets_api.operations(secrets=secrets),
        ]

    def state(self) -> ChannelState:
        """Whether web chat takes visitors now."""
        if not self._enabled:
            return ChannelState.OFF
        return ChannelState.LIVE if self.webchat.takes_visitors else ChannelState.DOWN

    def registered(self, checkup: Checkup, *, own_url: str, public_url: str) -> None:
        """Web chat can be tested: `own_url` reaches this hub from here, `public_url` (or empty) is what people open."""

        async def examined(tenant_id: TenantId) -> list[Finding]:
            return await reached.examined(
                own_url,
                await self._sites.sites(tenant_id),
                is_on=self._enabled,
                takes_visitors=self.webchat.takes_visitors,
                public_url=public_url,
            )

        checkup.channel(WEBCHAT.name, self.state, examined)

    def start(self, jobs: Jobs, *, every_s: float) -> None:
        """Take visitors, unless they are not wanted, and keep promises."""
        if self._enabled:
            jobs.start("webchat", self.webchat.run())
        jobs.every("callbacks", every_s, self.callbacks.step)


def line_hours(hours: Hours) -> HoursOf:
    """How lines stand now, as channels ask for it."""

    async def of(queue_id: QueueId, language: str) -> LineHours:
        opening = await hours.of_queue(queue_id, language)
        return LineHours(closed=not opening.is_open, opens_at=opening.next_at, away=opening.text)

    return of
