"""Compares what Telegram and its users were promised with what the store holds in the end. Decided without I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from tests.chaos.ledger import BotSent, ReplyQueued, Texted
from tests.chaos.oracle import Evidence, KeptTouch
from tests.chaos.report import Report


def judge_telegram(report: Report, evidence: Evidence, went_wrong: Mapping[str, int]) -> None:
    """Add what ledger and rows say of Telegram; nothing in a run without it. `went_wrong`: replies that Telegram
    answered in an ambiguous way, or refused for good."""
    if not evidence.all(Texted):
        return
    touches = [t for t in evidence.touches if t.channel == "telegram"]
    _judge_in(report, evidence, [t for t in touches if t.direction == "inbound"])
    _judge_out(report, evidence, touches, went_wrong)


def _judge_in(report: Report, evidence: Evidence, inbound: list[KeptTouch]) -> None:
    texted = {t.text: t for t in evidence.all(Texted)}
    times = Counter(t.text for t in inbound)
    report.tell(telegram_written=len(texted), telegram_stored=len(inbound))
    report.require_none("telegram_lost", texted.keys() - times.keys())
    report.require_none("telegram_doubled", (text for text, number in times.items() if number > 1))
    report.require_none("telegram_invented", times.keys() - texted.keys())
    report.require_none("telegram_inversions", _inversions(texted, inbound))
    for name, bad in (("telegram_stuck", "kept"), ("telegram_unreadable", "unreadable")):
        report.require_none(name, (str(number) for number, state in evidence.rows["updates"] if state == bad))


def _inversions(texted: Mapping[str, Texted], inbound: Iterable[KeptTouch]) -> Iterator[str]:
    """A thread is numbered over all its conversations."""
    by_client: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for touch in inbound:
        if (wrote := texted.get(touch.text)) is not None:
            by_client[wrote.client].append((touch.seq, wrote.number))
    for client, messages in by_client.items():
        for (_, before), (seq, after) in pairwise(sorted(messages)):
            if after <= before:
                yield f"{client}: message {after} is stored after {before}, as {seq}"


def _judge_out(
    report: Report, evidence: Evidence, touches: list[KeptTouch], went_wrong: Mapping[str, int]
) -> None:
    queued = [r for r in evidence.all(ReplyQueued) if r.channel == "telegram"]
    replies = {t.text: t for t in touches if t.direction == "outbound"}
    times = Counter(t.text for t in touches if t.direction == "outbound")
    got: dict[str, list[BotSent]] = defaultdict(list)
    for one in evidence.all(BotSent):
        got[one.mark].append(one)
    said = {text: "\n\n".join(one.text for one in got[_mark(text)]) for text in replies}
    refused = {text for text, state in evidence.rows["planned"] if state == "failed"}
    outcome = Counter(t.delivery for t in replies.values())
    ambiguities = went_wrong.get("ambiguous", 0) + evidence.sending_at_death.get("telegram", 0)
    report.tell(
        telegram_replies=len(queued),
        telegram_replies_got=sum(map(bool, said.values())),
        telegram_replies_long=sum(len(got[_mark(text)]) > 1 for text in replies),
        telegram_ambiguities=ambiguities,
        telegram_refusals=went_wrong.get("refused", 0),
        telegram_delays=went_wrong.get("later", 0),
    )
    report.tell(**{f"telegram_{delivery}": number for delivery, number in sorted(outcome.items())})
    report.require_none(
        "telegram_reply_lost", (r.text for r in queued if r.text not in refused and r.text not in replies)
    )
    report.require_none(
        "telegram_reply_double",
        [
            *(text for text, number in times.items() if number > 1),
            *(mark for mark, parts in got.items() if len({one.text for one in parts}) < len(parts)),
        ],
    )
    report.require_none(
        "telegram_reply_silent",
        (text for text, t in replies.items() if t.delivery == "sent" and said[text] != text),
    )
    report.require_none(
        "telegram_reply_told_otherwise",
        (text for text, t in replies.items() if t.delivery == "failed" and said[text] == text),
    )
    report.require_none(
        "telegram_reply_in_disorder", (text for text in replies if not text.startswith(said[text]))
    )
    report.require_none(
        "telegram_reply_unfinished",
        (text for text, t in replies.items() if t.delivery not in {"sent", "failed", "uncertain"}),
    )
    for name, delivery, most in (
        ("telegram_uncertain_too_many", "uncertain", ambiguities),
        ("telegram_failed_too_many", "failed", went_wrong.get("refused", 0)),
    ):
        report.require_none(name, ["reply"] * max(outcome[delivery] - most, 0))
    chats = {w.text: w.chat for w in evidence.all(Texted)}
    whose = {t.interaction_id: chats.get(t.text) for t in touches if t.direction == "inbound"}
    threads: dict[str, str] = dict(evidence.rows["threads"])
    chat_of = {threads.get(interaction_id): chat for interaction_id, chat in whose.items()}
    by_mark = {_mark(text): touch for text, touch in replies.items()}
    report.require_none(
        "telegram_reply_misdelivered",
        (
            one.text[:40]
            for mark, parts in got.items()
            for one in parts
            if mark not in by_mark or one.chat != chat_of.get(threads.get(by_mark[mark].interaction_id))
        ),
    )


def _mark(text: str) -> str:
    return text.partition("]")[0] + "]"
