"""What a gateway would take for longer than the order waits ends with the order: here at once, there by the worker."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from loopback_kit import on_a_socket

from gateway_kit import METHODS, PRICE, GatewayShop
from gerai.domain.records import Payment
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.core import Engine
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.desk import GatewayDesk
from gerai.engine.gateways.follow import end
from gerai.engine.merchants.open import change_settings, open_merchant
from gerai.engine.orders.expire import ExpireOrder
from gerai.engine.payment_steps import END_AT_GATEWAY_TASK
from gerai.engine.payments.open import WantedPayment, payment_to_start
from gerai.engine.payments.record import RecordPayment
from gerai.kit.clock import real_now
from gerai.kit.secret_box import SecretBox, new_key
from gerai.partners.gateways.durianpay import GATEWAY as DURIANPAY
from gerai.partners.gateways.xendit import GATEWAY as XENDIT
from gerai.ports.gateways import Gateway, Way
from gerai.testing.gateways.durianpay import DurianpayFake
from gerai.testing.gateways.xendit import XenditFake

_SOON = timedelta(minutes=5)
_DURIANPAY = {"secret_api_key": "kunci-hidup", "email": "toko@example.com"}
_XENDIT = {"secret_api_key": "xnd_production_kunci", "secret_callback_token": "token"}


@dataclass(frozen=True)
class Lasting:
    """A shop with a contract at a stand-in, whose numbers live longer than the orders."""

    shop: GatewayShop
    fake: DurianpayFake | XenditFake
    way: Way

    async def started(self) -> Payment:
        """A payment of an order that waits for five minutes, with what its payer sees."""
        view = await self.shop.ordered(expires_at=real_now() + _SOON)
        merchant = self.shop.engine.directory.merchant(self.shop.merchant_id)
        method, channel = self.way
        wanted = WantedPayment(method=method, channel=channel)
        start = payment_to_start(self.shop.engine.ids.next(), merchant, METHODS, view, wanted)
        view = (await self.shop.engine.submit(start)).answer
        return (await self.shop.desk.started(view, start.payment_id)).payments[-1]

    async def ran_out(self, payment: Payment) -> None:
        """Its order's time is over."""
        async with self.shop.engine.connection() as connection:
            for table in ("orders", "payments"):
                await connection.execute(
                    f"UPDATE {table} SET expires_at = now() - interval '1 second' WHERE order_id = %s",
                    (payment.order_id,),
                )

    def names(self, payment: Payment) -> dict[str, Any]:
        """What names the order to a command."""
        return {"merchant_id": self.shop.merchant_id, "environment": "production", "order_id": payment.order_id}

    @property
    def there(self) -> list[str]:
        """How the payments stand at the stand-in."""
        if isinstance(self.fake, XenditFake):
            return [one["status"].lower().replace("canceled", "cancelled") for one in self.fake.requests.values()]
        return [payment.status for order in self.fake.orders.values() for payment in order.payments]


@pytest_asyncio.fixture(
    params=[
        (DURIANPAY, ("qris", "QRIS")), (DURIANPAY, ("retail", "ALFAMART")), (XENDIT, ("qris", "QRIS")),
        (XENDIT, ("ewallet", "SHOPEEPAY")),
    ],
    ids=lambda given: f"{given[0].name}-{given[1][1]}",
)  # fmt: skip
async def lasting(engine: Engine, request: pytest.FixtureRequest) -> AsyncGenerator[Lasting]:
    """One of the ways whose life nobody chooses."""
    gateway: Gateway = request.param[0]
    fake = DurianpayFake("kunci-hidup") if gateway is DURIANPAY else XenditFake("xnd_production_kunci", "token")
    given, sealer = _DURIANPAY if gateway is DURIANPAY else _XENDIT, SecretBox(new_key())
    merchant_id = await open_merchant(engine, f"end{engine.ids.next()}", "Toko Saya")
    async with on_a_socket(fake.app) as url:
        draft = draft_contract(
            engine, sealer, merchant_id, gateway, "production", given, ways=ways_of(gateway, METHODS),
            base_url=f"{url}/v1" if gateway is DURIANPAY else url, by="t", here=True,
        )  # fmt: skip
        contract = await open_contract(engine, draft)
        async with GatewayDesk(engine, {gateway.name: gateway}, sealer, "https://toko.example") as desk:
            shop = GatewayShop(engine, merchant_id, contract, desk, None)  # pyright: ignore[reportArgumentType]
            yield Lasting(shop, fake, request.param[1])
    assert await check(engine, merchant_id) == []


async def test_it_ends_with_its_order(lasting: Lasting) -> None:
    """Its payer is told the order's end although it lives longer there; it is ended there once the order has, whether
    the payment or its order was swept first, and no money can come any more."""
    for sweeps_payment in (True, False):
        payment = await lasting.started()
        order = (await lasting.shop.now(payment)).order
        assert payment.expires_at == order.expires_at
        assert datetime.fromisoformat(payment.instructions["expires_at"]) > real_now() + 2 * _SOON
        await lasting.ran_out(payment)
        if sweeps_payment:
            expired = RecordPayment(**lasting.names(payment), payment_id=payment.payment_id, outcome="expired")
            await lasting.shop.engine.submit(expired)
        await lasting.shop.engine.submit(ExpireOrder(**lasting.names(payment)))
        assert await lasting.shop.stands(payment) == ("expired", 0)
        assert len(await lasting.shop.jobs(payment, END_AT_GATEWAY_TASK)) == 1
        await end(lasting.shop.engine, lasting.shop.desk, lasting.shop.merchant_id, target_of(payment))
        assert (await lasting.shop.attempt(payment)).status == "ended"
    assert lasting.there == ["cancelled", "cancelled"]


async def test_paid_between_both_ends(lasting: Lasting) -> None:
    """Who paid after the order's end, and before it was ended there, paid late: nothing of it is lost."""
    await change_settings(lasting.shop.engine, lasting.shop.merchant_id, {"late_payment": "hold"})
    payment = await lasting.started()
    await lasting.ran_out(payment)
    await lasting.shop.engine.submit(ExpireOrder(**lasting.names(payment)))
    await _pays(lasting, payment)
    await end(lasting.shop.engine, lasting.shop.desk, lasting.shop.merchant_id, target_of(payment))
    view = await lasting.shop.now(payment)
    assert [(one.status, one.amount_sen) for one in view.payments] == [("late", PRICE)]


async def _pays(lasting: Lasting, payment: Payment) -> None:
    """The payer pays at the stand-in, by our reference."""
    async with on_a_socket(lasting.fake.app) as url, httpx.AsyncClient() as web:
        answer = await web.post(f"{url}/_buyer/{payment.public_id}/pay", json={})
    assert answer.status_code == 200, answer.text
