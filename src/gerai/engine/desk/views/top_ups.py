"""Members' top-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.domain.records import Deposit
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.money import DepositState, MethodName, deposit_acts
from gerai.engine.desk.paging import After, cut
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.desk.views.payments import way_of
from gerai.kit.bilingual import Bilingual
from gerai.store import deposits as sql


class TopUpFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``member``: 0 is any; ``text``: the code of a top-up, whole."""

    status: Annotated[DepositState | Literal[""], words("Keadaan", "State", "late")] = ""
    method: Annotated[MethodName, words("Cara bayar", "Method", "va")] = ""
    member: Annotated[int, Meta(ge=0, le=2**63 - 1), words("Nomor anggota", "Member")] = 0
    text: Annotated[Annotated[str, Meta(max_length=200)], words("Kode isi saldo", "Code of a top-up")] = ""
    after: Annotated[After, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class TopUpRow(msgspec.Struct, frozen=True):
    """One top-up. ``code``: as its member knows it; ``amount_sen``: what the wallet gets; ``asked_sen``: what its payer
    is asked for in all; ``came_sen``: what came instead, None: nothing else did; ``can``: the acts that its state
    allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    code: Annotated[str, words("Kode", "Code")]
    status: Annotated[str, words("Keadaan", "State")]
    method: Annotated[str, words("Cara bayar", "Method")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    asked_sen: Annotated[int, words("Diminta", "Asked")]
    came_sen: Annotated[int | None, words("Yang datang", "Came instead")]
    member_id: Annotated[int | None, words("Nomor anggota", "Member")]
    door: Annotated[str, words("Konter", "Counter")]
    created_at: Annotated[datetime, words("Dimulai", "Begun")]
    completed_at: Annotated[datetime | None, words("Masuk saldo", "In the wallet")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(one: Deposit) -> TopUpRow:
    """A top-up as it is listed."""
    return TopUpRow(
        one.deposit_id, one.public_id, one.status, way_of(one.method, one.channel_code), one.amount_sen, one.pay_sen,
        one.came_instead_sen or None, one.member_id, one.channel, one.created_at, one.completed_at, deposit_acts(one),
    )  # fmt: skip


async def run(within: Within, wanted: TopUpFilter) -> ViewPage:
    """Newest first. A page may have few rows, or none, and others follow."""
    if code := wanted.text.strip():
        named = await within.engine.deposits.named(within.merchant_id, ["", *within.house.doors], code)
        return ViewPage([row_of(one) for one in named if _fits(one, within, wanted)])
    before_id = int(wanted.after or 0) or 2**63 - 1
    of = (wanted.status, wanted.method.strip(), wanted.member, before_id, wanted.limit + 1)
    async with within.engine.connection() as connection:
        found, went_to = await sql.page(connection, within.merchant_id, within.environment, *of)
    return cut(found, wanted.limit, lambda one: str(one.deposit_id), str(went_to or ""), row_of)


def _fits(one: Deposit, within: Within, wanted: TopUpFilter) -> bool:
    return (
        one.environment == within.environment
        and wanted.status in ("", one.status)
        and wanted.method.strip() in ("", one.method)
        and wanted.member in (0, one.member_id)
    )


VIEW = View("topups.list", "money:read", Bilingual("Isi saldo", "Top-ups"), TopUpFilter, TopUpRow, run)
