"""Compares what mail servers and clients were promised with what the store holds in the end. Decided without I/O."""

from collections import Counter, defaultdict

from tests.chaos.ledger import MailGot, ReplyQueued, Taken, Wrote
from tests.chaos.oracle import Evidence, KeptTouch
from tests.chaos.report import Report


def judge_mail(report: Report, evidence: Evidence) -> None:
    """Add what ledger and rows say of letters; nothing in a run without any."""
    if not evidence.all(Wrote):
        return
    touches = [t for t in evidence.touches if t.channel == "email"]
    inbound = [t for t in touches if t.direction == "inbound"]
    outbound = {t.text: t for t in touches if t.direction == "outbound"}
    _judge_in(report, evidence, inbound, outbound)
    _judge_out(report, evidence, inbound, outbound)


def _judge_in(
    report: Report, evidence: Evidence, inbound: list[KeptTouch], outbound: dict[str, KeptTouch]
) -> None:
    wrote = {w.text: w for w in evidence.all(Wrote)}
    taken = {t.text for t in evidence.all(Taken)}
    kept = {t.text: t for t in inbound}
    times = Counter(t.text for t in inbound)
    ways = Counter(t.way for t in evidence.all(Taken))
    report.tell(mail_written=len(wrote), mail_taken=len(taken), mail_stored=len(inbound))
    report.tell(**{f"mail_by_{way}": number for way, number in sorted(ways.items())})
    report.require_none("mail_lost", taken - kept.keys())
    report.require_none("mail_doubled", (text for text, number in times.items() if number > 1))
    report.require_none("mail_invented", kept.keys() - wrote.keys())
    for name, bad in (("mail_stuck", "kept"), ("mail_unreadable", "unreadable")):
        report.require_none(
            name,
            (f"{r[0]}: {r[2]} tries, {r[3]}" for r in evidence.rows.get("letters", ()) if r[1] == bad),
        )
    threads: dict[str, str] = dict(evidence.rows["threads"])
    report.require_none(
        "mail_not_joined",
        (
            text
            for text, touch in kept.items()
            if (letter := wrote.get(text)) is not None
            and letter.answers in outbound
            and threads.get(touch.interaction_id) != threads.get(outbound[letter.answers].interaction_id)
        ),
    )


def _judge_out(
    report: Report, evidence: Evidence, inbound: list[KeptTouch], outbound: dict[str, KeptTouch]
) -> None:
    queued = [r for r in evidence.all(ReplyQueued) if r.channel == "email"]
    got: dict[str, list[MailGot]] = defaultdict(list)
    for one in evidence.all(MailGot):
        got[one.text].append(one)
    refused = {text for text, state in evidence.rows["planned"] if state == "failed"}
    outcome = Counter(t.delivery for t in outbound.values())
    ambiguities = evidence.ambiguities + evidence.sending_at_death.get("email", 0)
    report.tell(mail_replies=len(queued), mail_replies_got=len(got), mail_ambiguities=ambiguities)
    report.tell(**{f"mail_{delivery}": number for delivery, number in sorted(outcome.items())})
    report.require_none(
        "mail_reply_lost", (r.text for r in queued if r.text not in refused and r.text not in outbound)
    )
    times = Counter(t.text for t in evidence.touches if t.channel == "email" and t.direction == "outbound")
    report.require_none(
        "mail_reply_double",
        [
            *(text for text, number in times.items() if number > 1),
            *(text for text, letters in got.items() if len(letters) > 1),
        ],
    )
    report.require_none(
        "mail_reply_silent",
        (t.text for t in outbound.values() if t.delivery == "sent" and t.text not in got),
    )
    report.require_none(
        "mail_reply_told_otherwise",
        (t.text for t in outbound.values() if t.delivery == "failed" and t.text in got),
    )
    report.require_none(
        "mail_reply_unfinished",
        (t.text for t in outbound.values() if t.delivery not in {"sent", "failed", "uncertain"}),
    )
    too_many = outcome["uncertain"] - ambiguities
    report.require_none("mail_uncertain_too_many", ["reply"] * max(too_many, 0))
    clients: dict[str, set[str]] = defaultdict(set)
    for touch in inbound:
        name = touch.text.partition("#")[0].strip("[")
        clients[touch.interaction_id].add(f"{name}@clients.test")
    report.require_none(
        "mail_reply_misdelivered",
        (
            text
            for text, letters in got.items()
            for one in letters
            if text not in outbound or not set(one.recipients) <= clients[outbound[text].interaction_id]
        ),
    )
