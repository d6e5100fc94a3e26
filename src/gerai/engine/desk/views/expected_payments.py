"""Each payment and top-up that its gateway or acquirer has still to pay out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from gerai.engine.desk.fields import END, Id, Limit, words
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import View, ViewPage
from gerai.engine.payouts.find import ExpectedPayout, UnsettledPayment
from gerai.kit.bilingual import Bilingual
from gerai.kit.clock import real_now

#: The day and the id of the last row that was seen.
_AfterOne = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{1,18})?" + END)]


class WaitingPaymentFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``late``: those alone that should be there by now; ``day``: those of this day; ``gateway``: of this one, as
    ``expected_payouts.list`` calls it."""

    late: Annotated[bool, words("Hanya yang terlambat", "Late ones only", True)] = False
    day: Annotated[date | None, words("Ditunggu pada", "Expected on", "2026-12-01")] = None
    gateway: Annotated[Annotated[str, Meta(max_length=200)], words("Dari", "From", "midtrans")] = ""
    after: Annotated[_AfterOne, words("Sesudah", "After")] = ""
    limit: Annotated[Limit, words("Paling banyak", "At most")] = 50


class WaitingPaymentRow(msgspec.Struct, frozen=True):
    """A payment, or a top-up, which has no ``order``; by its own id. ``status``: ``late``: nobody has decided about it
    yet; ``refunded``: it goes back, or went. ``known_fee_sen``: what is kept of it, as far as it is known."""

    id: Annotated[Id, words("Nomor", "Id")]
    payment: Annotated[str, words("Pembayaran", "Payment")]
    order_id: Annotated[int | None, words("Nomor pesanan", "Order's id")]
    order: Annotated[str, words("Pesanan", "Order")]
    status: Annotated[str, words("Keadaan", "State")]
    gateway: Annotated[str, words("Dari", "From")]
    method: Annotated[str, words("Metode", "Method")]
    channel: Annotated[str, words("Kanal", "Channel")]
    amount_sen: Annotated[int, words("Jumlah", "Amount")]
    known_fee_sen: Annotated[int, words("Biaya yang diketahui", "Known fee")]
    came_at: Annotated[datetime, words("Masuk", "Came")]
    day: Annotated[date, words("Ditunggu pada", "Expected on")]
    late: Annotated[bool, words("Terlambat", "Late")]


async def run(within: Within, wanted: WaitingPaymentFilter) -> ViewPage:
    """What is expected first comes first; of the oldest 5,000."""
    payouts = await within.engine.payouts.expected(within.merchant_id, within.environment, real_now())
    fit = [
        _row_of(payout, one)
        for payout in payouts
        if (payout.late or not wanted.late)
        and wanted.day in (None, payout.day)
        and wanted.gateway in ("", payout.gateway)
        for one in payout.payments
    ]
    after = _after(wanted.after)
    left = [row for row in sorted(fit, key=_place) if _place(row) > after]
    shown = left[: wanted.limit]
    return ViewPage(shown, "/".join(map(str, _place(shown[-1]))) if len(left) > wanted.limit else "")


def _place(row: WaitingPaymentRow) -> tuple[str, int]:
    return row.day.isoformat(), row.id


def _after(text: str) -> tuple[str, int]:
    day, _, number = text.partition("/")
    return day, int(number or 0)


def _row_of(payout: ExpectedPayout, one: UnsettledPayment) -> WaitingPaymentRow:
    return WaitingPaymentRow(
        one.payment_id, one.payment, one.order_id, one.order_number, one.status, payout.gateway, one.method,
        one.channel, one.taken_sen, one.known_fee_sen, one.came_at, payout.day, payout.late,
    )  # fmt: skip


VIEW = View(
    "expected_payments.list", "money:read", Bilingual("Pembayaran yang belum cair", "Payments not paid out yet"),
    WaitingPaymentFilter, WaitingPaymentRow, run,
)  # fmt: skip
