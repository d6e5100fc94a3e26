"""What a shop sells first is really sold: whatever kind it is, an order of it is tried with play money to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from digital_kit import sealing_settings
from start_kit import PDF, SOLD, sell, step

from console_kit import base, browser_of, enter, joined, mark
from desk_kit import open_desk, seen
from gerai.app import DIALECTS, App
from gerai.engine.catalogue.extend import CatalogueAdditions, extend_catalogue
from gerai.engine.check import check
from gerai.engine.desk.first_kinds import sell_questions
from gerai.engine.desk.house import Within
from gerai.engine.digital.hand_out import hand_out
from gerai.engine.shipping.places import Place
from gerai.settings import Settings


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


@pytest_asyncio.fixture
async def shop(app: App) -> Within:
    """A shop of real money that has nothing."""
    return await open_desk(app.house, simulated=False)


@pytest_asyncio.fixture
async def owner(app: App, shop: Within) -> AsyncGenerator[httpx.AsyncClient]:
    """Its owner's browser."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(shop))
        yield browser


def sandbox_of(shop: Within) -> Within:
    """The same shop where money is played."""
    return Within(shop.house, shop.merchant_id, "sandbox")


async def tried(browser: httpx.AsyncClient, shop: Within, door: str) -> str:
    """Press the button of this door; where its order is followed."""
    sent = await step(browser, shop, "order", door=door)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def pressed(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    """Press the button of that page."""
    return await browser.post(path, data=await mark(browser, path))


@pytest.mark.parametrize(
    ("kind", "door", "total", "placed", "paid"),
    [
        ("goods", "scalev", 100_000_00, "pending", "confirmed"),
        ("file", "scalev", 50_000_00, "pending", "completed"),
        ("codes", "scalev", 20_000_00, "pending", "confirmed"),
        ("hand", "scalev", 75_000_00, "pending", "confirmed"),
        ("service", "cekceir", 2_500_00, "processing", "processing"),
        ("robux", "leuwongrr", None, "pending", "processing"),
    ],
)
async def test_a_first_order_is_tried_to_its_end(
    app: App, owner: httpx.AsyncClient, shop: Within, kind: str, door: str, total: int | None, placed: str, paid: str
) -> None:
    """The answers of one page, a button, another one: an order came in at the kind's own counter, is paid, and stands
    at the desk. All of it in the sandbox: production has no order, no key was made, and the books are right."""
    sold = await sell(owner, shop, kind)
    assert (sold.status_code, sold.headers.get("location")) == (303, f"{base(shop)}/start/order"), sold.text
    play = sandbox_of(shop)
    page = await tried(owner, shop, door)
    [row] = await seen(play, "orders.list")
    assert page == f"{base(play)}/start/tried?id={row.id}"
    assert (row.door, row.status) == (door, placed)
    assert total is None or row.total_sen == total
    order_page = f"{base(play)}/orders/{row.id}"
    if placed != paid:
        sent = await pressed(owner, page)
        assert (sent.status_code, sent.headers["location"]) == (303, order_page)
    [row] = await seen(play, "orders.list")
    assert (row.status, row.payment_status in ("paid", "held")) == (paid, True)
    assert (await owner.get(order_page)).status_code == 200
    assert await seen(shop, "orders.list") == []
    assert await seen(shop, "keys.list") == []
    assert await check(app.engine, shop.merchant_id) == []


async def test_what_its_buyer_gets(owner: httpx.AsyncClient, shop: Within) -> None:
    """A file that was chosen is the variant's, under a name that says what it is; codes are in production's pool, and
    others in the sandbox's, of which a tried order gets one. What is sent by hand waits for the seller."""
    for kind in ("file", "codes", "hand"):
        assert (await sell(owner, shop, kind)).status_code == 303
    [file] = await seen(shop, "files.list")
    assert (file.file, file.size_bytes) == ("E-book Resep.pdf", len(PDF))
    [pool], [play_pool] = await seen(shop, "code_pools.list"), await seen(sandbox_of(shop), "code_pools.list")
    assert (pool.free, play_pool.free) == (3, 100)
    stores = {row.name: row.digital_completion for row in await seen(shop, "stores.list")}
    assert sorted(stores.values()) == ["auto", "manual"]


async def test_a_tried_order_gets_a_code(app: App, owner: httpx.AsyncClient, shop: Within) -> None:
    """One of the sandbox, as soon as the worker hands codes out; production's stay where they are."""
    await sell(owner, shop, "codes")
    await pressed(owner, await tried(owner, shop, "scalev"))
    play = sandbox_of(shop)
    [row] = await seen(play, "orders.list")
    await hand_out(app.engine, shop.merchant_id, row.id)
    [order] = await seen(play, "orders.list")
    assert order.status == "completed"
    [pool], [play_pool] = await seen(shop, "code_pools.list"), await seen(play, "code_pools.list")
    assert (pool.free, play_pool.free) == (3, 99)


async def test_goods_are_where_they_are_sent_from(owner: httpx.AsyncClient, shop: Within) -> None:
    """A warehouse in the district that was typed, its stock in both environments, a courier and one rate to anywhere.
    Sold once more, nothing of it is made twice; a second thing has the same warehouse and courier."""
    for _ in range(2):
        assert (await sell(owner, shop, "goods")).status_code == 303
    assert (await sell(owner, shop, "goods", item="Topi", stock="7")).status_code == 303
    [warehouse] = await seen(shop, "warehouses.list")
    assert (warehouse.location_id, warehouse.address, warehouse.postal_code) == (6, "Jl. Melati 7", "60241")
    [courier] = await seen(shop, "couriers.list")
    assert (courier.courier, courier.code) == ("jne", "REG")
    [rate] = await seen(shop, "rates.list")
    assert (rate.origin, rate.destination, rate.per_kg_sen) == ("", "", 15_000_00)
    for within in (shop, sandbox_of(shop)):
        assert sorted(row.on_hand for row in await seen(within, "stock.list")) == [5, 7]
    assert len(await seen(shop, "products.list")) == 2


async def test_every_door_is_tried(app: App, owner: httpx.AsyncClient, shop: Within) -> None:
    """Each counter of this server has an order to try; a shop that sells a bit of all places one at each."""
    assert [dialect.name for dialect in DIALECTS if dialect.sample is None] == []
    for kind in ("hand", "service", "robux"):
        assert (await sell(owner, shop, kind)).status_code == 303
    for dialect in DIALECTS:
        await tried(owner, shop, dialect.name)
    rows = await seen(sandbox_of(shop), "orders.list")
    assert sorted(row.door for row in rows) == sorted(dialect.name for dialect in DIALECTS)
    assert await check(app.engine, shop.merchant_id) == []


async def test_paid_twice_at_once(app: App, owner: httpx.AsyncClient, shop: Within) -> None:
    """Two presses at once pay once; both see the order."""
    await sell(owner, shop, "hand")
    page = await tried(owner, shop, "scalev")
    form = await mark(owner, page)
    both = await asyncio.gather(*(owner.post(page, data=form) for _ in range(2)))
    assert [one.status_code for one in both] == [303, 303]
    [row] = await seen(sandbox_of(shop), "orders.list")
    [order] = await seen(sandbox_of(shop), "orders.show", id=row.id)
    assert [one.status for one in order.payments] == ["completed"]
    assert await check(app.engine, shop.merchant_id) == []


@pytest.mark.parametrize(
    ("kind", "wrong", "fault"),
    [
        ("goods", {"from": "Antah Berantah"}, "from-fault"),
        ("goods", {"weight": "berat"}, "weight-fault"),
        ("goods", {"stock": "-1"}, "stock-fault"),
        ("goods", {"postal": "6024"}, "postal-fault"),
        ("goods", {"address": " "}, "address-fault"),
        ("goods", {"courier": "!"}, "courier-fault"),
        ("goods", {"shipping": "gratis"}, "shipping-fault"),
        ("file", {"content": b"", "link": ""}, "link-fault"),
        ("file", {"content": PDF, "link": "https://a.example/b.pdf"}, "link-fault"),
        ("file", {"link": "http://a.example/b.pdf"}, "link-fault"),
        ("codes", {"codes": " \n "}, "codes-fault"),
        ("robux", {"robux_price": "gratis"}, "robux_price-fault"),
        ("robux", {"robux_price": "999999999"}, "robux_price-fault"),
    ],
)  # fmt: skip
async def test_what_cannot_be_right(
    owner: httpx.AsyncClient, shop: Within, kind: str, wrong: dict[str, Any], fault: str
) -> None:
    """It stands at its field, and nothing at all is made."""
    page = await sell(owner, shop, kind, **wrong)
    assert (page.status_code, f'id="{fault}"' in page.text) == (400, True), page.text
    for things in ("stores", "products", "warehouses", "couriers", "code_pools", "services"):
        assert await seen(shop, f"{things}.list") == [], things


async def test_several_districts_of_one_name(owner: httpx.AsyncClient, shop: Within) -> None:
    """They are offered with their city, and the one that is chosen counts."""
    alike = [
        Place(number, f"33.{number - 900}.01", "Kembar", f"Kota {number}", "Jawa Tengah", None, None, ("50111",))
        for number in (991, 992)
    ]
    await extend_catalogue(shop.engine, shop.merchant_id, CatalogueAdditions(districts=alike))
    page = await sell(owner, shop, "goods", **{"from": "kembar"})
    assert page.status_code == 400
    assert [f'value="{place.location_id}"' in page.text for place in alike] == [True, True]
    assert await seen(shop, "warehouses.list") == []
    assert (await sell(owner, shop, "goods", **{"from": "992"})).status_code == 303
    assert [row.location_id for row in await seen(shop, "warehouses.list")] == [992]


async def test_whoever_may_not_tries_nothing(app: App, owner: httpx.AsyncClient, shop: Within) -> None:
    """A viewer places none and pays none; another shop's owner does not find it; what is no number is none."""
    await sell(owner, shop, "hand")
    page = await tried(owner, shop, "scalev")
    async with browser_of(app) as browser:
        await enter(browser, await joined(shop, "viewer"))
        form = await mark(browser, page)
        assert (await browser.post(page, data=form)).status_code == 403
        sent = await browser.post(f"{base(shop)}/start/order", data=form | {"door": "scalev"})
        assert sent.status_code == 403
    async with browser_of(app) as browser:
        await enter(browser, await joined(await open_desk(app.house)))
        assert (await browser.get(page)).status_code == 404
    for number in ("", "x", "0", "99999999999999999999"):
        assert (await owner.get(f"{base(shop)}/start/tried?id={number}")).status_code == 404
    assert [row.status for row in await seen(sandbox_of(shop), "orders.list")] == ["pending"]
    refused = await step(owner, shop, "order", door="cekceir")
    assert refused.status_code == 400


async def test_what_real_money_needs(owner: httpx.AsyncClient, shop: Within) -> None:
    """Each line is ticked by what the shop has: its account, and of goods that are sent where from, what that costs and
    where to; nothing of that where no goods are sent. Whoever has had enough of it hides it from Beranda."""
    lines = lambda page: page.text.count('class="open"')  # noqa: E731
    await sell(owner, shop, "hand")
    order = await owner.get(f"{base(shop)}/start/order")
    assert ("Alamat pengirim" in order.text, "Rekening atau QRIS" in order.text) == (False, True)
    before = lines(order)
    account = {"pay": "bank", "bank": "BCA", "number": "1234567890", "holder": "Ani", "mine": "yes"}
    assert (await step(owner, shop, "paid", **account)).status_code == 303
    assert lines(await owner.get(f"{base(shop)}/start/order")) == before - 1
    await sell(owner, shop, "goods")
    assert "Alamat pengirim" in (await owner.get(f"{base(shop)}/start/order")).text
    home = (await owner.get(base(shop))).text
    assert f'href="{base(shop)}/start/order"' in home
    hidden = await owner.post(f"{base(shop)}/start/hide", data=await mark(owner, f"{base(shop)}/start/order"))
    assert (hidden.status_code, hidden.headers["location"]) == (303, base(shop))
    assert "/start/order" not in (await owner.get(base(shop))).text
    assert "/start/order" not in (await owner.get(base(sandbox_of(shop)))).text


def test_every_kind_is_walked() -> None:
    """The kinds of these tests are all there are."""
    assert [*SOLD] == [*sell_questions()[0].choices]
