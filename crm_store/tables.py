"""All tables of the store: importing this module fills the metadata."""

from crm_store.base import metadata
from crm_store.rows import (
    access,
    accounts,
    calls,
    crm,
    floor,
    history,
    knowledge,
    manager,
    people,
    phones,
    recordings,
    rules,
    search,
    supervise,
    talk,
    webchat,
    webhooks,
)

__all__ = [
    "access",
    "accounts",
    "calls",
    "crm",
    "floor",
    "history",
    "knowledge",
    "manager",
    "metadata",
    "people",
    "phones",
    "recordings",
    "rules",
    "search",
    "supervise",
    "talk",
    "webchat",
    "webhooks",
]
