"""The two shops of `examples/` sell: loaded into an empty installation, each takes real orders at the counters with
production keys, is paid, and finishes them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from shop_kit import (
    EXAMPLES,
    PASS_ORDER,
    at_terminal,
    bearer,
    counted,
    digital_order,
    key_at,
    link_order,
    newest,
    parcel_order,
    sent,
    shop_of,
)

from desk_kit import seen
from gerai.app import App
from gerai.engine.catalogue.storefront import STOREFRONT
from gerai.engine.check import check

BAJU = ("--merchant", "toko-baju")
ROBUX = ("--merchant", "toko-robux")


@pytest.mark.parametrize("name", ["toko-baju", "toko-robux"])
async def test_an_example_loads_twice(dsn: str, app: App, name: str) -> None:
    """A dry run finds no fault; what it counts is made; and the second time nothing is."""
    dry = counted(await at_terminal(dsn, "shop", "load", str(EXAMPLES / name), "--dry-run"))
    assert all(old == 0 for _, old in dry.values())
    assert counted(await at_terminal(dsn, "shop", "load", str(EXAMPLES / name))) == dry
    again = await at_terminal(dsn, "shop", "load", str(EXAMPLES / name))
    assert counted(again) == {section: (0, new) for section, (new, _) in dry.items()}
    assert "all of it is there already" in again
    within = await shop_of(app, name)
    assert within.merchant.simulated is False
    assert [account.channel for account in within.merchant.receiving][-1:] == ["QRIS"]
    assert await check(app.engine, within.merchant_id) == []


async def test_the_shop_of_clothes_sells(dsn: str, app: App, client: httpx.AsyncClient) -> None:
    """Two T-shirts are ordered with the courier's quote from the file's rates, paid to the seller's own account,
    confirmed and sent, and are gone from the stock; a pattern is complete with its payment; a bundle takes its parts;
    and a payment link is paid."""
    await at_terminal(dsn, "shop", "load", str(EXAMPLES / "toko-baju"))
    within = await shop_of(app, "toko-baju")
    sold = app.engine.directory.get(STOREFRONT, within.merchant_id)
    [store] = sold.catalogue.stores.values()
    [house] = sold.catalogue.warehouses.values()
    variants = {one.sku: one for one in sold.catalogue.variants.values()}
    headers = bearer(await key_at(dsn, app, "scalev", "toko-baju"))

    asked: dict[str, Any] = {"store_id": store.store_id, "location_id": 1, "warehouse_id": house.warehouse_id}
    asked |= {"weight": 400, "payment_method": "bank_transfer"}
    found = await sent(client, "POST", "/v3/shipping-costs/search-courier-service", asked, headers=headers)
    costs = {one["courier_service"]["code"]: (one["courier_service"]["id"], one["cost"]) for one in found["data"]}
    assert {code: int(cost) for code, (_, cost) in costs.items()} == {"REG": 18_000, "BEST": 24_000}
    body = parcel_order(store.unique_id, variants["KP-M"].unique_id, 2, house.unique_id, costs["REG"][0], 18_000)
    placed = await sent(client, "POST", "/v3/orders", body, headers=headers)
    shirts = (await newest(within)).order
    assert shirts.total_sen == (2 * 85_000 + 18_000) * 100
    await pay_by_transfer(client, shirts.secret)
    said = await at_terminal(dsn, "payments", "confirm", shirts.number, *BAJU)
    assert shirts.number in said or "booked" in said
    for status in ("in_process", "ready", "shipped"):
        await sent(
            client, "POST", "/v3/orders/change-status", {"ids": [placed["id"]], "status": status}, headers=headers
        )
    stock = {row.sku: (row.on_hand, row.reserved) for row in await seen(within, "stock.list")}
    assert stock["KP-M"] == (38, 0)
    assert (await newest(within)).order.status == "shipped"

    body = digital_order(store.unique_id, variants["POLA-KAOS"].unique_id)
    await sent(client, "POST", "/v3/orders", body, headers=headers)
    await at_terminal(dsn, "payments", "confirm", (await newest(within)).order.number, "--method", "cash", *BAJU)
    assert (await newest(within)).order.status == "completed"

    dp_live = await key_at(dsn, app, "durianpay", "toko-baju")
    await sent(client, "POST", "/v1/orders", link_order("30000"), auth=(dp_live, ""))
    await at_terminal(dsn, "payments", "confirm", (await newest(within)).order.number, "--method", "qris", *BAJU)
    assert (await newest(within)).order.kept_sen == 30_000_00
    assert await check(app.engine, within.merchant_id) == []


async def pay_by_transfer(client: httpx.AsyncClient, secret: str) -> None:
    """The payer chooses the shop's bank account on the order's page."""
    answer = await client.post(f"/i/{secret}/method", data={"choice": "bank_transfer:BCA"})
    assert answer.status_code < 400


async def test_the_shop_of_services_sells(
    dsn: str, app: App, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A game pass at the file's rate is paid by QRIS, confirmed, and finished by hand; a check of an IMEI is paid from
    the wallet of a member of the file, at its price less that member's discount, and finished with a result."""
    monkeypatch.setattr(app.partners, "_clients", app.partners._simulators)  # pyright: ignore[reportPrivateUsage]
    await at_terminal(dsn, "shop", "load", str(EXAMPLES / "toko-robux"))
    within = await shop_of(app, "toko-robux")
    members = {row.public_id: row for row in await seen(within, "members.list")}
    assert {name: row.discount_bp for name, row in members.items()} == {
        "bot-discord": 0, "ani": 250, "konter-budi": 0, "konter-cici": 500,
    }  # fmt: skip

    member = str(members["bot-discord"].id)
    live = bearer(await key_at(dsn, app, "leuwongrr", "toko-robux", "--member", member))
    await sent(client, "POST", "/api/v1/me/orders", PASS_ORDER, headers=live | {"Idempotency-Key": "satu"})
    order = (await newest(within)).order
    # 100 Robux at Rp150.
    assert (order.total_sen, order.status) == (15_000_00, "pending")
    await at_terminal(dsn, "payments", "confirm", order.number, *ROBUX)
    await at_terminal(dsn, "orders", "complete", order.number, *ROBUX)
    assert (await newest(within)).order.status == "completed"

    member = str(members["konter-budi"].id)
    headers = bearer(await key_at(dsn, app, "cekceir", "toko-robux", "--member", member))
    await at_terminal(dsn, "wallets", "top-up", member, "--amount-sen", "50000", "--reason", "transfer", *ROBUX)
    body: dict[str, Any] = {"code": "cek_imei", "data": {"imeis": ["356281920502180", "356281920502198"]}}
    await sent(client, "POST", "/api/order", body, headers=headers)
    order = (await newest(within)).order
    assert (order.total_sen, order.status) == (3_000_00, "processing")
    result = '[{"imei": "356281920502180", "status": "aktif"}]'
    await at_terminal(dsn, "orders", "complete", order.number, "--result", result, *ROBUX)
    assert (await newest(within)).order.status == "completed"
    [wallet] = [row for row in await seen(within, "wallets.list") if str(row.id) == member]
    assert wallet.available_sen == 47_000_00
    assert await check(app.engine, within.merchant_id) == []
