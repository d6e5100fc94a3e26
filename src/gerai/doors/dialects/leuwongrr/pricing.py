"""What an order costs, and the code it is known by. Pure functions; the figures are frozen into the order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from gerai.domain.money import MAX_SEN, percent_of, round_rupiah
from gerai.domain.refusals import AmountOutOfRange, ItemClosed

#: All times and codes of this contract are Jakarta wall time, which has no summer time.
JAKARTA: Final = timezone(timedelta(hours=7), "WIB")


def price_sen(robux: int, rate_sen: int, discount_bp: int) -> int:
    """Robux times the merchant's rate (sen per Robux), rounded half-up to whole rupiah, less the member's discount
    (basis points, rounded half-up as well). Source: rulings on price, contracts page, LeuwongRR.

    ItemClosed when the shop has no rate or nothing would be left to pay; AmountOutOfRange above the server's maximum.
    """
    if rate_sen <= 0:
        raise ItemClosed("robux", "inactive")
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
    return f"{'SBX-INV' if sandbox else 'INV'}{_digits_of(int(now.timestamp()))}{order_id:03d}"


def deposit_code(deposit_id: int, now: datetime, *, sandbox: bool) -> str:
    """``DEP`` (sandbox ``SBX-DEP``), and the rest like an invoice's."""
    return f"{'SBX-DEP' if sandbox else 'DEP'}{_digits_of(int(now.timestamp()))}{deposit_id:03d}"


@lru_cache(maxsize=64)
def _digits_of(unix_s: int) -> str:
    """Formatting a time costs more than the rest of a code, and thousands of orders share a second."""
    return datetime.fromtimestamp(unix_s, JAKARTA).strftime("%Y%m%d%H%M%S")


def wall_time(moment: datetime) -> str:
    """``YYYY-MM-DD HH:mm:ss`` in Jakarta."""
    return moment.astimezone(JAKARTA).strftime("%Y-%m-%d %H:%M:%S")


def zoned_time(moment: datetime) -> str:
    """ISO 8601 with ``+07:00``, to the second."""
    return moment.astimezone(JAKARTA).isoformat(timespec="seconds")
