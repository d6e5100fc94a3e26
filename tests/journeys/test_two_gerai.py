"""Two Gerai, one the Durianpay upstream of the other: a payer of the seller's pays at the upstream, and the seller's
order is paid by what the upstream reports, or by looking."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio

from app_kit import app_of
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.cli.keys import make_key
from gerai.domain.records import OrderView
from gerai.doors.dialects.durianpay.demo import ORDER
from gerai.engine.arrivals.target import target_of
from gerai.engine.check import check
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.follow import follow
from gerai.engine.merchants.open import open_merchant
from gerai.engine.webhooks.endpoints import NewEndpoint, add_endpoint, new_secret
from gerai.kit.secret_box import SecretBox, new_key
from gerai.settings import DatabaseSettings, HttpSettings, Settings, WebhookSettings
from gerai.testing.loopback import served
from gerai.worker.main import Worker


@dataclass
class Both:
    """Seller and upstream, each with its address, and the seller's key at its own counter."""

    seller: App
    upstream: App
    here: str
    there: str
    merchant_id: int
    upstream_merchant: int
    key: str

    async def work(self) -> None:
        """The workers of both, once: the upstream delivers, the seller reads."""
        for app in (self.upstream, self.seller):
            desk = app._desk  # pyright: ignore[reportPrivateUsage]
            worker = Worker(app.engine, app.partners, desk, app.settings, WEBHOOK_CONTRACTS)
            await worker.run_once()
            await worker._outgoing.close()  # pyright: ignore[reportPrivateUsage]

    async def order(self, public_id: str) -> OrderView:
        """The seller's order as it is."""
        [view] = await self.seller.engine.orders.of_merchant(
            self.merchant_id, ["sandbox"], ["pending", "confirmed", "completed", "processing"], 1
        )
        assert view.order.public_id == public_id
        return view


def _settings(dsn: str) -> Settings:
    return replace(
        Settings(), database=DatabaseSettings(url=dsn), http=HttpSettings(public_base_url="http://127.0.0.1:1"),
        webhooks=WebhookSettings(seal_key=new_key(), allow_loopback=True),
    )  # fmt: skip


@pytest_asyncio.fixture
async def both(dsn: str, own_dsn: str) -> AsyncGenerator[Both]:
    seller, upstream = app_of(_settings(dsn)), app_of(_settings(own_dsn))
    async with seller.running(), upstream.running(), served(seller) as here, served(upstream) as there:
        desk = seller._desk  # pyright: ignore[reportPrivateUsage]
        desk._base_url = here  # pyright: ignore[reportPrivateUsage]
        supplier = await open_merchant(upstream.engine, f"up{upstream.engine.ids.next()}", "Upstream", simulated=True)
        lent = await make_key(upstream.engine, supplier, "durianpay", "sandbox", "lent", None, {})
        merchant_id = await open_merchant(seller.engine, f"shop{seller.engine.ids.next()}", "Toko Saya")
        gateway = seller.partners.gateways["durianpay"]
        sealer = SecretBox(seller.settings.webhooks.seal_key)
        given = {"secret_api_key": lent, "email": "toko@example.com"}
        ways = ways_of(gateway, seller.partners.payment_methods)
        draft = draft_contract(
            seller.engine,
            sealer,
            merchant_id,
            gateway,
            "sandbox",
            given,
            ways=ways,
            base_url=f"{there}/v1",
            by="t",
            here=True,
        )
        contract = await open_contract(seller.engine, draft)
        new = NewEndpoint(
            merchant_id=supplier, environment="sandbox", channel="durianpay", url=desk.opened(contract).notice_url,
            key_secret=lent,
        )  # fmt: skip
        await add_endpoint(upstream.engine, SecretBox(upstream.settings.webhooks.seal_key), new, new_secret())
        key = await make_key(seller.engine, merchant_id, "durianpay", "sandbox", "own", None, {})
        yield Both(seller, upstream, here, there, merchant_id, supplier, key)
        assert await check(seller.engine, merchant_id) == []
        assert await check(upstream.engine, supplier) == []


@pytest.mark.parametrize("reported", [True, False], ids=["reported", "looked at"])
async def test_paid_there_is_paid_here(both: Both, reported: bool) -> None:
    """The seller's client gets the upstream's VA number from the seller's own counter; a transfer to it at the upstream
    pays the seller's order once, by the upstream's webhook or by the look of the job; before it nothing is paid."""
    async with httpx.AsyncClient(trust_env=False, timeout=60, auth=(both.key, "")) as http:
        body = {name: value for name, value in ORDER.items() if name not in {"expiry_date", "items"}}
        placed = (await http.post(f"{both.here}/v1/orders", json=body | {"amount": "50000.00"})).json()["data"]
        request = {"order_id": placed["id"], "bank_code": "BCA", "name": "Jane", "amount": "50000.00"}
        charged = await http.post(f"{both.here}/v1/payments/charge", json={"type": "VA", "request": request})
        assert charged.status_code == 200, charged.text
        number = charged.json()["data"]["response"]["account_number"]
        [theirs] = await both.upstream.engine.orders.of_merchant(both.upstream_merchant, ["sandbox"], ["pending"], 1)
        assert theirs.payments[-1].instructions["code"] == number
        assert theirs.order.reference == (await both.order(placed["id"])).payments[-1].public_id

        await both.work()
        assert (await both.order(placed["id"])).order.charged_sen == 0
        simulated = await http.post(
            f"{both.there}/v1/payments/va/simulate", json={"account_number": number, "amount": "50000"},
            auth=(_lent(both), ""),
        )  # fmt: skip
        assert simulated.status_code == 200, simulated.text

    view = await both.order(placed["id"])
    if reported:
        for _ in range(3):
            await both.work()
    else:
        desk = both.seller._desk  # pyright: ignore[reportPrivateUsage]
        for _ in range(2):
            await follow(both.seller.engine, desk, both.merchant_id, target_of(view.payments[-1]))
    view = await both.order(placed["id"])
    assert (view.payments[-1].status, view.order.charged_sen) == ("completed", 50_000_00)


def _lent(both: Both) -> str:
    [contract] = both.seller.engine.directory.merchant(both.merchant_id).contracts
    desk = both.seller._desk  # pyright: ignore[reportPrivateUsage]
    return desk.opened(contract).secrets["secret_api_key"]
