"""Replies, macros and articles are kept and found alike on both databases."""

from dataclasses import replace

import pytest

from crm_store.articles import SqlArticles
from crm_store.knowledge import SqlSnippets
from hub.crm.articles import ArticleDraft, Articles
from hub.crm.snippets import SnippetDraft, Snippets
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import QueueId
from hub.domain.knowledge import ArticleState, ArticleText, Reach, SnippetKind, Step, StepKind
from hub.ids import new_id
from hub.ports.knowledge import ArticleFilter
from tests.stores import House

ALL_STEPS = frozenset(StepKind)


class Shelf:
    """The use cases on one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.store = SqlSnippets(house.database)
        self.articles_store = SqlArticles(house.database)
        self.other_queue = QueueId(new_id())
        queues = [house.queue.id, self.other_queue]

        async def outcomes(_: object) -> set[str]:
            return {"resolved", "complaint"}

        self.snippets = Snippets(
            self.store,
            house.clock,
            queue_ids=lambda: queues,
            outcome_codes=outcomes,
            steps_done=ALL_STEPS,
        )
        self.articles = Articles(self.articles_store, house.clock, queue_ids=lambda: queues)
        self.manager = house.somebody(Role.MANAGER)
        self.supervisor = house.somebody(Role.SUPERVISOR, house.queue.id)
        self.agent = house.somebody(Role.AGENT, house.queue.id)
        self.stranger = house.somebody(Role.AGENT, self.other_queue)

    async def codes(self, principal: Principal) -> list[str]:
        return [snippet.code for snippet, _ in await self.snippets.visible(principal)]

    async def titles(self, principal: Principal, query: str) -> list[str]:
        hits = await self.articles.found(principal, query, ArticleFilter(), 10)
        return [hit.article.texts[hit.language].title for hit in hits]

    async def publish(self, *texts: tuple[str, str, str], **changes: object) -> str:
        draft = ArticleDraft(
            texts={tag: ArticleText(title=title, body=body) for tag, title, body in texts},
            state=ArticleState.PUBLISHED,
        )
        article = await self.articles.add(self.manager, replace(draft, **changes))  # type: ignore[arg-type]
        return article.id


@pytest.fixture
def shelf(house: House) -> Shelf:
    return Shelf(house)


def a_reply(code: str = "hello", text: str = "Hello {person.first_name}!", **changes: object) -> SnippetDraft:
    draft = SnippetDraft(kind=SnippetKind.REPLY, code=code, title="Greeting", texts={"en": text})
    return replace(draft, **changes)  # type: ignore[arg-type]


# --- replies and macros ---


async def test_each_sees_the_house_the_own_queues_and_the_own(shelf: Shelf) -> None:
    await shelf.snippets.add(shelf.manager, a_reply("house"))
    await shelf.snippets.add(
        shelf.supervisor,
        a_reply("queue", reach=Reach.QUEUES, queues=frozenset({shelf.house.queue.id})),
    )
    await shelf.snippets.add_own(shelf.agent, a_reply("mine"))

    assert await shelf.codes(shelf.agent) == ["house", "mine", "queue"]
    assert await shelf.codes(shelf.stranger) == ["house"]
    assert await shelf.codes(shelf.manager) == ["house", "queue"]


async def test_what_was_written_is_read_again(shelf: Shelf) -> None:
    steps = (
        Step(kind=StepKind.REPLY, texts={"en": "Bye", "tr": "Hoşça kalın"}),
        Step(kind=StepKind.CLOSE, value="resolved", note="done by {agent.name}"),
    )
    draft = SnippetDraft(kind=SnippetKind.MACRO, code="Bye", title=" Say  goodbye ", steps=steps)
    added = await shelf.snippets.add(shelf.manager, draft)

    read = await shelf.snippets.one(shelf.agent, added.id)
    assert read == added
    assert (read.code, read.title, read.steps) == ("bye", "Say goodbye", steps)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (a_reply(text="Hello {person.nmae}"), "unknown_variable"),
        (a_reply(text="Hello {}"), "unknown_variable"),
        (a_reply(code="two words"), "bad_code"),
        (a_reply(text="  "), "empty"),
        (a_reply(title=" \u202e "), "empty"),
        (a_reply(texts={"EN": "x"}), "bad_language"),
        (a_reply(reach=Reach.QUEUES), "no_such_queue"),
        (a_reply(reach=Reach.PERSONAL), "personal_elsewhere"),
        (SnippetDraft(kind=SnippetKind.MACRO, code="m", title="m"), "no_steps"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_is_refused_with_its_reason(shelf: Shelf, draft: SnippetDraft, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await shelf.snippets.add(shelf.manager, draft)
    assert refused.value.stable_code == code


@pytest.mark.parametrize("bad", ["\0", "\x1b[2J", "\x7f", "a\rb"])
async def test_control_characters_are_refused_with_their_field(shelf: Shelf, bad: str) -> None:
    steps = (
        Step(kind=StepKind.REPLY, texts={"en": "Bye", "tr": f"Hoşça kalın{bad}"}),
        Step(kind=StepKind.CLOSE, value="resolved", note=f"done{bad}"),
    )
    for draft, field in (
        (a_reply(texts={"en": "Hello", "ru": f"Здравствуйте{bad}"}), "texts.ru"),
        (SnippetDraft(kind=SnippetKind.MACRO, code="m", title="m", steps=steps[:1]), "steps.0.texts.tr"),
        (SnippetDraft(kind=SnippetKind.MACRO, code="m", title="m", steps=steps[1:]), "steps.0.note"),
    ):
        with pytest.raises(Invalid) as refused:
            await shelf.snippets.add(shelf.manager, draft)
        assert (refused.value.stable_code, refused.value.field) == ("control_characters", field)
    kept = await shelf.snippets.add(shelf.manager, a_reply(text="Hello\r\n\tyou"))
    assert kept.texts == {"en": "Hello\n\tyou"}


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (
            (Step(kind=StepKind.CLOSE, value="resolved"), Step(kind=StepKind.NOTE, texts={"en": "x"})),
            "not_last",
        ),
        ((Step(kind=StepKind.CLOSE, value="nothing"),), "bad_step"),
        ((Step(kind=StepKind.TRANSFER, value="nowhere"),), "bad_step"),
        ((Step(kind=StepKind.TIER, value="platinum"),), "bad_step"),
        ((Step(kind=StepKind.SNOOZE, value="-1"),), "bad_step"),
        ((Step(kind=StepKind.SNOOZE, value="٣"),), "bad_step"),
        ((Step(kind=StepKind.NOTE),), "empty"),
    ],
)
async def test_a_step_that_cannot_be_taken_is_refused(
    shelf: Shelf, steps: tuple[Step, ...], code: str
) -> None:
    draft = SnippetDraft(kind=SnippetKind.MACRO, code="m", title="m", steps=steps)
    with pytest.raises(Invalid) as refused:
        await shelf.snippets.add(shelf.manager, draft)
    assert refused.value.stable_code == code


async def test_a_supervisor_writes_for_the_own_queues_only(shelf: Shelf) -> None:
    house = await shelf.snippets.add(shelf.manager, a_reply("house"))
    others = frozenset({shelf.house.queue.id, shelf.other_queue})
    for draft in (a_reply("a"), a_reply("b", reach=Reach.QUEUES, queues=others)):
        with pytest.raises(Forbidden):
            await shelf.snippets.add(shelf.supervisor, draft)
    with pytest.raises(Forbidden):
        await shelf.snippets.save(shelf.supervisor, house.id, 1, a_reply("house"))
    with pytest.raises(Forbidden):
        await shelf.snippets.add(shelf.agent, a_reply("c"))


async def test_nobody_reaches_what_is_somebodys_own(shelf: Shelf) -> None:
    mine = await shelf.snippets.add_own(shelf.agent, a_reply("mine"))
    for other in (shelf.manager, shelf.supervisor, shelf.stranger):
        with pytest.raises(NotFound):
            await shelf.snippets.one(other, mine.id)
        with pytest.raises(NotFound):
            await shelf.snippets.remove_own(other, mine.id, 1)
    with pytest.raises(NotFound):
        await shelf.snippets.remove(shelf.manager, mine.id, 1)


async def test_of_two_who_save_the_second_is_told(shelf: Shelf) -> None:
    reply = await shelf.snippets.add(shelf.manager, a_reply("one"))
    await shelf.snippets.save(shelf.manager, reply.id, 1, a_reply("one", text="first"))
    for late in (
        shelf.snippets.save(shelf.manager, reply.id, 1, a_reply("one", text="second")),
        shelf.snippets.remove(shelf.manager, reply.id, 1),
    ):
        with pytest.raises(Conflict) as refused:
            await late
        assert refused.value.stable_code == "changed_meanwhile"
    assert (await shelf.snippets.one(shelf.manager, reply.id)).texts == {"en": "first"}


async def test_a_code_is_taken_once_in_the_house_and_once_by_each_for_themselves(shelf: Shelf) -> None:
    await shelf.snippets.add(shelf.manager, a_reply("thanks"))
    await shelf.snippets.add_own(shelf.agent, a_reply("thanks"))
    with pytest.raises(Conflict) as refused:
        await shelf.snippets.add(shelf.manager, a_reply("THANKS"))
    assert refused.value.stable_code == "code_taken"


async def test_uses_are_counted_for_all_and_for_oneself(shelf: Shelf) -> None:
    reply = await shelf.snippets.add(shelf.manager, a_reply())
    now = shelf.house.clock.now()
    for user in (shelf.agent, shelf.agent, shelf.manager):
        assert user.user_id is not None
        await shelf.store.count_use(shelf.house.tenant_id, user.user_id, reply.id, now)

    ((_, own),) = await shelf.snippets.visible(shelf.agent)
    assert (own.total, own.own) == (3, 2)
    await shelf.snippets.remove(shelf.manager, reply.id, 1)
    assert await shelf.store.uses(shelf.house.tenant_id, None) == {}


async def test_every_change_of_the_house_is_in_the_audit_log_and_none_of_ones_own(shelf: Shelf) -> None:
    reply = await shelf.snippets.add(shelf.manager, a_reply())
    await shelf.snippets.save(shelf.manager, reply.id, 1, a_reply(text="Hi"))
    await shelf.snippets.remove(shelf.manager, reply.id, 2)
    await shelf.snippets.add_own(shelf.agent, a_reply())

    rows = await shelf.house.rows(
        "SELECT object, reason FROM audit_log WHERE tenant_id = $1 AND action = 'change_knowledge' ORDER BY number",
        shelf.house.tenant_id,
    )
    assert [tuple(row) for row in rows] == [
        (f"reply {reply.id}", reason) for reason in ("added", "changed", "removed")
    ]


# --- articles ---


RETURNS = ("en", "Returning a kettle", "You can return anything within 30 days, used or not.")
IADE = ("tr", "Ürün iadesi", "Çaydanlığınızı 30 gün içinde iade edebilirsiniz. ISPARTA mağazası açık.")
VOZVRAT = ("ru", "Возврат чайника", "Вернуть чайник можно в течение 30 дней. Ёлочные чаи тоже.")
DELIVERY = ("en", "Delivery", "Parcels take one to three days. Delivery is free from $60.")


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("return kettles", "Returning a kettle"),
        ("КЕТТЛЕ", "Returning a kettle"),
        ("deliv", "Delivery"),
        ("çaydanlık iade", "Ürün iadesi"),
        ("CAYDANLIK IADE", "Ürün iadesi"),
        ("ısparta", "Ürün iadesi"),
        ("isparta", "Ürün iadesi"),
        ("возвраты чайников", "Возврат чайника"),
        ("елочный чай", "Возврат чайника"),
    ],
)
async def test_articles_are_found_whatever_the_case_the_ending_and_the_alphabet(
    shelf: Shelf, query: str, title: str
) -> None:
    await shelf.publish(RETURNS, IADE, VOZVRAT)
    await shelf.publish(DELIVERY)
    assert (await shelf.titles(shelf.agent, query))[:1] == [title]


@pytest.mark.parametrize("query", ["", "%", "_' OR 1=1 --", "\x00", "😀", "a" * 5000, "\\", '"'])
async def test_no_query_is_an_error(shelf: Shelf, query: str) -> None:
    await shelf.publish(RETURNS)
    assert await shelf.titles(shelf.agent, query) in ([], ["Returning a kettle"])


async def test_who_does_not_write_sees_no_draft_and_nobody_the_other_queues(shelf: Shelf) -> None:
    await shelf.publish(RETURNS, state=ArticleState.DRAFT)
    await shelf.publish(DELIVERY, queues=frozenset({shelf.other_queue}))

    assert await shelf.titles(shelf.agent, "kettle") == []
    assert await shelf.titles(shelf.manager, "kettle") == ["Returning a kettle"]
    assert await shelf.titles(shelf.agent, "delivery") == []
    assert await shelf.titles(shelf.stranger, "delivery") == ["Delivery"]
    page = await shelf.articles.page(shelf.agent, ArticleFilter(), after="", limit=10)
    assert page == []


async def test_what_clients_write_finds_the_article_and_a_greeting_finds_none(shelf: Shelf) -> None:
    await shelf.publish(RETURNS, IADE, VOZVRAT)
    await shelf.publish(DELIVERY)
    await shelf.publish(("en", "Opening hours", "We are open from nine to seven."))
    await shelf.publish(("en", "Gift cards", "A card for any amount."))

    async def suggested(text: str, *languages: str) -> list[str]:
        hits = await shelf.articles.suggested(shelf.agent, text, "", languages, 3)
        return [hit.article.texts[hit.language].title for hit in hits]

    assert (await suggested("Hi, I want to return my kettle, it is too big", "en"))[:1] == [
        "Returning a kettle"
    ]
    assert (await suggested("Здравствуйте! Хочу вернуть чайник", "ru"))[:1] == ["Возврат чайника"]
    assert (await suggested("Merhaba, ısıtıcıyı iade etmek istiyorum", "tr"))[:1] == ["Ürün iadesi"]
    assert await suggested("Hello!", "en") == []
    assert await suggested("thank you very much, bye", "en") == []


async def test_versions_are_kept_and_an_earlier_one_comes_back(shelf: Shelf) -> None:
    article_id = await shelf.publish(RETURNS)
    changed = ArticleDraft(texts={"en": ArticleText(title="Changed", body="all new")}, is_public=True)
    await shelf.articles.save(shelf.manager, article_id, 1, changed)  # type: ignore[arg-type]
    restored = await shelf.articles.restore(shelf.manager, article_id, 2, 1)  # type: ignore[arg-type]

    assert restored.texts["en"].title == "Returning a kettle"
    assert (restored.state, restored.is_public) == (ArticleState.DRAFT, True)
    versions = await shelf.articles.versions(shelf.manager, restored.id, before=None, limit=10)
    assert [(v.number, v.reason) for v in versions] == [(3, "restored"), (2, "changed"), (1, "added")]
    assert await shelf.titles(shelf.manager, "kettle") == ["Returning a kettle"]
    assert await shelf.titles(shelf.manager, "all new") == []
    with pytest.raises(Conflict):
        await shelf.articles.restore(shelf.manager, restored.id, 2, 1)
    with pytest.raises(NotFound):
        await shelf.articles.restore(shelf.manager, restored.id, 3, 9)


async def test_two_articles_of_one_title_have_two_addresses(shelf: Shelf) -> None:
    await shelf.publish(RETURNS)
    await shelf.publish(RETURNS)
    slugs = [a.slug for a in await shelf.articles.page(shelf.manager, ArticleFilter(), after="", limit=5)]
    assert sorted(slugs) == ["returning-a-kettle", "returning-a-kettle-2"]


async def test_opinions_are_counted_and_saving_does_not_forget_them(shelf: Shelf) -> None:
    article = await shelf.articles.one(shelf.manager, await shelf.publish(RETURNS))  # type: ignore[arg-type]
    tenant_id = shelf.house.tenant_id
    assert await shelf.articles_store.count_opinion(tenant_id, article.id, is_helpful=True)
    assert await shelf.articles_store.count_opinion(tenant_id, article.id, is_helpful=False)
    await shelf.articles.save(shelf.manager, article.id, 1, ArticleDraft(texts=article.texts))

    read = await shelf.articles.one(shelf.manager, article.id)
    assert (read.helpful_yes, read.helpful_no) == (1, 1)


async def test_of_an_article_that_is_gone_nothing_is_left(shelf: Shelf) -> None:
    article_id = await shelf.publish(RETURNS)
    await shelf.articles.remove(shelf.manager, article_id, 1)  # type: ignore[arg-type]
    for table in ("articles", "article_versions", "article_words"):
        assert await shelf.house.count(table) == 0
