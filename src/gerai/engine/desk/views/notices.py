"""Notices of money that came or was paid out, as they came from others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.notices import notice_acts, sender_named
from gerai.engine.desk.paging import After, cut
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import notices as sql

NoticeState = Literal["received", "read", "waiting", "dismissed"]


class NoticeFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``source``: of one sender, 0 is any."""

    status: Annotated[NoticeState | Literal[""], words("Keadaan", "State", "waiting")] = ""
    source: Annotated[int, Meta(ge=0, le=2**63 - 1), words("Nomor pengirim", "Sender's id")] = 0
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class NoticeRow(msgspec.Struct, frozen=True):
    """One notice. ``sender``: the service, courier or gateway; ``kept``: how many moneys, parcels or payments of it are
    booked or wait among the money that came; ``fault``: why it waits for a person; ``can``: the acts that its state
    allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    came_at: Annotated[datetime, words("Datang", "Came")]
    sender: Annotated[str, words("Pengirim", "Sender")]
    status: Annotated[str, words("Keadaan", "State")]
    kept: Annotated[int, words("Dipakai", "Kept of it")]
    fault: Annotated[str, words("Perlu dilihat", "Look at")]
    worked_at: Annotated[datetime | None, words("Dikerjakan", "Worked on")]
    size_bytes: Annotated[int, words("Besar (bita)", "Size (bytes)")]
    source_id: Annotated[int, words("Nomor pengirim", "Sender's id")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(within: Within, one: sql.ListedNotice) -> NoticeRow:
    """A notice as it is listed."""
    worked_at = None if one.status == "received" else one.updated_at
    return NoticeRow(
        one.notice_id, one.created_at, sender_named(within, one.form), one.status, one.kept, one.fault, worked_at,
        one.size_bytes, one.source_id, notice_acts(one.status),
    )  # fmt: skip


async def run(within: Within, wanted: NoticeFilter) -> ViewPage:
    """Newest first; the sandbox has none. A page may have few rows, or none, and others follow."""
    if within.environment != PRODUCTION:
        return ViewPage([])
    of = (wanted.status, wanted.source, int(wanted.after or 0) or 2**63 - 1, wanted.limit + 1)
    async with within.engine.connection() as connection:
        found, went_to = await sql.page(connection, within.merchant_id, *of)
    return cut(found, wanted.limit, lambda one: str(one.notice_id), str(went_to or ""), lambda one: row_of(within, one))


VIEW = View("notices.list", "money:read", Bilingual("Kabar uang", "Money notices"), NoticeFilter, NoticeRow, run)
