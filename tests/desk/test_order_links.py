"""The link of a page that hands over codes and files is shown to those who may see codes; others are given it by an act
that is written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from digital_kit import licences, sealing_settings
from goods_kit import new_product
from hooks_kit import hooked, send, webhook

from console_kit import browser_of, enter, joined
from desk_kit import OPERATOR, OWNER, VIEWER, do, seen, written
from gerai.app import App
from gerai.domain.refusals import InputInvalid, PermissionMissing
from gerai.engine.acting import Actor
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.engine.desk.order_links import may_have_link
from gerai.engine.desk.registry import DeskCaller
from gerai.settings import Settings
from gerai.testing.receiver import receiving

READS = DeskCaller(Actor("key", "1", "bot"), frozenset({"orders:read"}))
SENDS = DeskCaller(Actor("key", "2", "bot"), frozenset({"orders:read", "orders:act"}))
HOOKS = DeskCaller(Actor("key", "3", "bot"), frozenset({"webhooks:manage"}))


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


async def test_who_only_looks_gets_no_link_of_digital_goods(within: Within, client: httpx.AsyncClient) -> None:
    """Before and after it is paid; whoever may see codes, or an order of parcels alone, has its link."""
    shop = await licences(within, client)
    order_id = await shop.order()
    secret = (await shop.view(order_id)).order.secret

    async def link(caller: DeskCaller) -> Any:
        [shown] = await seen(within, "orders.show", caller, id=order_id)
        assert (secret in f"{shown}") is (shown.link is not None)
        return shown.link

    for _ in range(2):
        assert [await link(caller) for caller in (VIEWER, READS, SENDS)] == [None] * 3
        assert [(await link(caller) or "").endswith(secret) for caller in (OWNER, OPERATOR)] == [True] * 2
        await shop.change(order_id, payment="paid")
    sent, view, looks = await new_product(within), await shop.view(order_id), replace(within, may=READS.permissions)
    [line], order = view.lines, msgspec.structs.replace(view.order, after_payment="confirm")
    for variant_id, may in ((sent.variant_id, True), (line.item_id, False), (1, False)):
        lines = [msgspec.structs.replace(line, item_id=variant_id)]
        assert may_have_link(looks, msgspec.structs.replace(view, order=order, lines=lines)) is may


async def test_the_console_has_none_either(within: Within, client: httpx.AsyncClient, app: App) -> None:
    """Neither the page of the order nor its file."""
    shop = await licences(within, client)
    order_id = await shop.paid()
    secret, here = (await shop.view(order_id)).order.secret, f"/console/{within.merchant.code}/production"
    async with browser_of(app) as browser:
        await enter(browser, await joined(within, "viewer"))
        page = await browser.get(f"{here}/orders/{order_id}")
        assert (page.status_code, secret in page.text) == (200, False)
    headers = {"authorization": f"Bearer {await shop.admin_key()}"}
    told = await client.get(f"/admin/v1/orders/{order_id}", headers=headers)
    assert secret in told.text


async def test_an_act_gives_the_link_with_a_reason(within: Within, client: httpx.AsyncClient) -> None:
    """It is in the audit who had it and why, and the audit has no link."""
    shop = await licences(within, client)
    await shop.load("KODE-1")
    order_id = await shop.paid()
    with pytest.raises(InputInvalid):
        await do(within, "orders.send_digital", ById(id=order_id), SENDS)
    with pytest.raises(PermissionMissing):
        await do(within, "orders.send_digital", ById(id=order_id), READS, reason="hilang")
    done = await do(within, "orders.send_digital", ById(id=order_id), SENDS, reason="tautan hilang")
    entries = await written(within)
    secret = (await shop.view(order_id)).order.secret
    assert done.details["link"].endswith(secret)
    assert (entries[0].entry.act, entries[0].entry.reason) == ("orders.send_digital", "tautan hilang")
    assert entries[0].entry.actor == SENDS.actor.id
    assert secret not in f"{entries}"


async def test_messages_are_shown_without_it(within: Within, client: httpx.AsyncClient) -> None:
    """Its receiver gets the link, as the contract says; who looks after webhooks alone sees the message without it."""
    desk = hooked(within)
    shop = replace(await licences(desk, client), within=desk)
    with receiving() as receiver:
        await do(desk, "webhooks.add", webhook(receiver, events=("order.created",), trial=False))
        order_id = await shop.order()
        await send(desk, order_id)
        [request] = receiver.requests
    secret = (await shop.view(order_id)).order.secret
    assert secret.encode() in request.body
    [row] = await seen(desk, "deliveries.list")
    [hidden] = await seen(desk, "deliveries.show", HOOKS, id=row.id)
    [whole] = await seen(desk, "deliveries.show", id=row.id)
    assert (secret in f"{hidden}", secret in f"{whole}") == (False, True)
