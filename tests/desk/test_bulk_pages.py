"""Ticked rows at the console, many rows at `/admin/v1`, several names at the terminal: one line for each."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest
from orders_kit import SHIPPED, moved, placed, shop_of, shown
from test_orders_admin import key_of

from console_kit import PASSWORD, base, browser_of, enter, joined
from console_orders_kit import order_of, shop_at_desk
from desk_kit import open_desk, written
from engine_kit import Shop
from gerai.app import App
from gerai.domain.permissions import Role
from gerai.domain.records import Order
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.people import sign_in


@pytest.fixture
async def shop(within: Within) -> Shop:
    """The shop of the desk."""
    return await shop_of(within)


async def some(shop: Shop, count: int) -> list[Order]:
    """Orders that wait to be sent."""
    return [await placed(shop, **SHIPPED) for _ in range(count)]


def query(act: str, orders: list[Order]) -> dict[str, Any]:
    """The address of the ticked rows."""
    return {"act": act, "id": [str(one.order_id) for one in orders], "from": "status=confirmed"}


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the form for many carries."""
    [form] = re.findall(r'<form[^>]*method="post" action="[^"]*/bulk".*?</form>', page.text, re.S)
    return {n: html.unescape(v) for n, v in re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', form)}


def lines(page: httpx.Response) -> list[str]:
    """What is said of each row."""
    [listed] = re.findall(r'<ul class="ticked">(.*?)</ul>', page.text, re.S)
    found = re.findall(r"<li>(.*?)</li>", listed, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", one)).split()) for one in found]


async def test_ticked_rows_are_done_one_by_one(app: App, within: Within, shop: Shop) -> None:
    """The page says what will be done with which; sent, there is a line for each, the refused one with why; sent again,
    nothing is done twice. The way back is the list as it was."""
    orders = await some(shop, 3)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "operator"))
        listed = (await browser.get(f"{base(within)}/orders?status=confirmed")).text
        assert listed.count('type="checkbox" name="id"') == 3
        assert '<option value="orders.process">Mulai kerjakan pesanan</option>' in listed
        asked = await browser.get(f"{base(within)}/bulk", params=query("orders.process", orders))
        assert [line.split()[0] for line in lines(asked)] == [one.number for one in orders]
        await moved(shop, orders[1], "cancelled")
        first = await browser.post(f"{base(within)}/bulk", data=hidden(asked))
        again = await browser.post(f"{base(within)}/bulk", data=hidden(asked))
        assert (first.status_code, again.status_code) == (200, 200)
        assert [line.split()[1] for line in lines(first)] == ["Berhasil", "Ditolak", "Berhasil"]
        assert "Dibatalkan" in lines(first)[1]
        assert lines(again)[0].split()[1:3] == ["Sudah", "pernah"]
        assert f'href="{base(within)}/orders?status=confirmed"' in first.text
        assert orders[1].number in lines(first)[1].partition("Pesanan")[2]
        assert orders[1].public_id not in first.text
    assert [(await shown(within, one.order_id)).status for one in orders] == ["processing", "cancelled", "processing"]
    assert len([e for _, e in await written(within) if e.act == "orders.process"]) == 2
    assert await check(shop.engine, within.merchant_id) == []


async def test_every_parcel_has_its_own_number(app: App, within: Within, shop: Shop) -> None:
    """A field for each row; one that does not fit is named there, and then nothing is begun."""
    orders = await some(shop, 2)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "operator"))
        asked = await browser.get(f"{base(within)}/bulk", params=query("orders.ship", orders))
        own = {f"receipt.{one.order_id}": f"JX{n}" for n, one in enumerate(orders)}
        wrong = await browser.post(
            f"{base(within)}/bulk", data=hidden(asked) | own | {f"receipt.{orders[1].order_id}": "x" * 300}
        )
        assert wrong.status_code == 400
        assert f'id="receipt.{orders[1].order_id}-fault"' in wrong.text
        assert 'value="JX0"' in wrong.text
        assert (await shown(within, orders[0].order_id)).status == "confirmed"
        sent = await browser.post(f"{base(within)}/bulk", data=hidden(wrong) | own)
        assert [line.split()[1] for line in lines(sent)] == ["Berhasil"] * 2
    assert [(await shown(within, one.order_id)).parcel.receipt for one in orders] == ["JX0", "JX1"]


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"act": "orders.process"}, 400),
        ({"act": "orders.process", "id": ["x", "-1", "9" * 30]}, 400),
        ({"act": "orders.process", "id": [str(n) for n in range(1, 202)]}, 400),
        ({"act": "orders.fail", "id": ["1"]}, 404),
        ({"act": "nothing.do", "id": ["1"]}, 404),
        ({"act": "keys.create", "id": ["1"]}, 404),
    ],
)
async def test_what_is_none_for_many(app: App, within: Within, params: dict[str, Any], status: int) -> None:
    """Nothing ticked, too many, an act for one at a time: said on a page, without a form where there is nothing to
    send."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        page = await browser.get(f"{base(within)}/bulk", params=params)
    assert page.status_code == status
    assert 'action="/console/meja' not in page.text or 'name="ids"' not in page.text


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_who_may_not_ticks_nothing(app: App, within: Within, shop: Shop, role: Role) -> None:
    """A viewer's list has no boxes, and the form is refused whoever made it; another shop's rows are not found."""
    [order] = await some(shop, 1)
    other = await open_desk(within.house)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, role))
        page = await browser.get(f"{base(within)}/orders")
        assert ('name="id"' in page.text) == (role == "operator")
        asked = await browser.get(f"{base(within)}/bulk", params=query("orders.process", [order]))
        assert asked.status_code == (403 if role == "viewer" else 200)
        forged = await browser.post(f"{base(within)}/bulk", data={"act": "orders.process", "ids": str(order.order_id)})
        assert forged.status_code == 403
        there = await browser.get(f"{base(other)}/bulk", params=query("orders.process", [order]))
        assert there.status_code == 404
    assert (await shown(within, order.order_id)).status == "confirmed"


async def test_money_for_many_is_proven_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirming payments takes a reason, and a password again where it was long ago; then all are paid, and twice is
    once."""
    shop, within = await shop_at_desk(app)
    views = [await shop.start_payment(await order_of(shop)) for _ in range(2)]
    ids = [view.payments[0].payment_id for view in views]
    monkeypatch.setattr(sign_in, "_PROVEN_FOR", sign_in._PROVEN_FOR * -1)
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "operator"))
        asked = await browser.get(f"{base(within)}/bulk", params={"act": "payments.confirm", "id": ids})
        assert 'name="password"' in asked.text
        without = await browser.post(f"{base(within)}/bulk", data=hidden(asked) | {"reason": "mutasi"})
        assert without.status_code == 400
        assert [(await shop.engine.orders.as_now(view.order)).order.status for view in views] == ["pending"] * 2
        given = hidden(without) | {"reason": "mutasi", "password": PASSWORD}
        for word in (["Berhasil"], ["Sudah"]):
            sent = await browser.post(f"{base(within)}/bulk", data=given)
            assert [[*{"Berhasil", "Sudah"} & {*line.split()}] for line in lines(sent)] == [word] * 2
        assert PASSWORD not in sent.text
    assert await check(shop.engine, within.merchant_id) == []


async def test_many_rows_over_http(client: httpx.AsyncClient, within: Within, shop: Shop) -> None:
    """200 with a line for each row; what does not fit is refused before anything is done; the same key does it once."""
    headers = await key_of(within) | {"Idempotency-Key": "k"}
    path, orders = "/admin/v1/acts/orders.ship/bulk", await some(shop, 2)
    rows = [{"id": one.order_id, "receipt": f"JX{n}"} for n, one in enumerate(orders)]
    wrong = await client.post(path, headers=headers, json={"rows": [*rows, {"id": "x", "nama": 1}]})
    assert (wrong.status_code, {*wrong.json()["errors"]}) == (400, {"3.id", "3.nama"})
    assert (await shown(within, orders[0].order_id)).status == "confirmed"
    found = (await client.post(path, headers=headers, json={"rows": [*rows, {"id": 7}]})).json()["rows"]
    assert [(one["id"], one["state"]) for one in found] == [
        (str(orders[0].order_id), "done"), (str(orders[1].order_id), "done"), ("7", "refused"),
    ]  # fmt: skip
    assert (found[2]["problem"]["code"], found[2]["problem"]["status"]) == ("not_found", 404)
    again = (await client.post(path, headers=headers, json={"rows": rows})).json()["rows"]
    assert [one["state"] for one in again] == ["again"] * 2
    viewer = await key_of(within, ("orders:read",))
    assert (await client.post(path, headers=viewer, json={"rows": rows})).status_code == 403
    for body in ({}, [], {"rows": 1}, {"rows": []}, {"rows": [{"id": 1}] * 201}, {"rows": rows, "reason": 7}):
        assert (await client.post(path, headers=headers, json=body)).status_code == 400
    document = (await client.get("/admin/v1/openapi.json")).json()
    assert document["paths"][path]["post"]["operationId"] == "orders.ship.bulk"
