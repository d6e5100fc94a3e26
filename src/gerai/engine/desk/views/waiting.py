"""Everything that waits for a person, in one list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import END, Id, Limit, words
from gerai.engine.desk.goods import catalogue_of
from gerai.engine.desk.house import Within
from gerai.engine.desk.paging import behind, moment_of
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.waiting import KINDS, WaitingKind, can_of, things_of, what_of
from gerai.kit.bilingual import Bilingual
from gerai.store import waiting_list as sql


class WaitingFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``kind``: of this kind alone."""

    kind: Annotated[WaitingKind | Literal[""], words("Jenis", "Kind", "late_payment")] = ""
    after: Annotated[
        Annotated[str, Meta(pattern=r"^(-?[0-9]{1,17}-[a-z_]{1,40}-[0-9]{1,18})?" + END)], words("Sesudah", "After")
    ] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class WaitingListRow(msgspec.Struct, frozen=True):
    """One thing. ``what``: what happened; ``since``: how long it waits; ``amount_sen``: of the money it is about, None:
    it is about none; ``things``: of what it is one, seen by its ``id`` as ``<things>.show``; ``can``: the acts that
    decide it, by its ``id``."""

    id: Annotated[Id, words("Nomor", "Id")]
    kind: Annotated[str, words("Jenis", "Kind")]
    what: Annotated[Bilingual, words("Yang terjadi", "What happened")]
    amount_sen: Annotated[int | None, words("Jumlah", "Amount")]
    since: Annotated[datetime, words("Sejak", "Since")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    things: Annotated[str, words("Dilihat di", "Seen in")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


async def run(within: Within, wanted: WaitingFilter) -> ViewPage:
    """What waits longest first; of each kind the oldest thousand."""
    kinds = [wanted.kind] if wanted.kind else [*KINDS]
    after = moment_of(wanted.after)
    place = None if after is None else (after[0], after[1][0], int(after[1][1]))
    async with within.engine.connection() as connection:
        of = (within.merchant_id, within.environment, kinds, place, wanted.limit + 1)
        found = await sql.things(connection, *of)
    catalogue, shown = catalogue_of(within), found[: wanted.limit]
    methods = within.house.payment_methods
    rows = [
        WaitingListRow(
            one.id, one.kind, what_of(one, catalogue, methods), one.amount_sen, one.since, one.order_id,
            one.order_number, things_of(one), can_of(one, within.by),
        )
        for one in shown
    ]  # fmt: skip
    last = shown[-1] if len(found) > wanted.limit else None
    return ViewPage(rows, "" if last is None else behind(last.since, last.kind, last.id))


VIEW = View(
    "waiting.list", "money:read", Bilingual("Perlu tindakan", "Needs action"), WaitingFilter, WaitingListRow, run
)
