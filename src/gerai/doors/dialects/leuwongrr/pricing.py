"""What an order costs, and the code it is known by. Pure functions; the figures are frozen into the order."""

from __future__ import annotations

from datetime import datetime

from gerai.domain.money import MAX_SEN, percent_of, round_rupiah
from gerai.domain.refusals import AmountOutOfRange, ItemClosed
from gerai.doors.http.times import jakarta_digits


def price_sen(robux: int, rate_sen: int, discount_bp: int) -> int:
    """Robux times the merchant's rate (sen per Robux), rounded half-up to whole rupiah, less the member's discount
    (basis points, rounded half-up as well). Source: rulings on price, contracts page, LeuwongRR.

    ItemClosed when the shop has no rate or nothing would be left to pay; AmountOutOfRange above the server's maximum.
    """
    if rate_sen <= 0:
        raise ItemClosed("robux", "inactive")
    # Before any rounding: a product of two large settings may not fit a column.
    if robux * rate_sen > MAX_SEN:
        raise AmountOutOfRange(robux * rate_sen, 0, MAX_SEN)
    full = round_rupiah(robux * rate_sen)
    price = full - percent_of(full, discount_bp)
    if price <= 0:
        raise ItemClosed("robux", "inactive")
    return price


def invoice_code(order_id: int, now: datetime, *, sandbox: bool) -> str:
    """``INV`` (sandbox ``SBX-INV``), Jakarta wall time to the second in 14 digits, then the order's id in at least
    three: the time part has a fixed length and the id is unique, so codes are unique at any rate of orders."""
    return f"{'SBX-INV' if sandbox else 'INV'}{jakarta_digits(now)}{order_id:03d}"
