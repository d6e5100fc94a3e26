"""Money that came once, and what it may be for."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gerai.engine.arrivals.take import PRODUCTION, asked_once, candidates
from gerai.engine.desk.fields import ById, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.arrivals import ArrivalRow, row_of
from gerai.kit.bilingual import Bilingual
from gerai.store import arrivals as sql


class MayBe(msgspec.Struct, frozen=True):
    """What asks for exactly this there. ``id``: of the payment or the top-up; ``name``: the order's number, or the
    top-up's code; ``status``: of the payment or the top-up."""

    id: Annotated[int, words("Nomor", "Id")]
    name: Annotated[str, words("Pesanan atau isi saldo", "Order or top-up")]
    status: Annotated[str, words("Keadaan", "State")]


class WholeArrival(ArrivalRow, frozen=True, kw_only=True):
    """Money that came. ``may_be``: what it may be for; ``was_asked``: where nothing fits any more, who was asked for it
    once, and how that stands."""

    may_be: Annotated[tuple[MayBe, ...], words("Mungkin untuk", "May be for")]
    was_asked: Annotated[tuple[str, ...], words("Pernah diminta dari", "Was asked of")]


async def run(within: Within, wanted: ById) -> ViewPage:
    """It, or nothing."""
    async with within.engine.connection() as connection:
        one = await sql.by_id(connection, within.merchant_id, wanted.id)
    if one is None or within.environment != PRODUCTION:
        return ViewPage([])
    may_be, was_asked = tuple[MayBe, ...](), tuple[str, ...]()
    if one.status == "waiting":
        of = (within.engine, within.merchant_id, one.receiving_id, one.amount_sen)
        found = await candidates(*of)
        may_be = tuple(MayBe(c.payment_id or c.deposit_id or 0, c.name, c.status) for c in found)
        was_asked = tuple(f"{o.name} ({o.paid_by or o.status})" for o in await asked_once(*of)) if not found else ()
    shown = WholeArrival(**msgspec.structs.asdict(row_of(within, one)), may_be=may_be, was_asked=was_asked)
    return ViewPage([shown])


VIEW = View(
    "arrivals.show", "money:read", Bilingual("Uang yang masuk", "Money that came once"), ById, WholeArrival, run
)
