"""Who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import PRODUCTION
from gerai.engine.desk.paging import After, paged
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import audit as sql


class AuditFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``target``: the id of what was made or changed."""

    target: Annotated[Annotated[str, Meta(max_length=200)], words("Tentang (nomor)", "About (id)")] = ""
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class AuditRow(msgspec.Struct, frozen=True):
    """An entry. ``actor``: person, key or operator, and which; ``facts``: what was changed, old and new."""

    id: Annotated[Id, words("Nomor", "Id")]
    at: Annotated[datetime, words("Waktu", "Time")]
    actor: Annotated[str, words("Pelaku", "Actor")]
    actor_name: Annotated[str, words("Nama pelaku", "Actor's name")]
    act: Annotated[str, words("Tindakan", "Act")]
    target: Annotated[str, words("Tentang", "About")]
    reason: Annotated[str, words("Alasan", "Reason")]
    facts: Annotated[dict[str, Any], words("Rincian", "Facts")]
    environment: Annotated[str, words("Lingkungan", "Environment")]
    request_id: Annotated[str, words("Nomor permintaan", "Request")]


async def run(within: Within, wanted: AuditFilter) -> ViewPage:
    """Newest first. The sandbox sees what was done there. Production sees all: what both environments have alike, as
    the catalogue, is changed by either."""
    alone = "" if within.environment == PRODUCTION else within.environment
    of = (within.merchant_id, int(wanted.after or 0) or 2**63 - 1, wanted.limit + 1, wanted.target, alone)
    async with within.engine.connection() as connection:
        found = await sql.entries(connection, *of)
    rows = [
        AuditRow(
            number, e.created_at, f"{e.actor_kind}:{e.actor}", e.actor_name, e.act, e.target, e.reason, e.facts,
            e.environment, e.request_id,
        )
        for number, e in found
    ]  # fmt: skip
    return paged(rows, wanted.limit)


VIEW = View("audit.list", "books:read", Bilingual("Catatan tindakan", "Audit"), AuditFilter, AuditRow, run)
