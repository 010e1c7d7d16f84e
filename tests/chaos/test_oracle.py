"""The oracle: each promise that was broken is counted under its name, and nothing else is."""

from dataclasses import dataclass, field

from tests.chaos.ledger import (
    Accepted,
    Acked,
    Called,
    CallOver,
    CallTold,
    Down,
    Entry,
    Met,
    PeerGot,
    ReplyQueued,
    Sent,
    Up,
)
from tests.chaos.oracle import Evidence, Stall, judge, token_hash
from tests.chaos.report import Report
from tests.chaos.store import Row

S = 1_000_000


@dataclass
class House:
    """A hub that did everything right for one visitor and one agent; tests change what it left."""

    ledger: list[Entry] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    stalls: list[Stall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger += [Up(at=0.0), Met(visitor="v", session="token")]
        self.rows |= {
            "visitors": [("visitor-id", token_hash("token"))],
            "threads": [("i", "visitor-id")],
            "agents": [("a", "Anna"), ("b", "Boris")],
            "interactions": [("i", 5, "closed")],
            "facts": [("i", 1), ("i", 5)],
            "touches": [
                inbound(1, seq=2),
                inbound(2, seq=3),
                ("r", "i", 4, "r", "outbound", "[r]", None, "sent", "message"),
            ],
            "calls": [],
            "reservations": [("o", "w", "a", "accepted", 1 * S, 3 * S, 2 * S, 9 * S)],
            "planned": [],
            "waiting": [(0,)],
            "outbox": [(0,)],
        }
        for number, seq in ((1, 2), (2, 3)):
            self.ledger += [
                Sent(visitor="v", number=number, msg_id=f"m{number}", text=f"[{number}]", frame=f"f{number}"),
                Acked(visitor="v", msg_id=f"m{number}", seq=seq),
            ]
        self.ledger += [
            Accepted(agent="anna", reservation_id="o", work_item_id="w"),
            ReplyQueued(agent="anna", text="[r]", touch_id="r", interaction_id="i", seq=4),
            PeerGot(visitor="v", text="[r]", seq=4),
        ]

    def failed(self) -> list[str]:
        """The counters that the oracle finds to be more than 0."""
        report = Report()
        judge(report, Evidence(self.ledger, self.rows, self.stalls))
        return report.failed


def inbound(number: int, *, seq: int, text: str = "", raw: str = "") -> Row:
    return (
        f"t{seq}",
        "i",
        seq,
        f"visitor-id:m{number}",
        "inbound",
        text or f"[{number}]",
        (raw or f"f{number}").encode(),
        "received",
        "message",
    )


def test_a_hub_that_did_everything_right_is_found_to_have_done_so() -> None:
    assert House().failed() == []


def test_an_acknowledged_message_that_is_not_there_is_lost() -> None:
    house = House()
    house.rows["touches"].pop(1)
    house.rows["facts"].append(("i", 3))

    assert house.failed() == ["touch_lost"]


def test_a_message_under_another_visitors_name_is_lost() -> None:
    house = House()
    house.rows["visitors"] = [("somebody", token_hash("token"))]
    house.rows["threads"] = [("i", "somebody")]

    assert "touch_lost" in house.failed()


def test_the_same_text_twice_is_a_duplicate() -> None:
    house = House()
    house.rows["touches"].append(inbound(3, seq=6, text="[2]"))
    house.rows["interactions"] = [("i", 6, "closed")]

    assert house.failed() == ["touch_duplicated"]


def test_text_and_raw_bytes_are_those_that_were_sent() -> None:
    house = House()
    house.rows["touches"][0] = inbound(1, seq=2, text="[1] and more", raw="other bytes")

    assert house.failed() == ["touch_text_changed", "raw_bytes_mismatch"]


def test_the_number_of_an_acknowledgement_is_the_stored_one() -> None:
    house = House()
    house.ledger.append(Acked(visitor="v", msg_id="m1", seq=7))

    assert house.failed() == ["touch_acked_otherwise"]


def test_messages_of_one_visitor_are_stored_in_the_order_they_were_written() -> None:
    house = House()
    house.rows["touches"][:2] = [inbound(2, seq=2), inbound(1, seq=3)]

    assert "order_inversions" in house.failed()


def test_numbers_of_touches_and_facts_have_no_gap_and_no_double() -> None:
    house = House()
    house.rows["facts"] = [("i", 1)]
    assert house.failed() == ["seq_gaps"]

    house.rows["facts"] = [("i", 1), ("i", 4), ("i", 5)]
    assert house.failed() == ["seq_duplicates"]


def test_two_agents_asked_at_once_is_a_double_offer() -> None:
    house = House()
    house.rows["reservations"].append(("p", "w", "b", "expired", 8 * S, 9 * S, None, 9 * S))

    assert house.failed() == ["double_offers"]


def test_two_agents_who_hold_one_work_item_is_a_double_accept() -> None:
    house = House()
    house.rows["reservations"].append(("p", "w", "b", "accepted", 8 * S, 10 * S, 9 * S - 1, None))

    assert house.failed() == ["double_offers", "double_accepts"]


def test_an_agent_may_be_asked_the_moment_another_was_not_any_more() -> None:
    house = House()
    house.rows["reservations"].append(("p", "w", "b", "declined", 9 * S, 20 * S, 10 * S, 10 * S))

    assert house.failed() == []


def test_work_that_an_agent_was_promised_is_theirs() -> None:
    house = House()
    house.ledger.append(Accepted(agent="boris", reservation_id="o", work_item_id="w"))

    assert house.failed() == ["accepts_lost"]


def test_an_offer_may_be_open_a_second_past_its_deadline() -> None:
    house = House()
    house.rows["reservations"] = [("o", "w", "a", "expired", 1 * S, 3 * S, None, 4 * S)]
    assert "offers_expired_late" not in house.failed()

    house.rows["reservations"] = [("o", "w", "a", "expired", 1 * S, 3 * S, None, 4 * S + 1000)]
    assert "offers_expired_late" in house.failed()


def test_the_time_when_the_hub_was_dead_does_not_count_against_it() -> None:
    house = House()
    house.ledger += [Down(how="kill", at=3.5), Up(at=60.0)]
    house.rows["reservations"] = [("o", "w", "a", "expired", 1 * S, 3 * S, None, 60 * S + 400_000)]
    assert "offers_expired_late" not in house.failed()

    house.rows["reservations"] = [("o", "w", "a", "expired", 1 * S, 3 * S, None, 60 * S + 600_000)]
    assert "offers_expired_late" in house.failed()


def test_the_time_when_the_machine_stood_still_does_not_count_against_the_hub() -> None:
    house = House(stalls=[Stall(at=4.2, for_s=0.5)])
    house.rows["reservations"] = [("o", "w", "a", "expired", 1 * S, 3 * S, None, 4 * S + 400_000)]

    assert "offers_expired_late" not in house.failed()


def test_a_reply_that_the_visitor_never_saw_is_silent_unless_it_failed() -> None:
    house = House()
    house.ledger.pop()
    assert house.failed() == ["reply_silent"]

    house.rows["touches"][2] = ("r", "i", 4, "r", "outbound", "[r]", None, "failed", "message")
    assert house.failed() == []


def test_a_reply_under_two_numbers_is_doubled_and_under_one_it_is_the_same() -> None:
    house = House()
    house.ledger.append(PeerGot(visitor="v", text="[r]", seq=4))
    assert house.failed() == []

    house.ledger.append(PeerGot(visitor="v", text="[r]", seq=9))
    assert house.failed() == ["reply_double"]


def test_a_reply_that_another_visitor_saw_is_misdelivered() -> None:
    house = House()
    house.ledger += [Met(visitor="w", session="another"), PeerGot(visitor="w", text="[r]", seq=4)]

    assert "reply_misdelivered" in house.failed()


def test_what_is_still_open_when_everybody_is_done_is_stuck() -> None:
    house = House()
    house.rows |= {"interactions": [("i", 5, "open")], "waiting": [(1,)], "outbox": [(2,)]}

    assert house.failed() == ["interactions_stuck", "work_stuck", "outbox_stuck"]


@dataclass
class Line(House):
    """The same hub with one call besides, that an agent took and the caller ended."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ledger += [
            Called(caller="c", thread="c1;t", number="+905321234567", at=10.0),
            CallTold(thread="c1;t", status=182, at=10.1),
            CallTold(thread="c1;t", status=200, at=11.0),
            CallOver(thread="c1;t", how="hung up", at=12.0),
        ]
        self.rows["touches"].append(
            ("c", "j", 1, "c1;t;1", "inbound", "", b"INVITE", "received", "call"),
        )
        self.rows["interactions"].append(("j", 1, "closed"))
        self.rows["calls"] = [("c1;t", "+905321234567", "client_hung_up", 11 * S, 12 * S)]


def test_a_call_that_was_kept_answered_and_ended_is_right() -> None:
    assert Line().failed() == []


def test_a_call_that_was_told_and_is_not_there_is_lost() -> None:
    house = Line()
    house.rows["calls"] = []
    assert house.failed() == ["calls_lost"]


def test_a_call_with_two_rows_or_two_touches_is_doubled() -> None:
    house = Line()
    house.rows["calls"] *= 2
    assert house.failed() == ["calls_doubled"]

    house = Line()
    house.rows["touches"].append(("d", "j", 2, "c1;t;2", "inbound", "", b"INVITE", "received", "call"))
    house.rows["interactions"][-1] = ("j", 2, "closed")
    assert house.failed() == ["calls_doubled"]


def test_a_call_that_nobody_made_is_invented() -> None:
    house = Line()
    house.rows["calls"].append(("c2;t", "", "client_left", None, 9 * S))
    assert house.failed() == ["calls_invented"]


def test_a_call_that_was_answered_has_somebody_who_took_it() -> None:
    house = Line()
    house.rows["calls"] = [("c1;t", "+905321234567", "client_left", None, 12 * S)]
    assert house.failed() == ["calls_answers_lost"]


def test_a_call_that_does_not_end_is_stuck() -> None:
    house = Line()
    house.rows["calls"] = [("c1;t", "+905321234567", None, 11 * S, None)]
    assert house.failed() == ["calls_stuck"]


def test_what_the_hub_carried_when_it_died_says_so() -> None:
    house = Line()
    house.ledger.append(Down(how="kill", at=11.2))
    assert house.failed() == ["calls_told_otherwise"]

    house.rows["calls"] = [("c1;t", "+905321234567", "hub_lost", 11 * S, 13 * S)]
    assert house.failed() == []

    # what ended in the same moment may have been written before
    house = Line()
    house.ledger.append(Down(how="kill", at=11.8))
    assert house.failed() == []


def test_the_verdict_is_the_last_line() -> None:
    report = Report()
    report.tell(seed=4)
    report.require_none("touch_lost", ["m1"])
    report.require_none("touch_duplicated", [])

    assert report.text().splitlines() == [
        "seed=4",
        "touch_lost=1",
        "touch_duplicated=0",
        "touch_lost: m1",
        "chaos: 1 passed, 1 failed",
    ]
