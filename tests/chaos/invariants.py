"""I1–I12: what must hold of the rows at any moment (G10), as SQL that names the rows of which it does not."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.agent import FULL

_OPEN = "('queued', 'offered', 'assigned', 'wrap_up')"
_HELD = "('assigned', 'wrap_up')"

NAMES = {
    "I1": "accepted text work has an agent who is there, or was within the lease and the grace",
    "I2": "work is with an agent, or it waits",
    "I3": "no offer is open a second past its deadline",
    "I4": "accepted work has one open accepted reservation, of the same agent",
    "I5": "offered work has one open offer, of the same agent and epoch",
    "I6": "a reply that is being sent has a lease that runs",
    "I7": "nobody holds more than they have room for",
    "I8": "no wrap-up lasts a second longer than it may",
    "I9": "an open conversation has one pass under way, or a caller in a menu; a closed one waits for nobody and is"
    " told nothing",
    "I10": "committed events reach the bus",
    "I11": "of a call that goes on something was heard within 90 s",
    "I12": "behind voice work that waits or is in hand there is a call, or a promise to call",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When the rows are looked at, and the hub's rules about time; all in seconds, `now` and `up_since` since 1970.

    `slack_s` is what the promise allows beyond a deadline, and what the machine itself stood still.
    """

    now: float
    up_since: float
    lease_s: float
    grace_s: float
    slack_s: float = 1.0
    replies_s: float = 5.0
    heard_s: float = 92.0
    """A hub ends calls it hears nothing of after 90 s, and looks every 2."""

    def before(self, allowed_s: float) -> int:
        """Deadlines before this (µs since 1970) are broken if the hub was up so long and did not act; else 0."""
        if self.now - self.up_since <= allowed_s:
            return 0
        return int((self.now - allowed_s) * 1_000_000)


def questions(moment: Moment) -> Mapping[str, str]:
    """One SELECT an invariant: the ids of what breaks it. For I10, the oldest event: compare with the last time."""
    late = moment.before(moment.slack_s)
    lost = moment.before(moment.lease_s + moment.grace_s + moment.slack_s)
    # silence counts from the lease's end, and that lies a lease after the hub's start at the earliest
    lost_since = lost and int((moment.now - moment.grace_s - moment.slack_s) * 1_000_000)
    silent = moment.before(moment.heard_s + moment.slack_s)
    lapsed = moment.before(moment.replies_s + moment.slack_s)
    return {
        "I1": "SELECT w.id FROM work_items w JOIN agents a ON a.id = w.agent_id"
        f" WHERE w.state = 'assigned' AND w.media <> 'voice' AND COALESCE(a.presence_until, 1) < {lost_since}",
        "I2": "SELECT id FROM work_items WHERE (state IN ('offered', 'assigned', 'wrap_up') AND agent_id IS NULL)"
        " OR (state = 'queued' AND (agent_id IS NOT NULL OR weight <> 0))",
        "I3": f"SELECT id FROM reservations WHERE state = 'offered' AND expires_at < {late}",
        "I4": "SELECT w.id FROM work_items w LEFT JOIN reservations r ON r.work_item_id = w.id"
        " AND r.state = 'accepted' AND r.ended_at IS NULL AND r.agent_id = w.agent_id"
        f" WHERE w.state IN {_HELD} GROUP BY w.id HAVING COUNT(r.id) <> 1"
        " UNION ALL SELECT work_item_id FROM reservations WHERE state = 'accepted' AND ended_at IS NULL"
        " GROUP BY work_item_id HAVING COUNT(*) <> 1",
        "I5": "SELECT w.id FROM work_items w LEFT JOIN reservations r ON r.work_item_id = w.id"
        " AND r.state = 'offered' AND r.agent_id = w.agent_id AND r.epoch = w.epoch"
        " WHERE w.state = 'offered' GROUP BY w.id HAVING COUNT(r.id) <> 1"
        " UNION ALL SELECT r.id FROM reservations r JOIN work_items w ON w.id = r.work_item_id"
        f" WHERE r.ended_at IS NULL AND (w.state NOT IN {_OPEN} OR w.state = 'queued')"
        " UNION ALL SELECT work_item_id FROM reservations WHERE state = 'offered'"
        " GROUP BY work_item_id HAVING COUNT(*) <> 1",
        "I6": f"SELECT id FROM touches WHERE delivery = 'sending' AND COALESCE(lease_until, 1) < {lapsed}",
        "I7": f"SELECT agent_id FROM work_items WHERE state IN {_HELD}"
        f" GROUP BY agent_id HAVING SUM(weight) > {FULL}",
        "I8": f"SELECT id FROM work_items WHERE state = 'wrap_up' AND COALESCE(deadline_at, 1) < {late}",
        "I9": "SELECT i.id FROM interactions i LEFT JOIN work_items w ON w.interaction_id = i.id"
        f" AND w.state IN {_OPEN} WHERE i.state = 'open' GROUP BY i.id HAVING COUNT(w.id) > 1 OR (COUNT(w.id) = 0"
        " AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.interaction_id = i.id AND c.ended_at IS NULL))"
        " UNION ALL SELECT i.id FROM interactions i JOIN work_items w ON w.interaction_id = i.id"
        " WHERE i.state = 'closed' AND w.state IN ('queued', 'offered', 'assigned')"
        " UNION ALL SELECT i.id FROM interactions i JOIN sessions s ON s.interaction_id = i.id"
        " WHERE i.state = 'closed' AND s.ended_at IS NULL"
        " UNION ALL SELECT t.id FROM touches t JOIN facts f ON f.interaction_id = t.interaction_id"
        " AND f.kind = 'interaction_closed' WHERE t.direction <> 'internal' AND t.seq > f.seq",
        "I10": "SELECT id, payload FROM outbox ORDER BY id LIMIT 1",
        "I11": f"SELECT id FROM calls WHERE ended_at IS NULL AND heard_at < {silent}",
        "I12": "SELECT w.id FROM work_items w WHERE w.media = 'voice' AND w.state IN ('queued', 'offered', 'assigned')"
        f" AND w.received_at < {silent} AND NOT EXISTS"
        " (SELECT 1 FROM calls c WHERE c.interaction_id = w.interaction_id AND c.ended_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM callbacks b WHERE b.interaction_id = w.interaction_id"
        " AND b.queued_at IS NOT NULL)",
    }
