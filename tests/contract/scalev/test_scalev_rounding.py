"""What a payer pays is whole rupiah (docs/reference/money.md), whatever an order adds up from."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from scalev_shop import Shop

from gerai.domain.money import display
from gerai.engine.check import check
from gerai.engine.merchants.open import changing

_TAKEN = ("product_discount", "shipping_discount", "unique_code_discount", "discount_code_discount")
_ADDED = ("product_price", "shipping_cost", "other_income")


async def priced(shop: Shop, sen: int) -> None:
    """The e-book costs this much from now on."""
    async with changing(shop.engine, shop.merchant_id) as connection:
        await connection.execute(
            "UPDATE variants SET price_sen = %s WHERE merchant_id = %s AND unique_id = %s",
            (sen, shop.merchant_id, shop.demo["digital_variant_unique_id"]),
        )


async def adds_up(shop: Shop, order: dict[str, Any]) -> int:
    """The order's payable in sen, after everything that names it was compared."""
    exact = sum(Decimal(order[name]) for name in _ADDED) - sum(Decimal(order[name]) for name in _TAKEN)
    payable = exact.quantize(Decimal(1), ROUND_HALF_UP)
    assert Decimal(order["gross_revenue"]) == payable, order
    assert Decimal(order.get("rounding", 0)) == payable - exact
    assert abs(payable - exact) < 1
    assert ("rounding" in order) == (payable != exact)
    assert Decimal(order["net_revenue"]) == payable - Decimal(order["shipping_cost"])
    sen = int(payable) * 100
    of = {row[0]: row[1:] for row in await shop.rows("orders", "public_id, order_id, total_sen, rounding_sen")}
    order_id, total_sen, rounding_sen = of[order["id"]]
    assert (total_sen, rounding_sen) == (sen, int((payable - exact) * 100))
    invoices = dict(await shop.rows("invoices", "order_id, amount_sen"))
    assert invoices.get(order_id, sen) == sen
    return sen


async def paid(shop: Shop, order: dict[str, Any], sen: int) -> None:
    """Mark it paid: one payment and one booking of the payable."""
    before = await shop.rows("transfers", "transfer_id")
    body = {"ids": [order["id"]], "payment_status": "paid"}
    await shop.post("/v3/orders/change-status", body)
    booked = await shop.rows("transfers", "transfer_id, amount_sen")
    assert [row[1] for row in booked if (row[0],) not in before] == ([sen] if sen else [])


CASES: list[tuple[int, dict[str, Any], str, str | None]] = [
    (75_000_00, {"product_discount": 14999.85}, "60000.00", "-0.15"),
    (75_000_00, {"product_discount": 14999.849999999999}, "60000.00", "-0.15"),
    (75_000_00, {"product_discount": "14999.849999999999"}, "60000.00", "-0.15"),
    (75_000_00, {"product_discount": 0.001}, "75000.00", None),
    (75_000_00, {"product_discount": 0.1}, "75000.00", "0.10"),
    (99_999_00, {"product_discount": 14999.85}, "84999.00", "-0.15"),
    (75_000_00, {"other_income": 0.5}, "75001.00", "0.50"),
    (75_000_00, {"other_income": 0.49}, "75000.00", "-0.49"),
    (33_33, {}, "33.00", "-0.33"),
    (49, {}, "0.00", "-0.49"),
    (50, {}, "1.00", "0.50"),
    (75_000_00, {"product_discount": 15_000}, "60000.00", None),
]


@pytest.mark.parametrize(("price_sen", "changes", "gross", "rounding"), CASES)
async def test_the_payable_is_rounded_half_up_once(
    shop: Shop, price_sen: int, changes: dict[str, Any], gross: str, rounding: str | None
) -> None:
    """Discounts, charges and prices with sen: the payable is whole, the difference is on the order, the page asks and
    copies the payable, and the books know nothing else."""
    await priced(shop, price_sen)
    order = await shop.place(shop.digital(**changes))
    assert (order["gross_revenue"], order.get("rounding")) == (gross, rounding)
    sen = await adds_up(shop, order)
    page = (await shop.client.get(f"/o/{order['secret_slug']}")).text
    assert display(sen) in page
    if sen >= 10_000_00:
        chosen = await shop.client.post(f"/o/{order['secret_slug']}/method", data={"choice": "va:BCA"})
        assert chosen.status_code in (200, 303), chosen.text
        assert await shop.rows("payments", "amount_sen") == [(sen,)]
        asked = (await shop.client.get(f"/o/{order['secret_slug']}")).text
        assert f'"{sen // 100}"' in asked
        assert ("Pembulatan" in asked or "Rounding" in asked) == (rounding is not None)
    await paid(shop, order, sen)
    assert await check(shop.engine, shop.merchant_id) == []


async def test_a_shipping_discount_is_rounded_with_the_rest(shop: Shop) -> None:
    """Half a rupiah off shipping: one rounding of the whole order, not one per part."""
    order = await shop.place(await shop.physical(shipping_discount=0.5, product_discount=0.3, other_income=0.1))
    assert (order["gross_revenue"], order["rounding"]) == ("169999.00", "-0.30")
    await paid(shop, order, await adds_up(shop, order))
    assert await check(shop.engine, shop.merchant_id) == []


async def test_any_combination_is_payable(shop: Shop) -> None:
    """Forty orders of drawn prices, quantities, discounts and charges (a fixed seed): each is payable in whole rupiah,
    and order, invoice, payment, books and answer agree to the sen."""
    draw = random.Random(6)
    for _ in range(40):
        await priced(
            shop, draw.choice([draw.randint(1, 99), draw.randint(100, 99_999_99), draw.randint(1, 999) * 1_00])
        )
        digital = shop.digital()["ordervariants"][0] | {"quantity": draw.randint(1, 7)}
        body = await shop.physical() if draw.random() < 0.5 else shop.digital()
        with_parcel = "shipping_cost" in body
        body["ordervariants"] = [*(body["ordervariants"] if with_parcel else []), digital]
        if draw.random() < 0.7:
            body["product_discount"] = draw.randint(0, 99) / 100 if with_parcel else 0
            body["other_income"] = draw.randint(0, 5_000_00) / 100
        if with_parcel and draw.random() < 0.5:
            body["shipping_discount"] = draw.randint(0, 20_000_00) / 100
        order = await shop.place(body)
        await paid(shop, order, await adds_up(shop, order))
    assert await check(shop.engine, shop.merchant_id) == []
