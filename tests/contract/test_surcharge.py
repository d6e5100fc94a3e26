"""No fee is put on top of a real QRIS payment: sellers may not (Bank Indonesia, PBI 23/6/2021)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import httpx
import pytest

from gerai.domain.money import rupiah
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.core import Engine
from gerai.engine.keys.manage import create_key
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.merchants.receiving import open_account
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.place import PlaceOrder
from gerai.kit.discover import discover
from gerai.kit.ids import base62, token
from gerai.ports.payments import PaymentMethod

METHODS: dict[str, PaymentMethod] = discover("gerai.partners.payments", "METHOD")
CODE = (
    "00020101021126620015ID.CO.GOPAY.WWW01189360091430000000170210G0000000170303UMI51440014ID.CO.QRIS.WWW"
    "0215ID10200000000170303UMI5204573253033605802ID5911TOKO CONTOH6007BANDUNG61054011162070703A016304BD82"
)
BANK = {"bank": "BCA", "number": "1234567890", "holder": "Budi"}
_numbers = itertools.count(1)


@dataclass
class FeeShop:
    """A real merchant with a QRIS code and a bank account, both with a fee, and its keys."""

    client: httpx.AsyncClient
    keys: dict[str, str]

    async def order(self, environment: str, bearer: str) -> dict[str, str]:
        """A Durianpay order of Rp20.000 whose fee the ``bearer`` pays (``included``, ``excluded``)."""
        body = {name: value for name, value in ORDER.items() if name != "expiry_date"}
        body |= {"amount": "20000.00", "admin_fee_method": bearer}
        answer = await self.client.post("/v1/orders", json=body, auth=(self.keys[environment], ""))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def charge(self, environment: str, order: dict[str, str]) -> httpx.Response:
        """Its QRIS charge."""
        request = {"order_id": order["id"], "amount": order["amount"], "type": "QRIS", "name": "J"}
        return await self.client.post(
            "/v1/payments/charge", json={"type": "QRIS", "request": request}, auth=(self.keys[environment], "")
        )


@pytest.fixture
async def shop(engine: Engine, client: httpx.AsyncClient) -> tuple[FeeShop, int]:
    fees = {"qris": {"percent_bp": 100}, "bank_transfer": {"fixed_rupiah": 2500}}
    merchant_id = await open_merchant(engine, f"fee{next(_numbers)}", "Toko Saya", {"payment_fees": fees})
    await open_account(engine, merchant_id, METHODS["qris"], {"code": CODE}, "t")
    await open_account(engine, merchant_id, METHODS["bank_transfer"], BANK, "t")
    keys: dict[str, str] = {}
    for environment, start in (("production", "dp_live_"), ("sandbox", "dp_test_")):
        keys[environment] = start + base62(40)
        await create_key(engine, merchant_id, environment, "durianpay", keys[environment], name="t", prefix=start)  # type: ignore[arg-type]
    return FeeShop(client, keys), merchant_id


async def test_refused_with_the_reason(engine: Engine, shop: tuple[FeeShop, int]) -> None:
    """A live order whose payer bears the fee cannot be paid by QRIS, at the door or on its page, and nothing is
    started; by bank transfer it can."""
    durianpay, merchant_id = shop
    order = await durianpay.order("production", "excluded")
    answer = await durianpay.charge("production", order)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["admin_fee_method"]

    [view] = await engine.orders.of_merchant(merchant_id, ["production"], ["pending"], 10)
    assert view.payments == ()

    order_id = engine.ids.next()
    placed = PlaceOrder(
        merchant_id=merchant_id, environment="production", channel="scalev", key_id=None, order_id=order_id,
        public_id=f"o-{order_id}", number=f"N{order_id}", secret=token(), total_sen=rupiah(20_000), funding="invoice",
        lines=(NewLine("goods", 0, "Kopi", 1, rupiah(20_000), rupiah(20_000)),), fee_bearer="payer",
    )  # fmt: skip
    path = f"/i/{(await engine.submit(placed)).answer.view.order.secret}"
    page = (await durianpay.client.get(path)).text
    assert "Biaya tambahan tidak boleh dikenakan di sini" in page
    assert re.findall(r'name="choice"[^>]*value="([^"]+)"', page) == ["bank_transfer:BCA"]
    refused = await durianpay.client.post(f"{path}/method", data={"choice": "qris:QRIS"})
    assert refused.headers["location"] == f"{path}?notice=unavailable"
    started = await engine.orders.by_id(merchant_id, order_id)
    assert started is not None
    assert started.payments == ()


@pytest.mark.parametrize(
    ("environment", "bearer", "rule", "asked"),
    [
        ("production", "included", "refuse", "20000.00"),
        ("production", "excluded", "allow", "20200.00"),
        ("sandbox", "excluded", "refuse", "20200.00"),
    ],
)
async def test_what_stays_possible(
    engine: Engine, shop: tuple[FeeShop, int], environment: str, bearer: str, rule: str, asked: str
) -> None:
    """A fee that the shop bears, one that the shop takes upon itself to ask for, and play money."""
    durianpay, merchant_id = shop
    await change_settings(engine, merchant_id, {"qris_surcharge": rule})
    answer = await durianpay.charge(environment, await durianpay.order(environment, bearer))
    assert answer.status_code == 200, answer.text
    [view] = await engine.orders.of_merchant(merchant_id, [environment], ["pending"], 10)
    assert f"{view.payments[0].asked_sen / 100:.2f}" == asked
