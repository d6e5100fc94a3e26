"""Money through another Gerai: an order of ours is paid at its Durianpay counter, and the books of both are right."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from loopback_kit import on_a_socket
from upstream_kit import Upstream, open_upstream

from app_kit import app_of, settings_of
from gateway_kit import METHODS, PRICE, GatewayShop
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.domain.records import Payment
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.due import due_of
from gerai.engine.gateways.follow import end
from gerai.engine.merchants.open import open_merchant
from gerai.engine.payments.cancel import CancelPayment
from gerai.kit.secret_box import SecretBox, new_key
from gerai.partners.gateways.durianpay import GATEWAY
from gerai.settings import WebhookSettings
from gerai.worker.main import Worker


@dataclass(frozen=True)
class Pair:
    """Our shop, whose payments the other Gerai takes, and its server."""

    app: App
    shop: GatewayShop
    upstream: Upstream
    web: httpx.AsyncClient
    address: str

    async def started(self) -> tuple[Payment, str]:
        """An order of ours whose payer was given a number, and the other side's order for it."""
        payment = await self.shop.started()
        return payment, (await self.shop.attempt(payment)).reference

    async def report(self, body: bytes) -> int:
        """What the other side posts to our address, and the worker reads; the status it was answered with."""
        status = (await self.web.post(self.address, content=body)).status_code
        worker = Worker(self.shop.engine, self.app.partners, self.shop.desk, self.app.settings, WEBHOOK_CONTRACTS)
        await worker.run_once()
        return status


@pytest_asyncio.fixture(scope="module")
async def served(own_dsn: str) -> AsyncGenerator[App]:
    """One server, which holds both shops."""
    app = app_of(settings_of(own_dsn, webhooks=WebhookSettings(seal_key=new_key())))
    async with app.running():
        yield app


@pytest_asyncio.fixture
async def pair(served: App) -> AsyncGenerator[Pair]:
    """A fresh shop at either side. Their books are right in the end."""
    engine, sealer = served.engine, SecretBox(served.settings.webhooks.seal_key)
    async with on_a_socket(served) as url:
        upstream = await open_upstream(engine, url, "production")
        given = {**upstream.contract.secrets, **upstream.contract.facts}
        merchant_id = await open_merchant(engine, f"dn{engine.ids.next()}", "Toko Anak")
        draft = draft_contract(
            engine, sealer, merchant_id, GATEWAY, "production", given, ways=ways_of(GATEWAY, METHODS),
            base_url=upstream.contract.base_url, by="t", here=True,
        )  # fmt: skip
        contract = await open_contract(engine, draft)
        desk: Any = served._desk  # pyright: ignore[reportPrivateUsage]
        shop = GatewayShop(engine, merchant_id, contract, desk, None)  # type: ignore[arg-type]
        transport = httpx.ASGITransport(app=served, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://gerai.test") as web:
            path = desk.opened(contract).notice_url.removeprefix("http://gerai.test")
            yield Pair(served, shop, upstream, web, path)
    for one in (merchant_id, upstream.merchant_id):
        assert await check(engine, one) == []


async def test_paid_there_is_paid_here(pair: Pair) -> None:
    """The payer is shown the other side's number. Its report is believed with its signature alone, and only after it
    was asked: a forged one is nobody's, one that comes too early pays nothing, one that comes again changes nothing."""
    payment, order_id = await pair.started()
    [there] = (await pair.upstream.view(order_id)).payments
    assert payment.instructions["code"] == there.instructions["code"]
    assert there.asked_sen == payment.asked_sen == PRICE
    [created] = await pair.upstream.webhooks(order_id)
    assert await pair.report(created) == 200
    assert (await pair.shop.stands(payment))[0] == "processing"
    await pair.upstream.end(order_id, "paid")
    _, paid, completed = await pair.upstream.webhooks(order_id)
    assert await pair.report(paid.replace(b'50000.00"', b'50000.01"')) == 404
    assert (await pair.shop.stands(payment))[0] == "processing"
    for body in (paid, paid, completed):
        assert await pair.report(body) == 200
        assert await pair.shop.stands(payment) == ("completed", PRICE)
    assert (await pair.shop.attempt(payment)).status == "ended"


async def test_a_start_that_nobody_recorded_is_found(pair: Pair) -> None:
    """Stored here and made there, and then this process died: it is found by its reference, with the number that its
    payer needs, and there is one payment there."""
    payment = await pair.shop.stored(await pair.shop.ordered())
    view = await pair.shop.now(payment)
    contract = pair.shop.desk.opened(pair.shop.contract)
    made = await GATEWAY.start(
        pair.shop.desk.http(contract), contract, pair.shop.desk.attempt_of(due_of(view, payment))
    )
    assert (await pair.shop.attempt(payment)).status == "asked"
    await pair.shop.look(payment)
    shown = (await pair.shop.now(payment)).payments[-1].instructions
    attempt = await pair.shop.attempt(payment)
    assert (attempt.status, attempt.reference) == ("open", made.reference)
    [there] = (await pair.upstream.view(made.reference)).payments
    assert shown["code"] == there.instructions["code"]
    await pair.upstream.end(made.reference, "paid")
    await pair.shop.look(payment)
    assert await pair.shop.stands(payment) == ("completed", PRICE)


async def test_cancelled_here_is_cancelled_there(pair: Pair) -> None:
    """Nobody can pay there any more what nobody waits for here."""
    payment, order_id = await pair.started()
    await pair.shop.engine.submit(
        CancelPayment(
            merchant_id=payment.merchant_id, environment="production", order_id=payment.order_id,
            payment_id=payment.payment_id,
        )
    )  # fmt: skip
    await end(pair.shop.engine, pair.shop.desk, payment.merchant_id, target_of(payment))
    assert [there.status for there in (await pair.upstream.view(order_id)).payments] == ["cancelled"]
    assert (await pair.shop.stands(payment))[0] == "cancelled"
