"""What payment methods keep (merchant setting ``payment_fees``): shown with the order, frozen, borne by the merchant,
and booked once (contract §9.3, docs/reference/money.md)."""

from __future__ import annotations

from typing import Any

import pytest
from scalev_shop import Shop

from gerai.engine.check import check
from gerai.engine.merchants.open import change_settings

FEES = {"va": {"fixed_rupiah": 5000}, "va:BCA": {"fixed_rupiah": 4000}, "qris": {"percent_bp": 70, "fixed_rupiah": 100}}
FIGURES = ("gross_revenue", "payment_fee", "payment_fee_rate", "net_revenue", "net_payment_revenue")


def figures(order: dict[str, Any]) -> tuple[str, ...]:
    return tuple(order[name] for name in FIGURES)


async def pay(shop: Shop, order: dict[str, Any], choice: str) -> dict[str, Any]:
    """Its buyer chooses this way on the page, and pays; the order as it reads then."""
    page = f"/o/{order['secret_slug']}"
    await shop.client.post(f"{page}/method", data={"choice": choice}, follow_redirects=True)
    await shop.client.post(f"{page}/play", data={"act": "pay"}, follow_redirects=True)
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert read["payment_status"] == "paid"
    return read


@pytest.mark.parametrize(
    ("method", "choice", "before", "after"),
    [
        # 150,000 of goods and 20,000 of shipping.
        ({"payment_method": "va", "sub_payment_method": "BCA"}, "va:BCA",
         ("170000.00", "4000.00", "0.00", "146000.00", "166000.00"), None),
        ({"payment_method": "va_bni"}, "va:BNI", ("170000.00", "5000.00", "0.00", "145000.00", "165000.00"), None),
        ({"payment_method": "qris"}, "qris", ("170000.00", "1290.00", "0.70", "148710.00", "168710.00"), None),
        ({"payment_method": "invoice"}, "va:BCA", ("170000.00", "0.00", "0.00", "150000.00", "170000.00"),
         ("170000.00", "4000.00", "0.00", "146000.00", "166000.00")),
    ],
)  # fmt: skip
async def test_a_fee_is_shown_and_booked_once(
    shop: Shop, method: dict[str, str], choice: str, before: tuple[str, ...], after: tuple[str, ...] | None
) -> None:
    """From the first answer on where the order names its method, once it is chosen where it does not; the payer pays
    the gross, and the fee is a cost of the merchant's beside it. A table that changes later changes nothing of it."""
    await change_settings(shop.engine, shop.merchant_id, {"payment_fees": FEES})
    order = await shop.place(await shop.physical(**method))
    assert figures(order) == before
    await change_settings(shop.engine, shop.merchant_id, {"payment_fees": {"va": {"fixed_rupiah": 1}}})
    paid = await pay(shop, order, choice)
    assert figures(paid) == (after or before)
    fee_sen = int(paid["payment_fee"].removesuffix(".00")) * 100
    assert await shop.rows("payments", "amount_sen, fee_sen, merchant_fee_sen") == [(17_000_000, 0, fee_sen)]
    booked = await shop.rows("transfers", "reason, amount_sen")
    assert sorted(booked) == [("fee", fee_sen), ("payment", 17_000_000)]
    assert await check(shop.engine, shop.merchant_id) == []


async def test_what_people_collect_costs_nothing(shop: Shop) -> None:
    """Marked paid by hand, and cash on delivery: no gateway keeps anything, nothing is shown or booked."""
    await change_settings(shop.engine, shop.merchant_id, {"payment_fees": FEES})
    for changes in ({"payment_method": "va_bca"}, {"payment_method": "cod"}):
        order = await shop.place(await shop.physical(**changes))
        await shop.post("/v3/orders/change-status", {"ids": [order["id"]], "payment_status": "paid"})
        read = await shop.get(f"/v3/orders/{order['id']}")
        assert figures(read) == ("170000.00", "0.00", "0.00", "150000.00", "170000.00")
    assert {reason for (reason,) in await shop.rows("transfers", "reason")} == {"payment"}
