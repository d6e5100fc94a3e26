"""A shop with each gateway that gives back, against its stand-in, and what goes back there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from loopback_kit import on_a_socket

from gateway_kit import METHODS, PRICE, GatewayShop
from gerai.domain.records import Payment, RefundTask
from gerai.engine.check import check
from gerai.engine.contact import Contact
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.give_back import give_back
from gerai.engine.merchants.open import open_merchant
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.refund import RefundPayment
from gerai.kit.secret_box import SecretBox, new_key
from gerai.partners.gateways import durianpay, midtrans, xendit
from gerai.ports.gateways import Gateway
from gerai.testing.gateways.durianpay import DurianpayFake
from gerai.testing.gateways.midtrans import MidtransFake
from gerai.testing.gateways.xendit import XenditFake

HALF = PRICE // 2
JANE = {"name": "Jane", "email": "jane@example.com", "mobile": "+6281213420555", "mobile_as_sent": "081213420555"}


@dataclass
class Place:
    """A gateway, its stand-in, what its contract needs, a way whose API gives back, and where its payer pays."""

    gateway: Gateway
    fake: Any
    given: dict[str, str]
    way: tuple[str, str]
    payer: Callable[[Payment, str], str]
    base: str = ""
    url: str = ""

    async def post(self, path: str, **body: Any) -> None:
        """What a payer, a bank or an engineer does there."""
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.url}{path}", json=body)
        assert answer.status_code == 200, answer.text


def places() -> list[Place]:
    """Fresh stand-ins."""
    by_reference: Callable[[Payment, str], str] = lambda payment, _: f"/_buyer/{payment.public_id}/pay"  # noqa: E731
    xendit_keys = {"secret_api_key": "xnd_key", "secret_callback_token": "token"}
    durianpay_facts = {"secret_api_key": "kunci", "email": "toko@example.com"}
    paying = DurianpayFake("kunci")
    return [
        Place(midtrans.GATEWAY, MidtransFake("SB-Mid-key"), {"secret_server_key": "SB-Mid-key"}, ("qris", "QRIS"),
              by_reference),
        Place(xendit.GATEWAY, XenditFake("xnd_key", "token"), xendit_keys, ("qris", "QRIS"),
              lambda _, theirs: f"/_buyer/{theirs}/pay"),
        Place(durianpay.GATEWAY, paying, durianpay_facts, ("ewallet", "GOPAY"), by_reference, base="/v1"),
    ]  # fmt: skip


NAMES = ["midtrans", "xendit", "durianpay"]


@asynccontextmanager
async def shop_at(engine: Engine, name: str) -> AsyncGenerator[tuple[Place, GatewayShop]]:
    """A shop with this gateway; afterwards its books are right."""
    place, sealer = places()[NAMES.index(name)], SecretBox(new_key())
    merchant_id = await open_merchant(engine, f"back{engine.ids.next()}", "Toko Saya")
    async with on_a_socket(place.fake.app) as place.url:
        draft = draft_contract(
            engine, sealer, merchant_id, place.gateway, "production", place.given,
            ways=ways_of(place.gateway, METHODS), base_url=place.url + place.base, by="t", here=True,
        )  # fmt: skip
        contract = await open_contract(engine, draft)
        desk = GatewayDesk(engine, {place.gateway.name: place.gateway}, sealer, "http://127.0.0.1:1")
        async with desk:
            yield place, GatewayShop(engine, merchant_id, contract, desk, None)  # type: ignore[arg-type]
    assert await check(engine, merchant_id) == []


async def paid(place: Place, shop: GatewayShop) -> Payment:
    """An order that its buyer paid there."""
    view = await shop.ordered(contact=Contact(public_id=f"c{shop.engine.ids.next()}", **JANE))
    wanted = WantedPayment(method=place.way[0], channel=place.way[1])
    merchant = shop.engine.directory.merchant(shop.merchant_id)
    command = payment_to_start(shop.engine.ids.next(), merchant, METHODS, view, wanted)
    view = (await shop.engine.submit(command)).answer
    await shop.desk.started(view, command.payment_id)
    payment = (await shop.now(view.payments[-1])).payments[-1]
    await place.post(place.payer(payment, (await shop.attempt(payment)).reference))
    await shop.look(payment)
    assert (await shop.stands(payment))[0] == "completed"
    return payment


async def refunded(shop: GatewayShop, payment: Payment, amount_sen: int) -> RefundTask:
    """So much is to go back, and the job has run once."""
    return await job(shop, await owed(shop, payment, amount_sen))


async def owed(shop: GatewayShop, payment: Payment, amount_sen: int = HALF) -> RefundTask:
    """So much is to go back, and its gateway was not asked yet."""
    names = {"merchant_id": shop.merchant_id, "environment": "production", "order_id": payment.order_id}
    await shop.engine.submit(RefundPayment(**names, payment_id=payment.payment_id, amount_sen=amount_sen, note="habis"))
    return (await shop.engine.payments.refunds(shop.merchant_id))[-1].task


async def job(shop: GatewayShop, task: RefundTask) -> RefundTask:
    """The job of the refund, once; how the task stands afterwards."""
    await give_back(shop.engine, shop.desk, shop.merchant_id, task.order_id, task.task_id)
    return await now(shop, task)


async def now(shop: GatewayShop, task: RefundTask) -> RefundTask:
    """The task as it stands."""
    found = await shop.engine.payments.refund(shop.merchant_id, task.task_id)
    assert found is not None
    return found.task


def given_back(place: Place) -> list[int]:
    """What the stand-in gave back, in rupiah."""
    match place.fake:
        case MidtransFake():
            rows = [row for payment in place.fake.payments.values() for row in payment.refunds]
            return [int(row["refund_amount"].removesuffix(".00")) for row in rows]
        case XenditFake():
            return [one["amount"] for one in place.fake.refunds.values()]
        case _:
            return [int(float(one["amount"])) for made in place.fake.refunds.values() for one in made]
