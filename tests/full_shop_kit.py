"""Shops in which every page of the desk has something to show: one that plays, with a month behind it and everything
that can be sold, and a real one whose money waits for decisions."""

from __future__ import annotations

from typing import Any

import httpx

from desk_kit import DISTRICT, do, seen
from desk_money_kit import open_till
from engine_kit import Shop
from gerai.app import WEBHOOK_CONTRACTS, App
from gerai.demo.shop import DEMOS
from gerai.doors.http.demo import DemoShop
from gerai.engine.contact import Contact
from gerai.engine.desk.bundles import PartGiven
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import Done, acts
from gerai.engine.gateways.contracts import draft_contract, open_contract, ways_of
from gerai.engine.orders.lines import NewLine
from gerai.engine.orders.parcels import Parcel
from gerai.engine.webhooks.fan_out import fan_out
from gerai.kit.address import Guard
from gerai.kit.http import Outgoing
from gerai.testing.receiver import Receiver
from gerai.worker.webhook_sender import WebhookSender
from home_kit import busy_shop
from picture_kit import logo

_PARCEL = Parcel("jne", "REG", "", None, 1200, 20_000_00)
_RINA = Contact("rina", name="Rina Wulandari", email="rina@example.com", mobile="+628123456789")
#: As the LeuwongRR counter numbers its orders.
LONG_NUMBER = "SBX-INV20261129051327139"
_TRIPAY = {
    "merchant_code": "T0001",
    "secret_api_key": "kunci",
    "secret_private_key": "rahasia",
    "email": "toko@example.com",
}


async def made(within: Within, act: str, /, **given: Any) -> Done:
    """What an act of the owner's does with this input."""
    return await do(within, act, acts()[act].input(**given), reason="dicek")


async def playing_shop(app: App, receiver: Receiver) -> Within:
    """A sandbox shop with a month of orders, the goods, members and keys of the demo at every counter, and whatever
    else there is a list of. ``receiver`` takes its webhooks."""
    within, shop = await busy_shop(app)
    await made(within, "merchants.rename", name="Toko Sinar Pagi")
    await made(within, "webhooks.add", door="scalev", url=receiver.url())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gerai.test") as client:
        for demo in DEMOS.values():
            call = demo.order(await demo.seed(DemoShop(app.engine, within.merchant_id)), 1)
            answer = await client.request(call.method, call.path, json=call.body, headers=dict(call.headers))
            assert answer.is_success, answer.text
    [told, *_] = await seen(within, "orders.list", door="scalev")
    await _fill_catalogue(within)
    member = await made(within, "members.add", door="leuwongrr", name="Dewi Lestari")
    await made(within, "members.link", id=int(member.id), external_id="80351110224678912")
    await made(within, "people.invite", name="Cici", role="operator")
    outgoing = Outgoing(Guard(allow_loopback=True))
    await fan_out(app.engine, WEBHOOK_CONTRACTS, within.merchant_id, told.id, "http://gerai.test")
    await WebhookSender(app.engine, WEBHOOK_CONTRACTS, outgoing, within.house.sealer, 15.0).run_once()
    await outgoing.close()
    await _order_to_send(shop)
    await shop.start_deposit(250_000_00)
    await shop.deposit(1_000_000_00)
    await shop.place(
        "wallet", 50_000_00, channel="cekceir", provider="manual", work={"items": ["1", "2"]},
        lines=(NewLine("thing", 4, "Cek IMEI iPhone", 2, 25_000_00, 50_000_00),),
    )  # fmt: skip
    return within


async def _fill_catalogue(within: Within) -> None:
    variant = next(row for row in await seen(within, "variants.list") if row.item_type == "physical")
    warehouse = await made(
        within, "warehouses.add", name="Gudang Surabaya", address="Jl. Wonokromo 1", postal_code="60241",
        location_id=DISTRICT.location_id,
    )  # fmt: skip
    await made(within, "stock.count", variant_id=variant.id, warehouse_id=int(warehouse.id), on_hand=3)
    await made(within, "stock.mark", variant_id=variant.id, warehouse_id=int(warehouse.id), low_at=5)
    book = next(row for row in await seen(within, "variants.list") if row.item_type == "digital")
    await made(within, "code_pools.load", variant_id=book.id, codes="ABCD-1234\nEFGH-5678")
    await made(within, "files.add", variant_id=book.id, name="Panduan.pdf", url="https://toko.example.com/panduan.pdf")
    parts, [store, *_] = (PartGiven(variant_id=variant.id, quantity=2),), await seen(within, "stores.list")
    bundle = await made(within, "bundles.add", name="Paket Hemat", parts=parts)
    await made(
        within, "price_options.add", bundle_id=int(bundle.id), name="Paket Hemat!", price_sen=199_000_00,
        stores=(store.id,),
    )  # fmt: skip


async def _order_to_send(shop: Shop) -> None:
    """A paid order with a parcel, whose number is as long as numbers get."""
    placed = await shop.place(
        total_sen=300_000_00, channel="scalev", after_payment="confirm", parcel=_PARCEL, number=LONG_NUMBER,
        contact=_RINA, lines=(NewLine("thing", 1, "Kaos Polos - M", 2, 150_000_00, 300_000_00),),
    )  # fmt: skip
    started = await shop.start_payment(placed)
    await shop.pay(placed, payment_id=started.payments[0].payment_id)


async def real_shop(app: App) -> Within:
    """A shop whose money is real: paid, late, given back, come from nobody knows whom, shown in a picture; with an
    account of its own and a contract with a gateway."""
    till = await open_till(app)
    within, engine = till.within, till.within.engine
    await made(within, "merchants.rename", name="Toko Sinar Pagi")
    await till.late()
    _, paid = await till.paid()
    await made(within, "payments.refund", id=paid.payment_id)
    await till.came(77_000_00, "M-1")
    _, asked = await till.asked()
    await till.shop.prove(asked, logo())
    gateway = within.house.gateways.gateways["tripay"]
    draft = draft_contract(
        engine, within.house.sealer, within.merchant_id, gateway, "production", _TRIPAY,
        ways=ways_of(gateway, within.house.payment_methods), base_url="", by="t",
    )  # fmt: skip
    await open_contract(engine, draft)
    return within
