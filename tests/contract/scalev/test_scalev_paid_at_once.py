"""An order whose way to pay leaves nothing to choose is placed with its payment (contract §9.2, §11.7): a bot shows the
number it asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from scalev_shop import Shop

from gerai.domain.money import rupiah
from gerai.doors.dialects.scalev.demo import DEMO
from gerai.doors.http.demo import DemoShop
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.kit.discover import discover
from gerai.kit.ids import base62
from gerai.ports.payments import PaymentMethod

KEY = {"Idempotency_Key": "bot-1"}
METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
QRIS = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)


def number_of(order: dict[str, Any]) -> str:
    """The virtual account number in an order."""
    account = order["pg_payment_info"]["payment_method"]["virtual_account"]
    return account["channel_properties"]["virtual_account_number"]


@pytest.mark.parametrize("sent", [{"payment_method": "va", "sub_payment_method": "BCA"}, {"payment_method": "va_bca"}])
async def test_a_virtual_account(shop: Shop, sent: dict[str, str]) -> None:
    """In either era's words the answer has the bank's number; reads, the list and a replay have the same, nothing was
    started twice, and the page shows it without a choice. Paid, the order says by what."""
    answer = await shop.send("POST", "/v3/orders", shop.digital(**sent), **KEY)
    order = answer.json()
    number = number_of(order)
    assert (answer.status_code, number.isdigit(), len(number)) == (200, True, 16)
    assert order["pg_payment_info"]["payment_method"]["virtual_account"]["channel_code"] == "BCA"
    assert (order["status"], order["payment_status"], order["pg_paid_info"]) == ("pending", "unpaid", None)
    again = await shop.send("POST", "/v3/orders", shop.digital(**sent), **KEY)
    read = await shop.get(f"/v3/orders/{order['id']}")
    [listed] = (await shop.get("/v3/orders"))["data"]
    for shown in (again.json(), read, listed):
        assert shown == order
    assert await shop.rows("payments", "method, channel_code, status") == [("va", "BCA", "processing")]
    page = f"/o/{order['secret_slug']}"
    assert f'data-copy="{number}"' in (await shop.client.get(page)).text
    await shop.client.post(f"{page}/play", data={"act": "pay"}, follow_redirects=True)
    paid = await shop.get(f"/v3/orders/{order['id']}")
    assert (paid["payment_status"], paid["pg_reference_id"]) == ("paid", order["pg_reference_id"])
    assert paid["pg_paid_info"]["payment_method"] == order["pg_payment_info"]["payment_method"]
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize(
    ("method", "way"),
    [("qris", ("qris", "QRIS")), ("gopay", ("ewallet", "GOPAY")), ("alfamart", ("retail", "ALFAMART")),
     ("card", ("card", "CARD"))],
)  # fmt: skip
async def test_the_other_ways(shop: Shop, method: str, way: tuple[str, str]) -> None:
    """Each shows what its payer needs, in the form of the contract's example; links lead to the order's own page."""
    order = await shop.place(shop.digital(payment_method=method))
    shown = order["pg_payment_info"]
    match method:
        case "qris":
            assert shown["qr_string"].startswith("000201")
        case "gopay":
            assert shown == {"actions": [{"url_type": "WEB", "url": order["public_order_url"]}]}
        case "alfamart":
            assert shown["payment_method"]["over_the_counter"]["channel_properties"]["payment_code"].isdigit()
        case _:
            assert shown == {"redirect_url": order["public_order_url"]}
    assert order["pg_reference_id"].startswith("pay_")
    assert (await shop.get(f"/v3/orders/{order['id']}"))["pg_payment_info"] == shown
    assert await shop.rows("payments", "method, channel_code, status") == [(*way, "processing")]


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_method": "invoice"}, {"payment_method": "va"}, {"payment_method": "bank_transfer"},
        {"payment_method": "no_payment"}, {"payment_method": "cod"}, {"payment_method": None},
        # Incomplete: a draft.
        {"payment_method": "va_bca", "customer_phone": "", "customer_email": ""},
        # Nothing to pay, and less than the bank takes.
        {"payment_method": "va_bca", "product_discount": 75_000},
        {"payment_method": "va_bca", "product_discount": 74_000},
    ],
)  # fmt: skip
async def test_what_is_left_to_its_payer(shop: Shop, changes: dict[str, Any]) -> None:
    """Where there is something to choose, nothing to pay, or too little for that way, the order is placed as before,
    and nothing is started."""
    order = await shop.place(shop.digital(**changes))
    assert (order["pg_payment_info"], order["pg_reference_id"], order["epayment_provider"]) == (None, None, None)
    assert await shop.rows("payments", "method") == []


async def test_ten_at_once_are_one(shop: Shop) -> None:
    """Under one key: one order, one payment, one number in every answer."""
    body = shop.digital(payment_method="va_bni")
    answers = await asyncio.gather(*(shop.send("POST", "/v3/orders", body, **KEY) for _ in range(10)))
    assert {(a.status_code, number_of(a.json())) for a in answers} == {(200, number_of(answers[0].json()))}
    assert len({a.json()["id"] for a in answers}) == 1
    assert await shop.rows("payments", "channel_code") == [("BNI",)]


async def test_its_payer_may_choose_again(shop: Shop) -> None:
    """The order's page offers what its method leaves open; the read shows what was started last."""
    order = await shop.place(shop.digital(payment_method="va_bca"))
    page = f"/o/{order['secret_slug']}"
    await shop.client.post(f"{page}/change", follow_redirects=True)
    assert (await shop.get(f"/v3/orders/{order['id']}"))["pg_payment_info"] is None
    await shop.client.post(f"{page}/method", data={"choice": "va:BCA"}, follow_redirects=True)
    read = await shop.get(f"/v3/orders/{order['id']}")
    assert number_of(read) != number_of(order)
    statuses = await shop.rows("payments", "status")
    assert sorted(statuses) == [("cancelled",), ("processing",)]


async def test_into_the_sellers_own_account(engine: Engine, client: httpx.AsyncClient) -> None:
    """A live order asked for by QRIS shows the seller's own code with its amount; one whose account is closed in this
    moment is placed all the same, without a payment."""
    merchant_id = await open_merchant(engine, f"own{engine.ids.next()}", "Toko Saya")
    seeded = await DEMO.seed(DemoShop(engine, merchant_id))
    await open_account(engine, merchant_id, METHODS["qris"], {"code": QRIS}, "t")
    key = f"sk_{base62(40)}"
    await create_key(engine, merchant_id, "production", "scalev", key, name="t", prefix="sk_")
    shop = Shop(engine, merchant_id, seeded, client, key)
    order = await shop.place(shop.digital(payment_method="qris"))
    assert "540575000" in order["pg_payment_info"]["qr_string"]
    assert await shop.rows("payments", "status, amount_sen, matching_sen") == [("processing", rupiah(75_000), 0)]
    async with engine.connection() as connection:
        # Nobody has been told yet.
        await connection.execute(
            "UPDATE receiving_accounts SET closed_at = now() WHERE merchant_id = %s", (merchant_id,)
        )
    second = await shop.send("POST", "/v3/orders", shop.digital(payment_method="qris"), **KEY)
    again = await shop.send("POST", "/v3/orders", shop.digital(payment_method="qris"), **KEY)
    assert (second.status_code, second.json()["pg_payment_info"], second.json()["status"]) == (200, None, "pending")
    assert (again.json(), again.headers["idempotency-replayed"]) == (second.json(), "true")
    assert len(await shop.rows("payments", "status")) == 1
    assert await check(engine, merchant_id) == []
