"""Notices that money came in and who may send them, read and written outside the batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from psycopg import AsyncConnection

from gerai.domain.records import Notice, NoticeSource
from gerai.store.conditions import Where, query
from gerai.store.tables import NOTICE_SOURCES, NOTICES
from gerai.store.walk import Walk, walked

_SOURCE_COLUMNS: Final = ", ".join(NoticeSource.__struct_fields__)
_LIST: Final = Walk(
    "notices",
    "notice_id",
    "t.notice_id, t.source_id, s.form, t.status, t.fault, t.kept, octet_length(t.body), t.created_at, t.updated_at",
    """CROSS JOIN LATERAL (SELECT s.form FROM notice_sources s
                           WHERE s.merchant_id = t.merchant_id AND s.source_id = t.source_id OFFSET 0) s""",
)
_SOURCES: Final = f"SELECT {NOTICE_SOURCES.select_list} FROM notice_sources t WHERE "


async def open_sources(connection: AsyncConnection, merchant_ids: Sequence[int]) -> dict[int, tuple[NoticeSource, ...]]:
    """By merchant, every one of these, those that are open, oldest first."""
    cursor = await connection.execute(
        query(f"{_SOURCES} t.merchant_id = ANY(%s) AND t.closed_at IS NULL ORDER BY t.merchant_id, t.source_id"),
        (list(merchant_ids),),
    )
    found: dict[int, tuple[NoticeSource, ...]] = dict.fromkeys(merchant_ids, ())
    for row in await cursor.fetchall():
        found[row[0]] += (NoticeSource(*row),)
    return found


async def source(connection: AsyncConnection, merchant_id: int, source_id: int) -> NoticeSource | None:
    """The source with this id, a closed one, too."""
    cursor = await connection.execute(
        query(f"{_SOURCES} t.merchant_id = %s AND t.source_id = %s"), (merchant_id, source_id)
    )
    row = await cursor.fetchone()
    return None if row is None else NoticeSource(*row)


async def add_source(connection: AsyncConnection, new: NoticeSource) -> None:
    """Store a new one."""
    values = msgspec.structs.asdict(new)
    names = ", ".join(f"%({name})s" for name in values)
    await connection.execute(query(f"INSERT INTO notice_sources ({_SOURCE_COLUMNS}) VALUES ({names})"), values)


async def close_source(connection: AsyncConnection, merchant_id: int, source_id: int, at: datetime, by: str) -> bool:
    """False when there is no such open one."""
    cursor = await connection.execute(
        "UPDATE notice_sources SET closed_at = %s, closed_by = %s "
        "WHERE merchant_id = %s AND source_id = %s AND closed_at IS NULL",
        (at, by, merchant_id, source_id),
    )
    return cursor.rowcount == 1


async def notice(connection: AsyncConnection, merchant_id: int, notice_id: int) -> Notice | None:
    """The notice with this id."""
    cursor = await connection.execute(
        query(f"SELECT {NOTICES.select_list} FROM notices t WHERE t.merchant_id = %s AND t.notice_id = %s"),
        (merchant_id, notice_id),
    )
    row = await cursor.fetchone()
    return None if row is None else NOTICES.read(row)


async def unread(connection: AsyncConnection, merchant_id: int, limit: int) -> list[Notice]:
    """What is not read yet, and what waits for a person, longest first."""
    cursor = await connection.execute(
        query(f"SELECT {NOTICES.select_list} FROM notices t WHERE t.merchant_id = %s "
               "AND t.status IN ('received', 'waiting') ORDER BY t.notice_id LIMIT %s"),
        (merchant_id, limit),
    )  # fmt: skip
    return [NOTICES.read(row) for row in await cursor.fetchall()]


class ListedNotice(NamedTuple):
    """A notice without its body, and in whose ``form`` it came."""

    notice_id: int
    source_id: int
    form: str
    status: str
    fault: str
    kept: int
    size_bytes: int
    created_at: datetime
    updated_at: datetime


async def page(
    connection: AsyncConnection, merchant_id: int, status: str, source_id: int, before_id: int, limit: int
) -> tuple[list[ListedNotice], int | None]:
    """Of this state (empty: any) and sender (0: any), newest first, as :func:`walked`."""
    wanted = (
        Where("true")
        .add_if(status == "waiting", "t.status IN ('received', 'waiting') AND t.status = 'waiting'")
        .add_if(status not in ("", "waiting"), "t.status = %s", status)
        .add_if(source_id > 0, "t.source_id = %s", source_id)
    )
    found, went_to = await walked(connection, _LIST, merchant_id, before_id, wanted, limit)
    return [ListedNotice(*row) for row in found], went_to


async def account_numbered(connection: AsyncConnection, merchant_id: int, number: str) -> int | None:
    """The receiving account with this number at its bank: the open one, else that which was closed last."""
    cursor = await connection.execute(
        "SELECT receiving_id FROM receiving_accounts WHERE merchant_id = %s AND identity = %s "
        "ORDER BY closed_at DESC NULLS FIRST, receiving_id DESC LIMIT 1",
        (merchant_id, number),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]
