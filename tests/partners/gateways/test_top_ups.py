"""Top-ups through the stand-ins of Tripay and Midtrans, with their own notices: credited once, whatever they send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import httpx
import pytest_asyncio
from loopback_kit import on_a_socket
from midtrans_kit import SERVER_KEY, free_port

from app_kit import app_of, settings_of
from gateway_kit import METHODS, PRICE, GatewayShop
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.engine.check import check
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.gateways.due import due_of_deposit
from gerai.engine.gateways.follow import to_look_at
from gerai.engine.gateways.record import instructed
from gerai.engine.merchants.open import open_merchant
from gerai.kit.secret_box import SecretBox, new_key
from gerai.partners.gateways.midtrans import GATEWAY as MIDTRANS
from gerai.partners.gateways.tripay import GATEWAY as TRIPAY
from gerai.ports.gateways import Gateway
from gerai.settings import HttpSettings, WebhookSettings
from gerai.testing.gateways.midtrans import MidtransFake
from gerai.testing.gateways.tripay import TripayFake
from gerai.worker.main import Worker
from top_up_kit import TopUps, top_ups

TRIPAY_GIVEN = {
    "merchant_code": "T0001", "secret_api_key": "kunci-api", "secret_private_key": "kunci-privat",
    "email": "toko@example.com", "qris_code": "qris2",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def served(own_dsn: str) -> AsyncGenerator[App]:
    """A server on a socket, so that what reports to it reaches it."""
    port = free_port()
    settings = settings_of(own_dsn, webhooks=WebhookSettings(seal_key=new_key()))
    app = app_of(replace(settings, http=HttpSettings(public_base_url=f"http://127.0.0.1:{port}")))
    async with app.running(), on_a_socket(app, port):
        yield app


@dataclass
class Shop:
    """A shop with a contract at a stand-in, and a member of it."""

    app: App
    url: str
    ani: TopUps

    @property
    def gateway_shop(self) -> GatewayShop:
        return self.ani.shop

    async def buyer(self, reference: str, act: str) -> None:
        """The payer acts at the stand-in."""
        async with httpx.AsyncClient() as client:
            assert (await client.post(f"{self.url}/_buyer/{reference}/{act}", json={})).status_code == 200

    async def switch(self, **switches: object) -> None:
        """Switch something on or off there."""
        async with httpx.AsyncClient() as client:
            assert (await client.post(f"{self.url}/_switch", json=switches)).status_code == 200

    async def work(self) -> None:
        """The worker, once."""
        shop = self.gateway_shop
        await Worker(shop.engine, self.app.partners, shop.desk, self.app.settings, WEBHOOK_CONTRACTS).run_once()


async def shop_at(app: App, url: str, gateway: Gateway, given: dict[str, str]) -> Shop:
    """A new shop whose production money this stand-in takes."""
    engine = app.engine
    merchant_id = await open_merchant(engine, f"up{engine.ids.next()}", "Toko Saya")
    sealer = SecretBox(app.settings.webhooks.seal_key)
    draft = draft_contract(
        engine,
        sealer,
        merchant_id,
        gateway,
        "production",
        given,
        ways=ways_of(gateway, METHODS),
        base_url=url,
        by="t",
        here=True,
    )
    contract = await open_contract(engine, draft)
    desk = app._desk  # pyright: ignore[reportPrivateUsage]
    return Shop(app, url, await top_ups(GatewayShop(engine, merchant_id, contract, desk, None)))  # type: ignore[arg-type]


async def test_tripay(served: App) -> None:
    """A BRI number for a member; its callbacks come twice, in the wrong order, one with another key: the wallet is
    credited once. Another amount is credited nowhere, and stays listed whatever is reported afterwards; a start that
    nobody wrote down is found by our code."""
    fake = TripayFake("T0001", "kunci-api", "kunci-privat", retry_s=0.0)
    async with on_a_socket(fake.app) as url:
        shop = await shop_at(served, url, TRIPAY, TRIPAY_GIVEN)
        ani = shop.ani
        deposit = await ani.started("BRI")
        [there] = fake.transactions.values()
        assert (there["merchant_ref"], there["amount"]) == (deposit.public_id, PRICE // 100)
        assert deposit.instructions["code"] == there["pay_code"]
        await shop.switch(wrong_signature=True)
        await shop.buyer(there["reference"], "pay")
        await fake.background.settle()
        await shop.work()
        assert await ani.stands(deposit) == ("pending", 0)
        await shop.switch(wrong_signature=False, duplicate_notice=True, out_of_order=True)
        second = await ani.started("BNI")
        reference = (await shop.gateway_shop.attempt(second)).reference
        await shop.buyer(reference, "pay")
        await fake.background.settle()
        await asyncio.gather(shop.work(), shop.gateway_shop.look(second), shop.gateway_shop.look(deposit))
        assert await ani.stands(second) == ("succeeded", 2 * PRICE)
        assert (await ani.now(second)).provider_reference == reference
        await shop.switch(other_amount=40_000)
        third = await ani.started("BRI")
        await shop.buyer((await shop.gateway_shop.attempt(third)).reference, "pay")
        await fake.background.settle()
        await shop.work()
        assert await ani.stands(third) == ("expired", 2 * PRICE)
        [(listed, attempt)] = await to_look_at(served.engine, deposit.merchant_id)
        assert (listed, attempt.status, attempt.paid_sen) == (third.public_id, "mismatch", 40_000_00)
        fourth, desk = await ani.stored("BCA"), shop.gateway_shop.desk
        contract = desk.opened(shop.gateway_shop.contract)
        asked = desk.attempt_of(await due_of_deposit(served.engine, fourth))
        made = await TRIPAY.start(desk.http(contract), contract, asked)
        await shop.gateway_shop.look(fourth)
        assert (await ani.now(fourth)).instructions["code"] == fake.transactions[made.reference]["pay_code"]
        await fake.background.close()
    assert await check(served.engine, deposit.merchant_id) == []


async def test_midtrans(served: App) -> None:
    """A QRIS code and a BCA number for a member; notices come twice and in the wrong order, and what was cancelled is
    cancelled there: the wallet is credited once for what was paid."""
    fake = MidtransFake(SERVER_KEY, pauses_s=())
    async with on_a_socket(fake.app) as url:
        shop = await shop_at(served, url, MIDTRANS, {"secret_server_key": SERVER_KEY})
        ani = shop.ani
        await shop.switch(duplicate=True, out_of_order=True)
        qris, number = await ani.started("QRIS", method="qris"), await ani.started("BCA")
        assert (instructed(qris), bool(qris.instructions["qr_text"])) == (True, True)
        assert set(fake.payments) == {qris.public_id, number.public_id}
        await shop.buyer(qris.public_id, "pay")
        await fake.notices.delivered()
        await asyncio.gather(shop.work(), shop.gateway_shop.look(qris))
        await shop.work()
        assert await ani.stands(qris) == ("succeeded", PRICE)
        await ani.cancelled(number)
        await shop.work()
        assert (await ani.stands(number), fake.payments[number.public_id].status) == (("cancelled", PRICE), "cancel")
        assert (await shop.gateway_shop.attempt(number)).status == "ended"
        # Its payer was not quick enough, and pays what can still be paid there: late, and credited by the rule.
        await shop.switch(late=True)
        await shop.buyer(number.public_id, "pay")
        await fake.notices.delivered()
        await shop.work()
        assert await ani.stands(number) == ("succeeded", 2 * PRICE)
    assert await check(served.engine, qris.merchant_id) == []
