"""Payments of all doors, as they stand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gerai.engine.desk.days import since_of, until_of
from gerai.engine.desk.fields import Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.members import Door
from gerai.engine.desk.money import MethodName, PaymentState, payment_acts
from gerai.engine.desk.paging import AfterMoment, behind, cut, moment_of
from gerai.engine.desk.registry import View, ViewPage
from gerai.kit.bilingual import Bilingual
from gerai.store import payment_list as sql
from gerai.store import payments
from gerai.store.payment_list import ListedPayment


class PaymentListFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``text``: the identifier of a payment, the number its payer was shown (a VA), or the number or identifier of an
    order, whole. ``since``, ``until``: the first and the last day on which they were begun, in Jakarta."""

    status: Annotated[PaymentState | Literal[""], words("Keadaan", "State", "completed")] = ""
    method: Annotated[MethodName, words("Cara bayar", "Method", "qris")] = ""
    door: Annotated[Door, words("Konter", "Counter")] = ""
    text: Annotated[
        Annotated[str, Meta(max_length=200)], words("Nomor pembayaran atau pesanan", "Number of a payment or order")
    ] = ""
    since: Annotated[date | None, words("Sejak tanggal", "From the day", "2026-11-01")] = None
    until: Annotated[date | None, words("Sampai tanggal", "To the day", "2026-11-30")] = None
    after: Annotated[AfterMoment, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class PaymentRow(msgspec.Struct, frozen=True):
    """One payment. ``payment``: as its door knows it; ``method``: with its channel; ``asked_sen``: what its payer is
    asked for in all, ``amount_sen`` of that is the order's, or came instead of it; ``can``: the acts that its state
    allows."""

    id: Annotated[Id, words("Nomor", "Id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    status: Annotated[str, words("Keadaan", "State")]
    method: Annotated[str, words("Cara bayar", "Method")]
    asked_sen: Annotated[int, words("Diminta", "Asked")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    refunded_sen: Annotated[int, words("Dikembalikan", "Given back")]
    order_id: Annotated[int, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    door: Annotated[str, words("Konter", "Counter")]
    created_at: Annotated[datetime, words("Dimulai", "Begun")]
    completed_at: Annotated[datetime | None, words("Uang datang", "Money came")]
    can: Annotated[tuple[str, ...], words("Tindakan", "Acts")]


def row_of(listed: ListedPayment) -> PaymentRow:
    """A payment as it is listed."""
    one = listed.payment
    return PaymentRow(
        one.payment_id, one.public_id, one.status, way_of(one.method, one.channel_code),
        one.asked_instead_sen or one.asked_sen, one.amount_sen, one.refunded_sen, one.order_id, listed.order_number,
        listed.door, one.created_at, one.completed_at, payment_acts(one),
    )  # fmt: skip


def way_of(method: str, channel: str) -> str:
    """``va BCA``; a channel that says the same again is left out."""
    return method if not channel or channel.casefold() == method.casefold() else f"{method} {channel}"


async def run(within: Within, wanted: PaymentListFilter) -> ViewPage:
    """Newest first. With a state, a method or a counter a page may have few rows, or none, and others follow."""
    if text := wanted.text.strip():
        return ViewPage([row_of(one) for one in await _named(within, wanted, text)])
    asked = sql.Wanted(
        wanted.status, wanted.method.strip(), wanted.door, since_of(wanted.since), until_of(wanted.until)
    )
    after = moment_of(wanted.after)
    place = None if after is None else (after[0], int(after[1][0]))
    async with within.engine.connection() as connection:
        of = (within.merchant_id, within.environment, asked, place, wanted.limit + 1)
        found, went_to = await sql.page(connection, *of)
    token = "" if went_to is None else behind(*went_to)
    return cut(found, wanted.limit, lambda one: behind(one.payment.created_at, one.payment.payment_id), token, row_of)


async def _named(within: Within, wanted: PaymentListFilter, text: str) -> list[ListedPayment]:
    """Those that this text names, and that are what else is asked for."""
    here = (within.merchant_id, within.environment)
    async with within.engine.connection() as connection:
        named = await payments.by_own_name(connection, within.merchant_id, text)
        named = named or await payments.by_name_of_order(connection, within.merchant_id, text)
        ids = [one.payment_id for one in named] or await sql.with_code(connection, *here, text)
        found = await sql.by_ids(connection, within.merchant_id, ids)
    return [one for one in found if _fits(one, within, wanted)][: wanted.limit]


def _fits(listed: ListedPayment, within: Within, wanted: PaymentListFilter) -> bool:
    one, since, until = listed.payment, since_of(wanted.since), until_of(wanted.until)
    return (
        one.environment == within.environment
        and wanted.status in ("", one.status)
        and wanted.method.strip() in ("", one.method)
        and wanted.door in ("", listed.door)
        and (since is None or one.created_at >= since)
        and (until is None or one.created_at < until)
    )


VIEW = View("payments.list", "money:read", Bilingual("Pembayaran", "Payments"), PaymentListFilter, PaymentRow, run)
