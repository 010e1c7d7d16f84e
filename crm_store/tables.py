"""All tables of the store: importing this module fills the metadata."""

from crm_store.base import metadata
from crm_store.rows import (
    access,
from crm_store.rows import knowledge

__all__ = ["knowledge"]
    manager,
    people,
    rules,
    search,
    supervise,
    talk,
    webchat,
<<<<<<< HEAD
    webhooks,
=======
>>>>>>> 388df6a (Canned replies, macros and articles: the domain, the use cases and the store)
)

__all__ = [
    "access",
    "accounts",
    "floor",
    "history",
    "knowledge",
    "manager",
    "metadata",
    "people",
    "rules",
    "search",
    "supervise",
    "talk",
    "webchat",
    "webhooks",
]
