"""Compares what the peers were promised with what the store holds in the end. Decided without I/O."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from tests.chaos.ledger import (
    Accepted,
    Acked,
    Called,
    CallOver,
    CallTold,
    Down,
    Entry,
    Met,
    Offered,
    PeerGot,
    ReplyQueued,
    Sent,
    Up,
)
from tests.chaos.report import Report
from tests.chaos.store import Row, count

QUESTIONS = {
    "touches": "SELECT id, interaction_id, seq, external_id, direction, text, raw, delivery, kind,"
    " channel FROM touches",
    "letters": "SELECT id, state, tries, defects FROM letters",
    "updates": "SELECT number, state FROM telegram_updates",
    "calls": "SELECT thread, number, ending, answered_at, ended_at FROM calls",
    "facts": "SELECT interaction_id, seq FROM facts",
    "interactions": "SELECT id, last_seq, state FROM interactions",
    "reservations": "SELECT id, work_item_id, agent_id, state, offered_at, expires_at, answered_at, ended_at"
    " FROM reservations",
    "visitors": "SELECT id, token_sha256 FROM visitors",
    "threads": "SELECT interaction_id, thread FROM sessions",
    "agents": "SELECT id, name FROM agents",
    "planned": "SELECT text, state FROM planned_replies",
    "waiting": "SELECT COUNT(*) FROM work_items WHERE state IN ('queued', 'offered', 'assigned')",
    "outbox": "SELECT COUNT(*) FROM outbox",
}
"""What the oracle must see of the store."""

STORED = {
    "stored": "SELECT external_id FROM touches WHERE direction = 'inbound' AND channel = 'webchat'",
    "sending": "SELECT channel, COUNT(*) FROM touches WHERE delivery = 'sending' AND channel <> 'webchat'"
    " GROUP BY channel",
}
"""What it must see each time the hub has died."""

PROMISED_S = 1.0
"""How long past its deadline an offer may be open while the hub lives."""

_US = 1_000_000
_FOREVER_US = 1 << 62
_OF_CALLS = {"call", "missed_call"}
_WRITTEN_ELSEWHERE = {"email", "telegram"}
"""Judged by oracles of their own."""
CROSSES_S = 0.5
"""What happens so shortly before the hub dies may be on its way still."""

L = TypeVar("L", bound=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """The machine stood still: what should have happened by `at` (seconds since 1970) did so `for_s` later."""

    at: float
    for_s: float


@dataclass(frozen=True, slots=True)
class KeptTouch:
    """A row of `touches`."""

    id: str
    interaction_id: str
    seq: int
    external_id: str
    direction: str
    text: str
    raw: bytes
    delivery: str
    kind: str
    channel: str = "webchat"


def _touch(row: Row) -> KeptTouch:
    touch_id, interaction_id, seq, external_id, direction, text, raw, *how = row
    return KeptTouch(touch_id, interaction_id, seq, external_id, direction, text, bytes(raw or b""), *how)


@dataclass(frozen=True, slots=True)
class _Offer:
    id: str
    item_id: str
    agent_id: str
    state: str
    offered_us: int
    expires_us: int
    answered_us: int | None
    ended_us: int | None

    @property
    def over_us(self) -> int:
        """When it held the work no more."""
        return self.ended_us or (self.answered_us if self.state != "accepted" else None) or _FOREVER_US

    @property
    def asked_until_us(self) -> int:
        """When the agent was asked no more."""
        return self.answered_us or self.over_us


@dataclass(slots=True)
class Evidence:
    """Ledger and rows, ready to be compared."""

    ledger: Sequence[Entry]
    rows: Mapping[str, Sequence[Row]]
    stalls: Sequence[Stall] = ()
    ambiguities: int = 0
    """Letters of which nobody but the server could know whether it had them, by its faults."""
    sending_at_death: Mapping[str, int] = field(default_factory=dict)
    """Replies that were on their way when the hub died, by channel: the same."""
    touches: list[KeptTouch] = field(init=False)
    visitor_ids: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.touches = [_touch(row) for row in self.rows["touches"]]
        ids: dict[str, str] = {token: visitor_id for visitor_id, token in self.rows["visitors"]}
        self.visitor_ids = {m.visitor: ids.get(token_hash(m.session), "") for m in self.all(Met)}

    def all(self, kind: type[L]) -> list[L]:
        """The ledger's lines of one kind, in order."""
        return [line for line in self.ledger if isinstance(line, kind)]


def judge(report: Report, evidence: Evidence) -> None:
    """Add everything that ledger and rows say together."""
    _judge_inbound(report, evidence)
    _judge_numbers(report, evidence)
    _judge_offers(report, evidence)
    _judge_replies(report, evidence)
    _judge_calls(report, evidence)
    rows = evidence.rows
    report.require_none("interactions_stuck", (r[0] for r in rows["interactions"] if r[2] == "open"))
    report.require_none("work_stuck", ["item"] * count(rows["waiting"]))
    report.require_none("outbox_stuck", ["row"] * count(rows["outbox"]))


def token_hash(session: str) -> str:
    """A session's token as the store keeps it."""
    return hashlib.sha256(session.encode()).hexdigest()


def message_ids(rows: Sequence[Row]) -> set[str]:
    """The visitors' own ids (`v3-17`) in external ids (`<visitor's id>:v3-17`)."""
    return {external_id.partition(":")[2] for (external_id,) in rows}


# --- what visitors wrote ---


def _judge_inbound(report: Report, evidence: Evidence) -> None:
    sent = {s.msg_id: s for s in evidence.all(Sent)}
    acked: dict[str, set[int]] = defaultdict(set)
    for ack in evidence.all(Acked):
        acked[ack.msg_id].add(ack.seq)
    inbound = [
        t
        for t in evidence.touches
        if t.direction == "inbound" and t.kind not in _OF_CALLS and t.channel not in _WRITTEN_ELSEWHERE
    ]
    stored = {t.external_id: t for t in inbound}

    def found(msg_id: str) -> KeptTouch | None:
        return stored.get(f"{evidence.visitor_ids[sent[msg_id].visitor]}:{msg_id}")

    kept = {msg_id: touch for msg_id in acked if (touch := found(msg_id)) is not None}
    report.tell(touch_sent=len(sent), touch_acked=len(acked), touch_stored=len(inbound))
    report.require_none("touch_lost", acked.keys() - kept.keys())
    report.require_none("touch_text_changed", (m for m, t in kept.items() if t.text != sent[m].text))
    report.require_none("raw_bytes_mismatch", (m for m, t in kept.items() if t.raw != sent[m].frame.encode()))
    report.require_none("touch_acked_otherwise", (m for m, t in kept.items() if acked[m] != {t.seq}))
    report.require_none(
        "touch_duplicated",
        (text for text, times in Counter(t.text for t in inbound).items() if times > 1),
    )
    report.tell(order_checked=len(kept))
    report.require_none("order_inversions", _inversions(sent, kept))


def _inversions(sent: Mapping[str, Sent], kept: Mapping[str, KeptTouch]) -> Iterator[str]:
    by_visitor: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for msg_id, touch in kept.items():
        by_visitor[sent[msg_id].visitor].append((touch.seq, sent[msg_id].number))
    for visitor, messages in by_visitor.items():
        for (_, before), (seq, after) in pairwise(sorted(messages)):
            if after <= before:
                yield f"{visitor}: message {after} is stored after {before}, as {seq}"


def _judge_numbers(report: Report, evidence: Evidence) -> None:
    """Touches and facts of an interaction are numbered together: no number twice, none left out."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for touch in evidence.touches:
        numbers[touch.interaction_id].append(touch.seq)
    for interaction_id, seq in evidence.rows["facts"]:
        numbers[interaction_id].append(seq)
    last = {interaction_id: seq for interaction_id, seq, _ in evidence.rows["interactions"]}
    report.require_none(
        "seq_duplicates", (i for i, found in numbers.items() if len(set(found)) != len(found))
    )
    report.require_none(
        "seq_gaps",
        (i for i, found in numbers.items() if set(found) != set(range(min(found), last.get(i, 0) + 1))),
    )


# --- offers ---


def _judge_offers(report: Report, evidence: Evidence) -> None:
    offers = [_Offer(*row) for row in evidence.rows["reservations"]]
    by_item: dict[str, list[_Offer]] = defaultdict(list)
    for offer in offers:
        by_item[offer.item_id].append(offer)
    accepted = [o for o in offers if o.state == "accepted"]
    report.tell(
        offers=len(offers),
        offers_seen=len({o.reservation_id for o in evidence.all(Offered)}),
        offers_expired=sum(o.state == "expired" for o in offers),
        requeued=sum(len(of_item) > 1 for of_item in by_item.values()),
    )
    report.require_none("double_offers", _overlapping(by_item, lambda o: (o.offered_us, o.over_us)))
    held = {item: [o for o in of_item if o.state == "accepted"] for item, of_item in by_item.items()}
    report.require_none(
        "double_accepts", _overlapping(held, lambda o: (o.answered_us or o.offered_us, o.over_us))
    )
    names = {agent_id: name.lower() for agent_id, name in evidence.rows["agents"]}
    durable = {(o.id, names[o.agent_id]) for o in accepted}
    report.require_none(
        "accepts_lost",
        (a.reservation_id for a in evidence.all(Accepted) if (a.reservation_id, a.agent) not in durable),
    )
    lives = list(_lives(evidence))
    report.require_none(
        "offers_expired_late",
        (
            f"{o.id}: {late_s:.2f} s"
            for o in offers
            if (late_s := _late_s(o, lives)) > PROMISED_S + _stalled_s(o, evidence.stalls)
        ),
    )


def _overlapping(by_item: Mapping[str, Sequence[_Offer]], when: Any) -> Iterator[str]:
    for item_id, offers in by_item.items():
        spans = sorted((*when(o), o.id) for o in offers)
        for (_, until, first), (since, _, second) in pairwise(spans):
            if since < until:
                yield f"{item_id}: {first} and {second}"


def _lives(evidence: Evidence) -> Iterator[tuple[float, float]]:
    """From when until when the hub lived, in seconds since 1970."""
    since: float | None = None
    for line in evidence.ledger:
        if isinstance(line, Up):
            since = line.at
        elif isinstance(line, Down) and since is not None:
            yield since, line.at
            since = None
    if since is not None:
        yield since, float("inf")


def _late_s(offer: _Offer, lives: Sequence[tuple[float, float]]) -> float:
    """How long the hub lived while the offer was open past its deadline."""
    due, over = offer.expires_us / _US, offer.asked_until_us / _US
    return sum(max(0.0, min(until, over) - max(since, due)) for since, until in lives)


def _stalled_s(offer: _Offer, stalls: Sequence[Stall]) -> float:
    due, over = offer.expires_us / _US, offer.asked_until_us / _US
    return sum(s.for_s for s in stalls if due - PROMISED_S <= s.at and s.at - s.for_s <= over)


# --- replies ---


def _judge_replies(report: Report, evidence: Evidence) -> None:
    queued = [r for r in evidence.all(ReplyQueued) if r.channel not in _WRITTEN_ELSEWHERE]
    replies = [
        t for t in evidence.touches if t.direction == "outbound" and t.channel not in _WRITTEN_ELSEWHERE
    ]
    threads: dict[str, str] = dict(evidence.rows["threads"])
    got: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for seen in evidence.all(PeerGot):
        got[seen.text].add((seen.visitor, seen.seq))
    stored = {t.text: t for t in replies}  # each text is sent once
    times = Counter(t.text for t in replies)
    outcome = Counter(t.delivery for t in replies)
    refused = {text for text, state in evidence.rows["planned"] if state == "failed"}
    report.tell(
        reply_queued=len(queued),
        reply_got=len(got),
        reply_sent=outcome["sent"] + outcome["delivered"],
        reply_failed=outcome["failed"],
        reply_uncertain=outcome["uncertain"],
    )
    report.require_none(
        "reply_lost",
        (
            r.text
            for r in queued
            if r.text not in refused and (r.text not in stored or r.touch_id not in {"", stored[r.text].id})
        ),
    )
    report.require_none(
        "plan_stuck", (text for text, state in evidence.rows["planned"] if state == "waiting")
    )
    report.require_none(
        "reply_double",
        [
            *(text for text, number in times.items() if number > 1),
            *(text for text, places in got.items() if len(places) > 1),
        ],
    )
    report.require_none(
        "reply_silent",
        (
            f"{r.text}: {stored[r.text].delivery}"
            for r in queued
            if r.text not in got and r.text in stored and stored[r.text].delivery != "failed"
        ),
    )
    report.require_none(
        "reply_misdelivered",
        (
            r.text
            for r in queued
            for visitor, _ in got.get(r.text, ())
            if evidence.visitor_ids.get(visitor) != threads.get(r.interaction_id)
        ),
    )
    report.require_none("reply_unfinished", (t.text for t in stored.values() if t.delivery == "queued"))


# --- calls ---


def _judge_calls(report: Report, evidence: Evidence) -> None:
    """Whoever was told more than 100 is in the rows, once; whoever was answered was so by an agent; what the hub
    carried when it died says so; and no call goes on."""
    called = {c.thread for c in evidence.all(Called)}
    told = {t.thread for t in evidence.all(CallTold)}
    answered = {t.thread for t in evidence.all(CallTold) if t.status == 200}
    rows = {row[0]: row for row in evidence.rows["calls"]}
    times = Counter(row[0] for row in evidence.rows["calls"])
    touches = Counter(t.external_id.rpartition(";")[0] for t in evidence.touches if t.kind == "call")
    missed = Counter(t.external_id for t in evidence.touches if t.kind == "missed_call")
    ends = Counter(str(row[2]) for row in rows.values())
    report.tell(calls=len(called), calls_told=len(told), calls_kept=len(rows))
    report.tell(**{f"calls_{end}": number for end, number in sorted(ends.items())})
    report.require_none("calls_lost", (t for t in told if t not in rows or t not in touches))
    report.require_none(
        "calls_doubled",
        [name for counted in (times, touches, missed) for name, n in counted.items() if n > 1],
    )
    report.require_none("calls_invented", sorted((rows.keys() | touches.keys()) - called))
    report.require_none("calls_answers_lost", (t for t in answered if t in rows and rows[t][3] is None))
    report.require_none("calls_stuck", (t for t, row in rows.items() if row[4] is None))
    report.require_none(
        "calls_told_otherwise",
        (f"{t}: {rows[t][2]}" for t in _cut_off(evidence) if t in rows and rows[t][2] != "hub_lost"),
    )


def _cut_off(evidence: Evidence) -> Iterator[str]:
    """Calls that the hub carried when it died: told before, and their callers were on the line after it."""
    over = {o.thread: o.at for o in evidence.all(CallOver)}
    deaths = [down.at for down in evidence.all(Down)]
    first: dict[str, float] = {}
    for told in evidence.all(CallTold):
        first.setdefault(told.thread, told.at)
    for thread, at in first.items():
        if any(at < died and died + CROSSES_S < over.get(thread, died + 1) for died in deaths):
            yield thread
