"""Facts about what people of the house set: others read it again."""

from dataclasses import dataclass
from typing import ClassVar

from hub.domain.ids import MailAccountId, QueueId, TelegramBotId, TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteChanged:
    """What a web site's chat looks like, asks or allows has changed."""

    kind: ClassVar[str] = "site_changed"
    tenant_id: TenantId
    site_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccountChanged:
    """An account of mail was added or changed."""

    kind: ClassVar[str] = "mail_account_changed"
    tenant_id: TenantId
    account_id: MailAccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramBotChanged:
    """A bot of Telegram was added, changed or deleted."""

    kind: ClassVar[str] = "telegram_bot_changed"
    tenant_id: TenantId
    bot_id: TelegramBotId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged:
    """An account of somebody who works here was made or changed. `disabled`: nothing of theirs works from now on."""

    kind: ClassVar[str] = "user_changed"
    tenant_id: TenantId
    user_id: UserId
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRulesChanged:
    """A supervisor set the thresholds of a queue."""

    kind: ClassVar[str] = "alarm_rules_changed"
    tenant_id: TenantId
    queue_id: QueueId
