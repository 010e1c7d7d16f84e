"""The kinds of id: every one is a UUIDv7 written as text, and no kind may stand for another."""

from typing import NewType

TenantId = NewType("TenantId", str)
UserId = NewType("UserId", str)
PersonId = NewType("PersonId", str)
OrganizationId = NewType("OrganizationId", str)
IdentityId = NewType("IdentityId", str)
InteractionId = NewType("InteractionId", str)
SessionId = NewType("SessionId", str)
TouchId = NewType("TouchId", str)
QueueId = NewType("QueueId", str)
WorkItemId = NewType("WorkItemId", str)
NoticeId = NewType("NoticeId", str)
AlarmId = NewType("AlarmId", str)
ConsultId = NewType("ConsultId", str)
ReservationId = NewType("ReservationId", str)
PlannedId = NewType("PlannedId", str)
CaseId = NewType("CaseId", str)
TaskId = NewType("TaskId", str)
FieldId = NewType("FieldId", str)
ConsentId = NewType("ConsentId", str)
MergeId = NewType("MergeId", str)
CallId = NewType("CallId", str)
RecordingId = NewType("RecordingId", str)
MailAccountId = NewType("MailAccountId", str)
LetterId = NewType("LetterId", str)
TelegramBotId = NewType("TelegramBotId", str)

DEFAULT_TENANT = TenantId("00000000-0000-7000-8000-000000000001")
"""The tenant of a hub that serves one company; further tenants are further rows, never another code path."""
