"""The REST operations of one hub, wired: the composition root's second room, imported by it alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from agent_console import (
    articles_api,
    case_api,
    choices_api,
    desk_api,
    doubles_api,
    export_api,
    files_api,
    floor_api,
    hours_api,
    insight_api,
    knowledge_api,
    log_api,
    lookup_api,
    my_day_api,
    organization_api,
    person_api,
    phone_api,
    ready_api,
    recordings_api,
    reply_ways_api,
    report_api,
    shared_lines_api,
    start_api,
    status_api,
    supervise_api,
    talk_api,
)
from agent_console.help_pages import HelpPages
from agent_console.knowledge_shown import Shown
from agent_console.operations import Operation
from agent_console.pages import add_pages as add_console
from crm_store.activity import SqlActivity
from crm_store.agent_time import SqlAgentTimes
from crm_store.alarms import SqlAlarms
from crm_store.articles import SqlArticles
from crm_store.cards import Cards as ClientCards
from crm_store.cases import Cases
from crm_store.client_fields import ClientFields
from crm_store.doubles import Doubles
from crm_store.floor import FloorStore
from crm_store.floor_work import SqlFloorWork
from crm_store.house import SqlHouse
from crm_store.insight import SqlInsight
from crm_store.knowledge import SqlSnippets
from crm_store.log import SqlLog
from crm_store.log_views import SqlLogViews
from crm_store.merges import Merges
from crm_store.my_day import SqlMyDay
from crm_store.organizations import Organizations
from crm_store.person_edits import PersonEdits
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskLookups, DeskReads
from crm_store.report_sums import SqlSums
from crm_store.shared_lines import SharedLines
from crm_store.splits import Splits
from crm_store.starting import BotChats, ChatWays, Starts
from crm_store.status import SqlStatus
from crm_store.store import Store
from crm_store.talk import Talk
from crm_store.tasks import Tasks
from crm_store.uniting import Unitings
from hub.call_side import CallSide
from hub.client_side import ClientSide
from hub.cluster.codec import encode
from hub.crm.articles import Articles
from hub.crm.snippets import Snippets
from hub.desk.administer import Administration
from hub.desk.choices import Choices
from hub.desk.consult import Consults
from hub.desk.drafting import Drafting
from hub.desk.files import Files
from hub.desk.hours import Hours
from hub.desk.later import Later
from hub.desk.letters import WITHOUT_MAIL, LetterDesk
from hub.desk.macros import CardSteps, Macros, SnoozeFor
from hub.desk.mentioning import Mentioning
from hub.desk.ready import Occasions
from hub.desk.recordings import Recordings
from hub.desk.reply_ways import ReplyWays
from hub.desk.snoozes import Snoozes
from hub.desk.starting import Starting
from hub.desk.states import States
from hub.desk.supervise import Supervising
from hub.desk.transfer import Transfers
from hub.desk.uniting import Uniting
from hub.desk.work import Work
from hub.domain.access import Scope
from hub.domain.events import Event
from hub.domain.ids import DEFAULT_TENANT, TenantId
from hub.domain.knowledge import CARD_STEPS, StepKind
from hub.domain.person import IdentityKind
from hub.entrance import OpenEntrance
from hub.lifecycle import Jobs
from hub.mail_side import MailSide
from hub.namebook import Namebook
from hub.opening import OpeningHours
from hub.ports.attachments import Attachments
from hub.ports.channel import Channel, HoldsThreads
from hub.ports.clock import Clock
from hub.ports.phones import PhoneCounter
from hub.ports.status import NodeStatus, PartChecks
from hub.public_holidays import Holidays
from hub.routing.overflow import Overflows
from hub.routing.text_clocks import TextClocks
from hub.screenpop.snapshot import Snapshots
from hub.sheets_side import Exporting
from hub.telegram_side import TelegramSide


class Conversation:
    """What the conversation stands on, and its jobs.

    `limits` is of each channel that sends, `file_bytes` is the largest file that staff may bring, `letters` is where
    they write letters.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Iterable[Channel],
        *,
        file_bytes: int,
        letters: LetterDesk = WITHOUT_MAIL,
    ) -> None:
        self.store = talk = Talk(store)
        channels = list(channels)
        self.limits = limits = {channel.spec.name: channel.spec.limits for channel in channels}
        self._holding = {
            channel.spec.name: channel for channel in channels if isinstance(channel, HoldsThreads)
        }
        self.later = Later(talk, clock, limits, letters=letters)
        self.snoozes = Snoozes(talk, clock)
        self.drafting = Drafting(talk, talk, clock)
        self.file_bytes = file_bytes
        self.tasks = Tasks(store, clock, encode=encode, reach=ClientReach())

    def held(self, channel: str, account: str, thread: str) -> bool | None:
        """`Held` of hub/ports/reply_ways.py: whose pages are open at this node."""
        holding = self._holding.get(channel)
        return None if holding is None else (account, thread) in holding.held_threads()

    def start(self, jobs: Jobs, tenant_id: TenantId, *, every_s: float) -> None:
        """Send what was planned, bring back what was laid aside, forget old drafts; until the jobs end."""
        jobs.every("planned replies", every_s, lambda: self.later.send_due(tenant_id))
        jobs.every("snoozes", 1.0, lambda: self.snoozes.wake_due(tenant_id))
        jobs.every("follow-ups", 5.0, lambda: self.tasks.end_answered(tenant_id))
        jobs.every("drafts", 3600.0, lambda: self.drafting.forget_old(tenant_id))


class Rules:
    """What administrators set, and the hours that follow from it."""

    def __init__(
        self, store: Store, clock: Clock, tenant_id: TenantId, on_fault: Callable[[], None] = lambda: None
    ) -> None:
        self.house = SqlHouse(store, clock, encode=encode)
        self.holidays = Holidays()
        self.opening = OpeningHours(store, clock, tenant_id, self.holidays)
        self.hours = Hours(self.opening, clock)
        self.overflows = Overflows(store, clock, tenant_id, self.opening)
        self.clocks = TextClocks(store, clock, tenant_id, self.opening, on_fault=on_fault)
        self.administration = Administration(self.house, clock)
        self.choices = Choices(self.house, clock)

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler."""
        await self.opening.heard(events)
        await self.clocks.heard(events)


class Clients:
    """What the house chose about clients, and the operations that change what hangs on them.

    `agents_see` is `own`, `team` or `all`; `region` is whose national phone numbers are understood.
    """

    def __init__(self, agents_see: str, region: str) -> None:
        self.reach = ClientReach(Scope[agents_see.upper()])
        self.region = region

    def edits(self, store: Store, clock: Clock) -> PersonEdits:
        """Editing cards."""
        return PersonEdits(store, clock, encode=encode, reach=self.reach, region=self.region)

    def uniting(self, store: Store, clock: Clock) -> Uniting:
        """Two records of one client, and what is open with both."""
        merges = Merges(store, clock, encode=encode, reach=self.reach)
        return Uniting(merges, Unitings(store, encode=encode), clock)

    def operations(self, store: Store, clock: Clock, lookups: DeskLookups) -> list[Operation]:
        """Cards, merges, cases, tasks, organizations, fields of the house."""
        return [
            *person_api.operations(
                edits=self.edits(store, clock),
                merging=self.uniting(store, clock),
                clients=lookups,
            ),
            *doubles_api.operations(
                doubles=Doubles(store, clock, encode=encode, reach=self.reach, people=lookups),
                splits=Splits(store, clock, encode=encode, reach=self.reach),
                clients=lookups,
            ),
            *shared_lines_api.operations(lines=SharedLines(store, clock, region=self.region)),
            *case_api.operations(
                cases=Cases(store, clock, encode=encode, reach=self.reach),
                tasks=Tasks(store, clock, encode=encode, reach=self.reach),
            ),
            *organization_api.operations(
                organizations=Organizations(
                    store, clock, encode=encode, reach=self.reach, people=lookups, region=self.region
                ),
                client_fields=ClientFields(store, clock),
            ),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the operations stand on. `pop_ms` the latest pop latencies, `help_origin` is empty without a public help."""

    entrance: OpenEntrance
    store: Store
    cards: ClientCards
    floor: FloorStore
    live: DeskReads
    alarms: SqlAlarms
    insight: SqlInsight
    rules: Rules
    attachments: Attachments
    names: Namebook
    snapshots: Snapshots
    clock: Clock
    pop_ms: Callable[[], Iterable[float]]
    talk: Conversation
    clients: Clients
    presence_lease_s: float
    zone: ZoneInfo
    exporting: Exporting
    recordings: Recordings
    status: NodeStatus
    checkup: PartChecks
    phones: PhoneCounter
    calls: CallSide
    client_side: ClientSide
    mail: MailSide
    telegram: TelegramSide
    help_title: str = ""
    help_origin: str = ""


def operations(p: Parts) -> list[Operation]:
    """Every operation of the API; one block a role."""
    administration = p.rules.administration
    lookups = DeskLookups(p.store, p.cards, p.floor, p.clients.reach)
    starts = Starts(p.store, p.clients.reach)
    starting = Starting(
        starts,
        p.clock,
        {
            IdentityKind.WEBCHAT: ChatWays(p.store),
            IdentityKind.EMAIL: p.mail.ways,
            IdentityKind.TELEGRAM: BotChats(p.store, p.telegram.bots_store),
        },
        p.talk.limits,
        lease_s=p.presence_lease_s,
        letters=p.mail.desk,
    )
    return [
        *p.entrance.operations(
            me=p.snapshots.me, all_queues=p.floor.all_queues, audit_desk=p.exporting.audit_desk
        ),
        *desk_api.operations(
            work=Work(p.store, p.clock, p.talk.limits, dialling=p.calls.dialler, letters=p.mail.desk),
            states=States(p.store, p.clock, lease_s=p.presence_lease_s),
            transfers=Transfers(p.store, p.clock),
            lookups=lookups,
            me=p.snapshots.me,
            agent_name=p.names.agent,
        ),
        *talk_api.operations(
            later=p.talk.later,
            drafting=p.talk.drafting,
            mentioning=Mentioning(p.talk.store, p.talk.store, p.clock),
            snoozes=p.talk.snoozes,
            reads=p.talk.store,
        ),
        *p.calls.operations(starts, p.live, p.snapshots, region=p.clients.region, lease_s=p.presence_lease_s),
        *p.mail.operations(),
        *p.telegram.operations(),
        *start_api.operations(starting=starting, reads=p.talk.store),
        *reply_ways_api.operations(ways=ReplyWays(starts, starting, p.clock, p.talk.limits, p.talk.held)),
        *files_api.operations(
            files=Files(p.talk.store, p.attachments, p.clock, limit_bytes=p.talk.file_bytes),
            lookups=lookups,
            limits=p.talk.limits,
        ),
        *recordings_api.operations(recordings=p.recordings),
        *lookup_api.operations(lookups=lookups, dispositions=p.live.dispositions),
        *insight_api.operations(store=p.insight, clock=p.clock, zone=p.zone, pop_ms=p.pop_ms),
        *log_api.operations(log=SqlLog(p.store), views=SqlLogViews(p.store), clock=p.clock, zone=p.zone),
        *p.exporting.client_operations(),
        *export_api.operations(desk=p.exporting.log_desk, rows=p.exporting.rows, clock=p.clock, zone=p.zone),
        *report_api.operations(
            sums=SqlSums(p.store),
            times=SqlAgentTimes(p.store),
            activity=SqlActivity(p.store),
            insight=p.insight,
            clock=p.clock,
            zone=p.zone,
        ),
        *my_day_api.operations(days=SqlMyDay(p.store), clock=p.clock, zone=p.zone),
        *floor_api.operations(administration=administration, opening=p.rules.hours.of_queue),
        *hours_api.operations(administration=administration, holidays=p.rules.holidays, clock=p.clock),
        *choices_api.operations(choices=p.rules.choices),
        *supervise_api.operations(
            supervising=Supervising(p.store, p.clock, lease_s=p.presence_lease_s),
            transfers=Transfers(p.store, p.clock),
            consults=Consults(p.store, p.clock),
            alarms=p.alarms,
            work=SqlFloorWork(p.store),
            lookups=lookups,
            clock=p.clock,
        ),
        *p.clients.operations(p.store, p.clock, lookups),
        *p.client_side.operations(),
        *phone_api.operations(counter=p.phones),
        *status_api.operations(
            stored=SqlStatus(p.store.database), node=p.status, parts=p.checkup, clock=p.clock
        ),
        *_knowledge(p, lookups),
    ]


def add_pages(app: web.Application, p: Parts) -> None:
    """The pages for people: the public help, unless it is switched off, and the console."""
    if p.help_origin:
        articles = SqlArticles(p.store.database)
        HelpPages(articles, p.clock, DEFAULT_TENANT, house=p.help_title, origin=p.help_origin).add_to(app)
    add_console(app)


def _knowledge(p: Parts, lookups: DeskLookups) -> list[Operation]:
    """Replies, macros and articles, and what an agent does with them."""
    store = SqlSnippets(p.store.database)
    snoozing = SnoozeFor(p.talk.snoozes, p.clock)
    on_card = CardSteps(p.clients.edits(p.store, p.clock), lookups)
    macros = Macros(
        Work(p.store, p.clock, p.talk.limits, letters=p.mail.desk),
        Transfers(p.store, p.clock),
        {StepKind.SNOOZE: snoozing.taken, **dict.fromkeys(CARD_STEPS, on_card.taken)},
    )

    async def outcome_codes(tenant_id: TenantId) -> set[str]:
        return {outcome.code for outcome in await p.live.dispositions(tenant_id)}

    def link(language: str, slug: str) -> str:
        return f"{p.help_origin}/help/{language}/{slug}" if p.help_origin else ""

    articles = Articles(SqlArticles(p.store.database), p.clock, queue_ids=p.names.queue_ids)
    snippets = Snippets(
        store,
        p.clock,
        queue_ids=p.names.queue_ids,
        outcome_codes=outcome_codes,
        steps_done=macros.steps_done,
    )
    occasions = Occasions(lookups, p.clock, p.zone, house=p.help_title)
    shown = Shown(p.names.queue, link)
    return [
        *knowledge_api.operations(
            snippets=snippets,
            store=store,
            steps=macros.steps_done,
            outcomes=p.live.dispositions,
            shown=shown,
        ),
        *ready_api.operations(
            snippets=snippets,
            articles=articles,
            store=store,
            macros=macros,
            occasions=occasions,
            outcomes=p.live.dispositions,
            shown=shown,
            clock=p.clock,
        ),
        *articles_api.operations(articles=articles, store=store, occasions=occasions, shown=shown),
    ]
