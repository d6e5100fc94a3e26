"""Money that came into the shop's own accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.domain.records import Arrival
from gerai.domain.states import ARRIVAL
from gerai.engine.arrivals.take import PRODUCTION
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import account_named
from gerai.engine.desk.paging import After, cut
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import arrivals as sql

_ACTS = {"book": "arrivals.book", "dismiss": "arrivals.dismiss"}


class ArrivalFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``account``: the shop's own account, 0 is any."""

    status: Annotated[Literal["waiting", "booked", "dismissed", ""], words("Keadaan", "State", "waiting")] = ""
    account: Annotated[int, Meta(ge=0, le=2**63 - 1), words("Nomor rekening Anda", "Id of your account")] = 0
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class ArrivalRow(msgspec.Struct, frozen=True):
    """Money that came. ``description``: what the bank says; ``order_id``, ``payment_id``, ``deposit_id``: what it paid,
    once it is booked; ``decided_by``: the person who decided, where one did; ``can``: the acts that its state
    allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    status: Annotated[str, words("Keadaan", "State")]
    arrived_at: Annotated[datetime, words("Datang", "Came")]
    account: Annotated[str, words("Rekening Anda", "Your account")]
    description: Annotated[str, words("Kata bank", "What the bank says")]
    source: Annotated[str, words("Sumber", "Source")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    payment_id: Annotated[int | None, words("Nomor pembayaran", "Payment's id")]
    deposit_id: Annotated[int | None, words("Nomor isi saldo", "Top-up's id")]
    decided_by: Annotated[str, words("Diputuskan oleh", "Decided by")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(within: Within, one: Arrival) -> ArrivalRow:
    """Money as it is listed."""
    can = tuple(act for verb, act in _ACTS.items() if ARRIVAL.can(one.status, verb))
    return ArrivalRow(
        one.arrival_id, one.amount_sen, one.status, one.arrived_at, account_named(within, one.receiving_id),
        one.description, one.source, one.order_id, one.payment_id, one.deposit_id, one.decided_by, can,
    )  # fmt: skip


async def run(within: Within, wanted: ArrivalFilter) -> ViewPage:
    """Newest first; the sandbox has none. A page may have few rows, or none, and others follow."""
    if within.environment != PRODUCTION:
        return ViewPage([])
    of = (wanted.status, wanted.account, int(wanted.after or 0) or 2**63 - 1, wanted.limit + 1)
    async with within.engine.connection() as connection:
        found, went_to = await sql.page(connection, within.merchant_id, *of)
    return cut(
        found, wanted.limit, lambda one: str(one.arrival_id), str(went_to or ""), lambda one: row_of(within, one)
    )


VIEW = View(
    "arrivals.list", "money:read", Bilingual("Uang masuk", "Money that came"), ArrivalFilter, ArrivalRow, run
)  # fmt: skip
