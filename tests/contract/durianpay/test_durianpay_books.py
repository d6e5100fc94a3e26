"""What a payment leaves in the books, by who bears the fee, paid through the API or on the hosted page."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from durianpay_shop import Shop, open_shop

from gerai.engine.check import check
from gerai.engine.core import Engine

PRICE, FEE = 10_001_00, 4_000_00


async def through_the_api(shop: Shop, order: dict[str, Any], paid: str) -> None:
    """Charge a VA and transfer to it."""
    charged = (await shop.charge(order)).json()["data"]["response"]
    body = {"account_number": charged["account_number"], "amount": paid}
    assert (await shop.ask("POST", "/v1/payments/va/simulate", body)).status_code == 200


async def on_the_page(shop: Shop, order: dict[str, Any], paid: str) -> None:
    """Choose a VA on the hosted page and play the payer."""
    path = f"/i/{order['access_token']}"
    assert (await shop.client.post(f"{path}/method", data={"choice": "va:BCA"})).status_code == 303
    assert (await shop.client.post(f"{path}/play", data={"act": "pay"})).status_code == 303


async def booked(shop: Shop) -> list[tuple[str, str, int, str]]:
    """(from, to, amount, reason) of all transfers of the merchant."""
    async with shop.engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT d.kind, c.kind, t.amount_sen, t.reason FROM transfers t "
            "JOIN accounts d ON d.merchant_id = t.merchant_id AND d.account_id = t.debit_account_id "
            "JOIN accounts c ON c.merchant_id = t.merchant_id AND c.account_id = t.credit_account_id "
            "WHERE t.merchant_id = %s ORDER BY t.transfer_id",
            (shop.merchant_id,),
        )
        return await cursor.fetchall()


@pytest.mark.parametrize("pay", [through_the_api, on_the_page])
@pytest.mark.parametrize(
    ("bearer", "paid", "expected"),
    [
        ("included", "10001.00", [("fees", "gateway", FEE, "fee")]),
        ("excluded", "14001.00", [("gateway", "fees", FEE, "surcharge"), ("fees", "gateway", FEE, "fee")]),
    ],
)
async def test_the_fee_is_booked_once_and_sales_stay_gross(
    client: httpx.AsyncClient,
    engine: Engine,
    pay: Any,
    bearer: str,
    paid: str,
    expected: list[tuple[str, str, int, str]],
) -> None:
    """included: of what the payer paid the gateway owes us the rest; excluded: the payer's extra covers it. What the
    API tells of fees is what the books hold."""
    shop = await open_shop(client, engine, payment_fees={"va": {"fixed_rupiah": 4000}})
    order = await shop.order(admin_fee_method=bearer)
    await pay(shop, order, paid)
    assert await booked(shop) == [("gateway", "sales", PRICE, "payment"), *expected]
    fetched = (await shop.ask("GET", f"/v1/orders/{order['id']}?expand=payments")).json()["data"]
    assert (fetched["status"], fetched["fees"]) == ("completed", "4000.00")
    assert await check(engine, shop.merchant_id) == []


@pytest.mark.parametrize("bearer", ["included", "excluded"])
async def test_without_a_fee_nothing_is_added(client: httpx.AsyncClient, engine: Engine, bearer: str) -> None:
    """A merchant without a fee table has one transfer per payment, as ever."""
    shop = await open_shop(client, engine)
    await through_the_api(shop, await shop.order(admin_fee_method=bearer), "10001.00")
    assert await booked(shop) == [("gateway", "sales", PRICE, "payment")]


async def test_a_fee_above_the_price_takes_the_price(client: httpx.AsyncClient, engine: Engine) -> None:
    """The merchant never bears more than the order: nothing is left of it, and the books hold."""
    shop = await open_shop(client, engine, payment_fees={"va": {"fixed_rupiah": 50_000}})
    await through_the_api(shop, await shop.order(), "10001.00")
    assert await booked(shop) == [("gateway", "sales", PRICE, "payment"), ("fees", "gateway", PRICE, "fee")]
    assert await check(engine, shop.merchant_id) == []
