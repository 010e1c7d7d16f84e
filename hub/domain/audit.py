"""The audit log: who did what, chained by hashes so that a changed, missing or added row shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.domain.ids import TenantId, UserId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FIRST_HASH = b"\x00" * 32
"""What the first row of a tenant is chained to."""


class AuditAction(StrEnum):
    """What was done, or tried."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SET_UP = "set_up"
    REQUEST = "request"
    EXPORT = "export"
    VERIFY_AUDIT = "verify_audit"
    ADD_USER = "add_user"
    CHANGE_USER = "change_user"
    SET_PASSWORD = "set_password"  # noqa: S105 - the name of an action
    INVITE_USER = "invite_user"
    END_SIGN_INS = "end_sign_ins"
    SET_SECOND_FACTOR = "set_second_factor"
    DROP_SECOND_FACTOR = "drop_second_factor"
    NEW_RECOVERY_CODES = "new_recovery_codes"
    SET_ACCESS_RULES = "set_access_rules"
    ADD_KEY = "add_key"
    REVOKE_KEY = "revoke_key"
    ADD_WEBHOOK = "add_webhook"
    CHANGE_WEBHOOK = "change_webhook"
    REMOVE_WEBHOOK = "remove_webhook"
    DISABLE_WEBHOOK = "disable_webhook"
    START_INTERACTION = "start_interaction"
    REASSIGN = "reassign"
    PRIORITISE = "prioritise"
    PULL_OUT = "pull_out"
    TAKE_OVER = "take_over"
    RETURN_WORK = "return_work"
    SET_AGENT_STATE = "set_agent_state"
    MESSAGE = "message"
    SET_ALARMS = "set_alarms"
    CHANGE_KNOWLEDGE = "change_knowledge"
    CHANGE_QUEUE = "change_queue"
    CHANGE_STAFFING = "change_staffing"
    CHANGE_HOURS = "change_hours"
    CHANGE_OUTCOMES = "change_outcomes"
    CHANGE_PAUSES = "change_pauses"
    CHANGE_SITE = "change_site"
    CHANGE_MAIL_ACCOUNT = "change_mail_account"
    CHANGE_TELEGRAM_BOT = "change_telegram_bot"
    READ_RAW_LETTER = "read_raw_letter"
    HANDLE_LETTER = "handle_letter"
    MERGE_PERSONS = "merge_persons"
    UNDO_MERGE = "undo_merge"
    KEEP_APART = "keep_apart"
    SPLIT_PERSON = "split_person"
    CHANGE_SHARED_LINES = "change_shared_lines"
    CHANGE_ORGANIZATION = "change_organization"
    ADD_CLIENT_FIELD = "add_client_field"
    CHANGE_CLIENT_FIELD = "change_client_field"
    REMOVE_CLIENT_FIELD = "remove_client_field"
    SET_PHONE_ACCOUNT = "set_phone_account"
    LISTEN_RECORDING = "listen_recording"
    ERASE_RECORDING = "erase_recording"
    IMPORT_PERSONS = "import_persons"
    IMPORT_ORGANIZATIONS = "import_organizations"


class AuditResult(StrEnum):
    """How it ended: `denied` by a rule, `failed` for want of proof."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDraft:
    """What is to be written.

    `actor` and `actor_id` say who (empty and None: nobody we know), `object` what it was done to (an id, or
    an operation's name), `reason` is one stable word, `address` where it came from.

    What a stranger typed is never part of it: people type passwords where the login belongs.
    """

    tenant_id: TenantId
    at: datetime
    actor_id: UserId | None = None
    actor: str = ""
    action: AuditAction
    object: str = ""
    result: AuditResult = AuditResult.DONE
    reason: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A written row. `number` counts from 1 without a gap; `hash` covers `previous` and the whole row."""

    number: int
    draft: AuditDraft
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The newest row's number and hash: (0, FIRST_HASH) before the first."""

    number: int = 0
    hash: bytes = FIRST_HASH


def canonical(number: int, draft: AuditDraft) -> bytes:
    """The one way to write a row as bytes: a JSON array in ASCII, its instant in µs since 1970 UTC."""
    fields = [
        number,
        draft.tenant_id,
        (draft.at - _EPOCH) // timedelta(microseconds=1),
        draft.actor_id,
        draft.actor,
        draft.action,
        draft.object,
        draft.result,
        draft.reason,
        draft.address,
    ]
    return json.dumps(fields, separators=(",", ":")).encode()


def chained(head: AuditHead, draft: AuditDraft) -> AuditEntry:
    """The row that comes after `head`: its hash is SHA-256 of the previous hash and the canonical bytes."""
    number = head.number + 1
    digest = hashlib.sha256(head.hash + canonical(number, draft)).digest()
    return AuditEntry(number=number, draft=draft, previous=head.hash, hash=digest)


def first_bad_row(rows: Iterable[AuditEntry], head: AuditHead) -> tuple[AuditHead, int | None]:
    """Verify the next rows of a chain whose verified part ends at `head`.

    Gives the new head and None, or the head before the first bad row and the number that row should have.
    Call it again with the new head for the rows that follow; a log cut at its end shows by comparing the last
    head with the one that is kept apart.
    """
    for row in rows:
        expected = chained(head, row.draft)
        if row != expected:
            return head, expected.number
        head = AuditHead(number=row.number, hash=row.hash)
    return head, None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainProgress:
    """How far a chain is verified: `done` of `total` rows fit. `first_bad` is the number of the first row that was
    changed, is missing or is one too many; it ends the walk."""

    done: int
    total: int
    first_bad: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows are wanted; empty and None stand for all. `actor` is a part of a name, whatever its capitals."""

    actor: str = ""
    action: str = ""
    object: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None


NO_FILTER = AuditFilter()
