"""Who did what: entries are written and read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from gerai.domain.records import AuditEntry
from gerai.store.conditions import query

_COLUMNS: Final = AuditEntry.__struct_fields__
_INSERT: Final = f"INSERT INTO audit ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
_COPY: Final = f"COPY audit ({', '.join(_COLUMNS)}) FROM STDIN"
_LISTED: Final = f"""
SELECT audit_id, {", ".join(_COLUMNS)} FROM audit
WHERE merchant_id = %(merchant)s AND audit_id < %(before)s {{which}} ORDER BY audit_id DESC LIMIT %(limit)s"""
NEWEST: Final = _LISTED.format(which="")
OF_TARGET: Final = _LISTED.format(which="AND target = %(target)s")
OF_ENVIRONMENT: Final = _LISTED.format(which="AND environment = %(environment)s")
OF_TARGET_THERE: Final = _LISTED.format(which="AND target = %(target)s AND environment = %(environment)s")


class StoredEntry(NamedTuple):
    """An entry with its number."""

    audit_id: int
    entry: AuditEntry


async def write(connection: AsyncConnection, entry: AuditEntry) -> None:
    """Add an entry."""
    await connection.execute(_INSERT.encode(), _values(entry))


async def write_all(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Add many entries, in this order, in one statement of the kind that loads tables."""
    async with connection.cursor() as cursor, cursor.copy(_COPY.encode()) as copy:
        for entry in entries:
            await copy.write_row(_values(entry))


async def entries(
    connection: AsyncConnection, merchant_id: int, before_id: int, limit: int, target: str = "", environment: str = ""
) -> list[StoredEntry]:
    """At most so many with smaller numbers, newest first; of this target and what was done in this environment alone
    where one is named."""
    there = OF_TARGET_THERE if target else OF_ENVIRONMENT
    text = there if environment else OF_TARGET if target else NEWEST
    names = {
        "merchant": merchant_id, "before": before_id, "limit": limit, "target": target, "environment": environment,
    }  # fmt: skip
    cursor = await connection.execute(query(text), names)
    return [StoredEntry(number, AuditEntry(*values)) for number, *values in await cursor.fetchall()]


def _values(entry: AuditEntry) -> list[Any]:
    return [Jsonb(v) if isinstance(v, dict) else v for v in (getattr(entry, name) for name in _COLUMNS)]
