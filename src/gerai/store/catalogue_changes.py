"""What changed in the catalogues of merchants since a moment: triggers note it (migration 0049)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Final

from psycopg import AsyncConnection

from gerai.store.conditions import query
from gerai.store.locations import EVERYBODY

#: What changed by section: a number, and what names the thing besides.
Changes = Mapping[str, Set[tuple[int, str]]]
NOTHING: Final[Changes] = {}
#: Stands for everything in its section.
_WHOLE: Final = (0, "")
#: From so many changes of one kind on, reading everything costs less.
_MANY: Final = 500
#: What a snapshot did not see, whichever way transactions overtook each other. What is everybody's is everybody's.
_SINCE: Final = f"""
SELECT n.merchant_id, c.section, c.id, c.rest
FROM unnest(%s::int8[], %s::text[]) AS n(merchant_id, moment) CROSS JOIN LATERAL (
    SELECT section, id, rest FROM catalogue_changes
    WHERE merchant_id IN (n.merchant_id, {EVERYBODY}) AND changed_in >= pg_snapshot_xmin(n.moment::pg_snapshot)
      AND NOT pg_visible_in_snapshot(changed_in, n.moment::pg_snapshot)
    OFFSET 0) c"""


def many(changed: Changes, sections: Iterable[str]) -> bool:
    """Whether so much of one of these sections changed that everything is read."""
    return any(_WHOLE in found or len(found) > _MANY for name in sections if (found := changed.get(name)))


async def moment(connection: AsyncConnection) -> str:
    """What this statement sees: within a transaction that keeps to one moment, what all of it sees."""
    [row] = await (await connection.execute("SELECT pg_current_snapshot()::text")).fetchall()
    return row[0]


async def changed_since(connection: AsyncConnection, moments: Mapping[int, str]) -> dict[int, Changes]:
    """By merchant, what changed since it was read at that moment; also what this transaction itself changed."""
    found: defaultdict[int, defaultdict[str, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))
    cursor = await connection.execute(query(_SINCE), (list(moments), list(moments.values())))
    for merchant_id, section, id, rest in await cursor.fetchall():
        found[merchant_id][section].add((id, rest))
    return {i: found.get(i, NOTHING) for i in moments}
