"""Scalev's orders whose payment a gateway takes: the number stands in the answer of the order itself; what the gateway
refused leaves the order to be paid, and what nobody knows is never failed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from gateway_doors_kit import RIGHT, TOY, Doors, contract_of, served, shop

from gerai.app import App
from gerai.domain.filters import Scope
from gerai.domain.records import Environment, OrderView
from gerai.doors.dialects.scalev.demo import DEMO
from gerai.doors.dialects.scalev.events import WEBHOOKS
from gerai.doors.http.demo import DemoShop
from gerai.engine.keys.manage import create_key
from gerai.engine.payments.resolve_late import ResolveLate
from gerai.engine.webhooks.contract import Occurrence
from gerai.kit.http import Unreachable
from gerai.kit.ids import base62
from gerai.ports.gateways import GatewayRefused, OutcomeUnknown

__all__ = ["served", "shop"]

#: News in the page's history.
MISMATCH, DISPUTED, UNPAID = (
    "Pembayaran tiba dengan jumlah yang berbeda", "Pembayaran sedang diperiksa", "Ternyata pembayaran belum diterima",
)  # fmt: skip


@dataclass
class Bot:
    """Whoever orders with a key of the shop."""

    doors: Doors
    environment: Environment
    key: str
    body: dict[str, Any]

    async def send(self, idempotency_key: str = "", **changes: Any) -> httpx.Response:
        """An order of Rp75.000 by a BCA virtual account, changed as told."""
        headers = {"Authorization": f"Bearer {self.key}"}
        headers |= {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self.doors.web.post("/v3/orders", json=self.body | changes, headers=headers)

    async def placed(self, idempotency_key: str = "", **changes: Any) -> dict[str, Any]:
        """The same, answered."""
        answer = await self.send(idempotency_key, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as it is read."""
        path = f"/v3/orders/{order['id']}"
        answer = await self.doors.web.get(path, headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def view(self, order: dict[str, Any]) -> OrderView:
        """The order as it is stored."""
        scope = Scope(self.doors.merchant_id, self.environment, "scalev")
        found = await self.doors.engine.orders.by_public_id(scope, order["id"])
        assert found is not None
        return found


@pytest.fixture(params=["production", "sandbox"])
async def bot(shop: Doors, served: App, request: pytest.FixtureRequest) -> Bot:
    """One with a live key, and one whose play money the gateway's sandbox takes."""
    seeded = await DEMO.seed(DemoShop(shop.engine, shop.merchant_id))
    environment: Environment = request.param
    if environment == "sandbox":
        shop.address = shop.address_of(await contract_of(served, shop.merchant_id, "sandbox"))
    key = f"sk_{base62(40)}"
    await create_key(shop.engine, shop.merchant_id, environment, "scalev", key, name="t", prefix="sk_")
    line = {"quantity": 1, "variant_unique_id": seeded["digital_variant_unique_id"]}
    body = {
        "store_unique_id": seeded["store_unique_id"], "customer_name": "John Doe", "customer_phone": "62812345678",
        "payment_method": "va_bca", "ordervariants": [line],
    }  # fmt: skip
    return Bot(shop, environment, key, body)


def starts() -> list[str]:
    """What the gateway was asked to start so far."""
    return [of for what, of in TOY.asked if what == "start"]


def shown(number: str) -> dict[str, Any]:
    """``pg_payment_info`` with this number."""
    properties = {"virtual_account_number": number, "customer_name": "John Doe"}
    return {"payment_method": {"virtual_account": {"channel_code": "BCA", "channel_properties": properties}}}


async def test_the_gateways_number(shop: Doors, bot: Bot) -> None:
    """The answer, the read and the replay have the number; the gateway was asked once, for the whole price, and its
    report pays the order."""
    before = len(starts())
    order = await bot.placed("k")
    [payment] = (await bot.view(order)).payments
    made = TOY.payments[payment.public_id].instructions
    assert made is not None
    assert (order["pg_payment_info"], order["pg_reference_id"]) == (shown(made.code), payment.public_id)
    assert TOY.attempts[payment.public_id].amount_sen == 7_500_000
    for again in (await bot.placed("k"), await bot.read(order)):
        assert again == order
    assert starts()[before:] == [payment.public_id]
    TOY.pays(payment)
    await shop.web.post(shop.address, content=payment.public_id, headers=RIGHT)
    await shop.work()
    paid = await bot.read(order)
    assert (paid["payment_status"], paid["pg_paid_info"]["reference_id"]) == ("paid", payment.public_id)


@pytest.mark.parametrize("fails", [GatewayRefused("402", "not enabled"), Unreachable("ConnectError")])
async def test_what_the_gateway_does_not_start(shop: Doors, bot: Bot, fails: Exception) -> None:
    """Refused or not reached, the order is there without a way to pay; a replay says the same and asks nobody; its
    page offers the way again, and what was started there is what the order shows."""
    TOY.fails, TOY.made = fails, False
    order = await bot.placed("k")
    none = ("pending", "unpaid", None, None, None)
    fields = ("status", "payment_status", "pg_payment_info", "pg_reference_id", "epayment_provider")
    asked = len(starts())
    for one in (order, await bot.placed("k"), await bot.read(order)):
        assert tuple(one[name] for name in fields) == none
    assert len(starts()) == asked
    assert [p.status for p in (await bot.view(order)).payments] == ["failed"]
    TOY.made = True
    page = f"/o/{order['secret_slug']}"
    assert "va:BCA" in (await shop.web.get(page)).text
    await shop.web.post(f"{page}/method", data={"choice": "va:BCA"})
    [_, payment] = (await bot.view(order)).payments
    made = TOY.payments[payment.public_id].instructions
    assert made is not None
    assert (await bot.read(order))["pg_payment_info"] == shown(made.code)


async def test_an_answer_that_nobody_heard(shop: Doors, bot: Bot) -> None:
    """The order is there and names its payment, without a number and without a word of failure; what is found later the
    replay and the read show. The gateway was asked once."""
    TOY.fails, TOY.made, TOY.hidden = OutcomeUnknown("TimeoutError"), True, True
    order = await bot.placed("k")
    [payment] = (await bot.view(order)).payments
    assert (payment.status, order["pg_reference_id"], order["pg_payment_info"]) == (
        "processing", payment.public_id, None,
    )  # fmt: skip
    assert await bot.placed("k") == order
    TOY.hidden = False
    await shop.look(payment)
    made = TOY.payments[payment.public_id].instructions
    assert made is not None
    for again in (await bot.placed("k"), await bot.read(order)):
        assert again["pg_payment_info"] == shown(made.code)
    assert starts().count(payment.public_id) == 1


async def told(bot: Bot, order: dict[str, Any]) -> list[tuple[str, str]]:
    """The messages about the order's money, with the payment status in them."""
    view, engine = await bot.view(order), bot.doors.engine
    merchant = engine.directory.merchant(bot.doors.merchant_id)
    events = await engine.events.of_orders(bot.doors.merchant_id, [view.order.order_id])
    found = list[tuple[str, str]]()
    for number, event in enumerate(events, 1):
        occurrence = Occurrence(event, view, tuple(events[:number]), merchant, "http://gerai.test")
        found += [(one.event, one.data["payment_status"]) for one in await WEBHOOKS.compose(engine, occurrence)
                  if one.event.startswith(("payment.", "order.payment"))]  # fmt: skip
    return found


async def test_another_amount(shop: Doors, bot: Bot) -> None:
    """Another amount than was asked for is a conflict (contract §11.5): the order reads and is found so, its client is
    told once that the payment failed, and its page asks not to pay again. Given back, the order is unpaid."""
    order = await bot.placed()
    [payment] = (await bot.view(order)).payments
    TOY.pays(payment, paid_sen=payment.asked_sen - 100)
    for body in (payment.public_id, f"{payment.public_id} "):
        await shop.web.post(shop.address, content=body, headers=RIGHT)
    await shop.work()
    read = await bot.read(order)
    assert (read["status"], read["payment_status"], read["pg_paid_info"]) == ("pending", "conflict", None)
    assert [step["status"] for step in read["payment_status_history"]] == ["conflict"]
    headers = {"Authorization": f"Bearer {bot.key}"}
    for word, found in (("conflict", [order["id"]]), ("unpaid", [])):
        listed = await shop.web.get("/v3/orders", params={"payment_status": word}, headers=headers)
        assert [one["id"] for one in listed.json()["data"]] == found
    conflict = [("order.payment_status_changed", "conflict"), ("payment.failed", "conflict")]
    assert await told(bot, order) == conflict
    page = (await shop.web.get(f"/o/{order['secret_slug']}")).text
    # Said once, and not as if a person disputed it.
    assert ("Jangan membayar lagi" in page, "va:BCA" in page) == (True, False)
    assert page.count(MISMATCH) == 1
    assert DISPUTED not in page
    owner = {"merchant_id": shop.merchant_id, "environment": bot.environment, "order_id": payment.order_id}
    await shop.engine.submit(ResolveLate(**owner, payment_id=payment.payment_id, decision="refund"))
    read = await bot.read(order)
    names = ("payment_status", "pg_paid_info", "pg_reference_id")
    assert [read[name] for name in names] == ["unpaid", None, None]
    assert await told(bot, order) == [*conflict, ("order.payment_status_changed", "unpaid")]
    page = (await shop.web.get(f"/o/{order['secret_slug']}")).text
    assert UNPAID not in page


async def test_ten_at_once_are_one(shop: Doors, bot: Bot) -> None:
    """Under one key: one order, and the gateway is asked once. A replay that overtakes the gateway's answer shows the
    order without a number, never another one."""
    asked = len(starts())
    answers = await asyncio.gather(*(bot.send("k") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    [payment] = (await bot.view(answers[0].json())).payments
    assert starts()[asked:] == [payment.public_id]
    made = TOY.payments[payment.public_id].instructions
    assert made is not None
    assert all(answer.json()["pg_payment_info"] in (None, shown(made.code)) for answer in answers)
    assert (await bot.placed("k"))["pg_payment_info"] == shown(made.code)


async def test_a_bank_is_left_to_choose(shop: Doors, bot: Bot) -> None:
    """Plain ``va`` with several banks, and an invoice: nobody is asked before somebody has chosen."""
    asked = len(starts())
    for method in ("va", "invoice"):
        order = await bot.placed(payment_method=method)
        assert (order["pg_payment_info"], (await bot.view(order)).payments) == (None, ())
    assert len(starts()) == asked
