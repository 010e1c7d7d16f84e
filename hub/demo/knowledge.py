"""What the demo's house knows: twenty replies, three macros, a dozen articles, in the languages of its shop."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from crm_store.articles import SqlArticles
from crm_store.engine import Database
from crm_store.knowledge import SqlSnippets
from hub.domain.access import Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.knowledge import (
    Article,
    ArticleId,
    ArticleState,
    ArticleText,
    Reach,
    Snippet,
    SnippetId,
    SnippetKind,
    Step,
    StepKind,
)
from hub.domain.queue import Queue
from hub.ids import new_id
from hub.ports.clock import Clock

LANGUAGES = ("en", "ru", "tr")
_HERE = Path(__file__).with_name("knowledge")

ARTICLES: Mapping[str, tuple[str, tuple[str, ...], bool]] = {
    "delivery": (
        "Orders",
        ("parcel", "tracking", "посылка", "отслеживание", "kargo", "takip", "sipariş"),
        True,
    ),
    "returns": ("Orders", ("refund", "money back", "возврат", "вернуть", "iade", "para"), True),
    "change-order": ("Orders", ("address", "cancel", "адрес", "отмена", "adres", "iptal"), True),
    "invoice": ("Orders", ("invoice", "bill", "счёт", "счет", "fatura"), True),
    "guarantee": ("Kettles", ("broken", "repair", "сломался", "ремонт", "не греет", "bozuk", "tamir"), True),
    "descaling": ("Kettles", ("scale", "cleaning", "накипь", "kireç"), True),
    "induction": ("Kettles", ("stove", "induction", "плита", "индукция", "ocak", "indüksiyon"), True),
    "choosing-a-kettle": (
        "Kettles",
        ("recommend", "gift", "посоветовать", "подарок", "öneri", "hediye"),
        True,
    ),
    "brewing": ("Tea", ("minutes", "temperature", "заварить", "температура", "demleme"), True),
    "freshness": ("Tea", ("fresh", "storage", "свежий", "хранить", "taze", "saklama"), True),
    "opening-hours": ("Shop", ("shop", "open", "address", "магазин", "часы работы", "dükkân", "saat"), True),
    "refund-rules": ("Internal", ("refund", "compensation", "компенсация"), False),
}
"""Category, tags, and whether clients may read it, by the name in the address."""


async def put_knowledge(database: Database, clock: Clock, by: Principal, queues: Mapping[str, Queue]) -> None:
    """Add all of it."""
    snippets, articles = SqlSnippets(database), SqlArticles(database)
    now = clock.now()
    draft = AuditDraft(
        tenant_id=by.tenant_id, at=now, actor=by.name, action=AuditAction.CHANGE_KNOWLEDGE, reason="added"
    )
    for made in [*_replies(queues, by, now), *_macros(queues, by, now)]:
        await snippets.add_snippet(made, replace(draft, object=f"{made.kind} {made.id}"))
    texts = article_texts()
    for slug, (category, tags, is_public) in ARTICLES.items():
        article = Article(
            id=ArticleId(new_id()),
            tenant_id=by.tenant_id,
            slug=slug,
            category=category,
            tags=tags,
            state=ArticleState.PUBLISHED,
            is_public=is_public,
            texts=texts[slug],
            created_at=now,
            updated_at=now,
            updated_by=by.name,
        )
        await articles.add_article(article, replace(draft, object=f"article {article.id}"))


def article_texts() -> dict[str, dict[str, ArticleText]]:
    """The texts of the articles by their name and language."""
    found: dict[str, dict[str, ArticleText]] = {}
    for language in LANGUAGES:
        pages = (_HERE / f"articles.{language}.md").read_text(encoding="utf-8").split("=== ")[1:]
        for page in pages:
            slug, title, body = page.split("\n", 2)
            text = ArticleText(title=title.removeprefix("# ").strip(), body=body.strip())
            found.setdefault(slug.strip(), {})[language] = text
    return found


def _replies(queues: Mapping[str, Queue], by: Principal, now: datetime) -> list[Snippet]:
    kept = tomllib.loads((_HERE / "replies.toml").read_text(encoding="utf-8"))
    return [
        _snippet(
            by,
            now,
            SnippetKind.REPLY,
            code,
            reply["title"],
            queues.get(reply.get("queue", "")),
            texts={tag: reply[tag] for tag in LANGUAGES},
        )
        for code, reply in kept.items()
    ]


def _macros(queues: Mapping[str, Queue], by: Principal, now: datetime) -> list[Snippet]:
    thanks = {
        "en": "Thank you for writing. If anything else comes up, just answer here.",
        "ru": "Спасибо, что написали. Если что-то ещё понадобится, просто ответьте здесь.",
        "tr": "Yazdığınız için teşekkürler. Başka bir şey olursa buradan yanıtlamanız yeter.",
    }
    to_sales = {
        "en": "My colleagues of sales know this best. I pass you on; they see what you have written.",
        "ru": "Лучше всех это знают коллеги из отдела продаж. Передаю вас им; они видят нашу переписку.",
        "tr": "Bunu en iyi satıştaki arkadaşlar bilir. Sizi aktarıyorum; yazdıklarınızı görüyorlar.",
    }
    checked = dict.fromkeys(("en",), "{agent.name}, {now.time}: asked the carrier, answers tomorrow.")
    waiting = {
        "en": "I have asked the carrier and write to you tomorrow.",
        "ru": "Запрос перевозчику отправлен, завтра напишу вам.",
        "tr": "Kargoya sordum, yarın size yazacağım.",
    }
    return [
        _snippet(
            by,
            now,
            SnippetKind.MACRO,
            "done",
            "Thank and close",
            None,
            steps=(
                Step(kind=StepKind.REPLY, texts=thanks),
                Step(kind=StepKind.CLOSE, value="resolved"),
            ),
        ),
        _snippet(
            by,
            now,
            SnippetKind.MACRO,
            "tosales",
            "Pass on to sales",
            queues["support"],
            steps=(
                Step(kind=StepKind.REPLY, texts=to_sales),
                Step(kind=StepKind.TRANSFER, value=queues["sales"].id, note="Wants to buy."),
            ),
        ),
        _snippet(
            by,
            now,
            SnippetKind.MACRO,
            "carrier",
            "Asked the carrier, tomorrow again",
            queues["support"],
            steps=(
                Step(kind=StepKind.REPLY, texts=waiting),
                Step(kind=StepKind.NOTE, texts=checked),
                Step(kind=StepKind.SNOOZE, value="1440", note="carrier"),
            ),
        ),
    ]


def _snippet(
    by: Principal,
    now: datetime,
    kind: SnippetKind,
    code: str,
    title: str,
    queue: Queue | None,
    *,
    texts: dict[str, str] | None = None,
    steps: tuple[Step, ...] = (),
) -> Snippet:
    return Snippet(
        id=SnippetId(new_id()),
        tenant_id=by.tenant_id,
        kind=kind,
        code=code,
        title=title,
        texts=texts or {},
        steps=steps,
        reach=Reach.QUEUES if queue else Reach.HOUSE,
        queues=frozenset({queue.id}) if queue else frozenset(),
        updated_at=now,
        updated_by=by.name,
    )
