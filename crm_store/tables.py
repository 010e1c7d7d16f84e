"""All tables of the store: importing this module fills the metadata."""

from crm_store.base import metadata
from crm_store.rows import access, floor, history, manager, people, rules, search, supervise, talk, webchat

__all__ = [
    "access",
    "floor",
    "history",
    "manager",
    "metadata",
    "people",
    "rules",
    "search",
    "supervise",
    "talk",
    "webchat",
]
