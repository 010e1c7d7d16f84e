"""Clients by their tags: kept beside the card, and asked for by the log and the reports."""

from collections.abc import Iterable, Sequence

from crm_store.driver import Wire
from crm_store.log_query import Question, reach_of
from crm_store.rows.crm import person_tags
from hub.domain.access import Permission, Principal
from hub.domain.ids import PersonId, TenantId

FEW = 2_000
"""Up to so many interactions are looked at one by one, the newest of more are met soon enough on a walk by time."""

MOST_TAGS = 500

_OF_TAGS = (
    "SELECT i.id FROM person_tags t CROSS JOIN interactions i WHERE t.tenant_id = $1 AND t.tag = ANY($2)"
    " AND i.person_id = t.person_id AND /*+*/i.tenant_id = $1"
)


def folded(tags: Iterable[str]) -> list[str]:
    """Tags whatever their case."""
    return list(dict.fromkeys(tag.casefold() for tag in tags))


async def save_tags(wire: Wire, tenant_id: TenantId, person_id: PersonId, tags: Sequence[str]) -> None:
    """These are the tags of the card from now on."""
    await wire.execute(
        "DELETE FROM person_tags WHERE /*+*/tenant_id = $1 AND person_id = $2", tenant_id, person_id
    )
    labels = {tag.casefold(): tag for tag in tags}
    if labels:
        await wire.insert(person_tags, [(tenant_id, tag, person_id, label) for tag, label in labels.items()])


async def want_tags(wire: Wire, asked: Question, tags: Sequence[str], *, walks: bool) -> bool:
    """Only passes of clients who have one of `tags`. Whether their interactions are few, and named in the question.

    `walks`: passes are met one by one in the order of an index, and each is looked at; else they are found by
    the tag.
    """
    wanted = folded(tags)
    tenant_id = asked.params[0]
    rows = await wire.fetch(f"{_OF_TAGS} LIMIT {FEW + 1}", tenant_id, wanted)
    if len(rows) <= FEW:
        asked.want(f"w.interaction_id = ANY({asked.mark(sorted({row[0] for row in rows}))})")
        return True
    mark = asked.mark(wanted)
    if walks:
        asked.want(
            "EXISTS (SELECT 1 FROM person_tags t WHERE t.tenant_id = w.tenant_id"
            f" AND t.tag = ANY({mark}) AND t.person_id = w.person_id)"
        )
    else:
        asked.want(
            "w.interaction_id IN (SELECT i.id FROM person_tags t CROSS JOIN interactions i"
            f" WHERE t.tenant_id = $1 AND t.tag = ANY({mark}) AND i.person_id = t.person_id)"
        )
    return False


async def tags_in_reach(wire: Wire, principal: Principal, permission: Permission) -> list[str]:
    """Tags of clients who have passes within reach, by name, the first of them. Raises Forbidden."""
    column, values = reach_of(principal, permission)
    sql, params = (
        "SELECT tag, MIN(label) FROM person_tags WHERE tenant_id = $1 GROUP BY tag",
        [principal.tenant_id],
    )
    if values is not None:
        sql = (
            f"SELECT d.tag, d.label FROM ({sql.replace('MIN(label)', 'MIN(label) AS label')}) d WHERE EXISTS ("
            "SELECT 1 FROM person_tags t CROSS JOIN interactions i CROSS JOIN work_items w"
            " WHERE t.tenant_id = $1 AND t.tag = d.tag AND i.person_id = t.person_id AND w.interaction_id = i.id"
            f" AND /*+*/w.{column} = ANY($2))"
        )
        params.append(list(values))  # type: ignore[arg-type]
    rows = await wire.fetch(f"{sql} ORDER BY 1 LIMIT {MOST_TAGS}", *params)
    return [row[1] for row in rows]
