"""The floor of the demo: two queues, three agents who can take everything, those who watch them, outcomes,
sites."""

from dataclasses import dataclass
from datetime import datetime

from hub.desk.views import DispositionView
from hub.domain.access import Role
from hub.domain.agent import Agent
from hub.domain.hours import Calendar, CalendarId, Slot
from hub.domain.ids import DEFAULT_TENANT, QueueId, UserId
from hub.domain.queue import Queue, QueueRules, RecordRule, ServiceLevelTarget, VoiceRules
from hub.domain.site import FormChoice, FormField, FormFieldKind, SiteSetup, SiteWords
from hub.domain.text_times import TextTimes
from hub.ids import new_id
from hub.ports.visitors import Site
from hub.usual_outcomes import NO_ANSWER, RESOLVED, SPAM

LANGUAGES = ("en", "ru", "tr")

TEXT_TIMES = TextTimes(
    first_response_s=600, next_response_s=900, resolution_s=28_800, reply_within_s=600, warn_before_s=120
)
"""Short enough to be seen on a day of the demo, long enough for whoever tries it alone."""

SITE_OF_TOPIC = {"support": "demo", "sales": "demo-sales"}
_SITES = (("demo", "support", "Demo shop"), ("demo-sales", "sales", "Demo shop: sales"))
_SALES = SiteSetup(
    country="TR",
    words={
        "en": SiteWords(title="Kettle & Co.: sales", greeting="Tell us what you are looking for."),
        "ru": SiteWords(title="Kettle & Co.: продажи", greeting="Расскажите, что вы ищете."),
        "tr": SiteWords(title="Kettle & Co.: satış", greeting="Ne aradığınızı bize anlatın."),
    },
    form=(
        FormField(
            key="name",
            kind=FormFieldKind.NAME,
            labels={"en": "Your name", "ru": "Ваше имя", "tr": "Adınız"},
            required=True,
        ),
        FormField(
            key="email",
            kind=FormFieldKind.EMAIL,
            labels={"en": "E-mail", "ru": "Эл. почта", "tr": "E-posta"},
        ),
        FormField(
            key="topic",
            kind=FormFieldKind.CHOICE,
            labels={"en": "What is it about?", "ru": "О чём речь?", "tr": "Konu nedir?"},
            choices=(
                FormChoice(value="kettle", labels={"en": "A kettle", "ru": "Чайник", "tr": "Çaydanlık"}),
                FormChoice(value="tea", labels={"en": "Tea", "ru": "Чай", "tr": "Çay"}),
                FormChoice(value="gift", labels={"en": "A gift", "ru": "Подарок", "tr": "Hediye"}),
            ),
        ),
    ),
)
_SETUPS = {"demo": SiteSetup(country="TR"), "demo-sales": _SALES}

OUTCOMES = (
    RESOLVED,
    DispositionView(
        code="sold",
        name="Sold",
        note_required=False,
        names={"en": "Sold", "ru": "Продано", "tr": "Satış yapıldı"},
    ),
    DispositionView(
        code="callback",
        name="Callback agreed",
        note_required=True,
        names={"en": "Callback agreed", "ru": "Договорились о звонке", "tr": "Geri arama kararlaştırıldı"},
    ),
    DispositionView(
        code="passed_on",
        name="Passed on to another team",
        note_required=True,
        names={
            "en": "Passed on to another team",
            "ru": "Передано другой команде",
            "tr": "Başka ekibe aktarıldı",
        },
    ),
    NO_ANSWER,
    SPAM,
)


HOURS = Calendar(
    id=CalendarId(new_id()),
    tenant_id=DEFAULT_TENANT,
    name="Office hours",
    zone="Europe/Berlin",
    week=((Slot(from_min=9 * 60, to_min=18 * 60),),) * 5 + ((Slot(from_min=10 * 60, to_min=14 * 60),), ()),
    country="DE",
    region="BE",
)
"""Hours that a queue of the demo may be given; none has them, so that the demo is always open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the demo. `levels` are those of their languages, in the order of LANGUAGES; empty: no
    agent."""

    login: str
    name: str
    role: Role
    in_queues: bool = True
    levels: tuple[int, ...] = ()


# each agent reaches the level that the queues ask of every language, so that nobody's client waits in vain
MEMBERS = (
    Member(login="anna", name="Anna Novak", role=Role.AGENT, levels=(9, 6, 4)),
    Member(login="boris", name="Boris Volkov", role=Role.AGENT, levels=(6, 9, 4)),
    Member(login="cem", name="Cem Yılmaz", role=Role.AGENT, levels=(7, 4, 9)),
    Member(login="sofia", name="Sofia Marino", role=Role.SUPERVISOR),
    Member(login="maria", name="Maria Lindgren", role=Role.MANAGER, in_queues=False),
    Member(login="admin", name="Administrator", role=Role.ADMIN, in_queues=False),
)


def demo_queues() -> dict[str, Queue]:
    """The queues, by name: sales first, as those who want to buy wait least."""
    return {
        "sales": Queue(
            id=QueueId(new_id()),
            tenant_id=DEFAULT_TENANT,
            name="sales",
            languages=LANGUAGES,
            priority=1,
            offer_s=20.0,
            wrap_up_s=20.0,
            service_level=ServiceLevelTarget(share=0.8, threshold_s=20.0),
            # one queue that records, so that a recording can be seen and heard
            rules=QueueRules(voice=VoiceRules(record=RecordRule.ALWAYS), times=TEXT_TIMES),
        ),
        "support": Queue(
            id=QueueId(new_id()),
            tenant_id=DEFAULT_TENANT,
            name="support",
            languages=LANGUAGES,
            offer_s=20.0,
            wrap_up_s=30.0,
            service_level=ServiceLevelTarget(share=0.8, threshold_s=30.0),
            rules=QueueRules(times=TEXT_TIMES),
        ),
    }


def demo_agent(member: Member, user_id: UserId, queues: frozenset[QueueId], now: datetime) -> Agent:
    """The agent that a member is."""
    return Agent(
        id=user_id,
        tenant_id=DEFAULT_TENANT,
        name=member.name,
        skills={f"lang:{tag}": level for tag, level in zip(LANGUAGES, member.levels, strict=True)},
        queues=queues,
        wish_since=now,
        idle_since=now,
    )


def demo_sites(queues: dict[str, Queue]) -> tuple[Site, ...]:
    """The web sites with a chat: what is written there goes to support, and on the shop's pages to sales."""
    return tuple(
        Site(
            key=key,
            tenant_id=DEFAULT_TENANT,
            queue_id=queues[queue].id,
            title=title,
            origins=(),
            setup=_SETUPS[key],
        )
        for key, queue, title in _SITES
    )
