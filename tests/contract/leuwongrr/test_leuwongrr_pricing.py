"""Price, invoice code and times of the LeuwongRR contract."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gerai.domain.money import MAX_SEN
from gerai.domain.refusals import AmountOutOfRange, ItemClosed
from gerai.doors.dialects.leuwongrr import pricing


@pytest.mark.parametrize(
    ("robux", "rate_sen", "discount_bp", "sen"),
    [
        (100, 15_000, 0, 1_500_000),
        (100, 15_000, 1_000, 1_350_000),
        (1, 348_00, 0, 348_00),
        (3, 149_83, 0, 449_00),  # 449.49 is rounded down
        (3, 149_84, 0, 450_00),  # 449.52 is rounded up
        (1, 150_50, 0, 151_00),  # half a rupiah is rounded up
        (1, 333_00, 150, 328_00),  # 1.5 % of 333 is 4.995: the discount is 5
        (1, 300_00, 150, 295_00),  # 1.5 % of 300 is 4.5: the discount is rounded up to 5
        (999_999, 15_000, 9_999, 15_000_00),
    ],
)
def test_price(robux: int, rate_sen: int, discount_bp: int, sen: int) -> None:
    """Price and discount are rounded half-up to whole rupiah, one after the other."""
    assert pricing.price_sen(robux, rate_sen, discount_bp) == sen


@pytest.mark.parametrize(("rate_sen", "discount_bp"), [(0, 0), (-1, 0), (15_000, 10_000), (0, 10_000), (49, 0)])
def test_nothing_is_sold_for_nothing(rate_sen: int, discount_bp: int) -> None:
    """Without a rate, or with nothing left to pay, the product is not sold."""
    with pytest.raises(ItemClosed):
        pricing.price_sen(1, rate_sen, discount_bp)


def test_the_largest_price() -> None:
    """Prices above the server's maximum are refused."""
    assert pricing.price_sen(MAX_SEN // 100, 100, 0) == MAX_SEN
    with pytest.raises(AmountOutOfRange):
        pricing.price_sen(MAX_SEN // 100 + 1, 100, 0)


@pytest.mark.parametrize(
    ("order_id", "sandbox", "code"),
    [
        (1, False, "INV20260429123456001"),
        (619, True, "SBX-INV20260429123456619"),
        (1234567, False, "INV202604291234561234567"),
    ],
)
def test_invoice_code(order_id: int, sandbox: bool, code: str) -> None:
    """INV or SBX-INV, Jakarta time to the second, at least three further digits."""
    assert pricing.invoice_code(order_id, datetime(2026, 4, 29, 5, 34, 56, 999, UTC), sandbox=sandbox) == code
