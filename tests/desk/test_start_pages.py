"""The first steps of a shop on pages: each can be left out and gone back to, and none is done twice."""

from __future__ import annotations

import asyncio
import html
import itertools
import json
import re
import shlex
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from start_kit import step

from console_kit import PASSWORD, base, browser_of, enter, joined, mark
from desk_kit import open_desk, seen, written
from gerai.app import App
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.store import people as sql

ACCOUNT = {"pay": "bank", "bank": "BCA", "number": "1234567890", "holder": "Ani"}


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


def curls(page: str) -> list[list[str]]:
    """The words of the commands on a page."""
    return [shlex.split(html.unescape(one)) for one in re.findall(r"<pre[^>]*>(curl .*?)</pre>", page, re.DOTALL)]


async def ordered(client: httpx.AsyncClient, words: list[str]) -> httpx.Response:
    headers = dict(text.split(": ", 1) for flag, text in itertools.pairwise(words) if flag == "-H")
    body = json.loads(words[words.index("-d") + 1])
    return await client.post(httpx.URL(words[1]).path, headers=headers, json=body)


async def test_a_shop_that_has_nothing_begins_here(owner: httpx.AsyncClient, shop: Within) -> None:
    """Its owner comes to the first open step from the console's address; Beranda leads there, too; what is done is not
    asked again; a step can be left out, and is still open at the end."""
    start = f"{base(shop)}/start"
    assert (await owner.get("/console")).headers["location"] == start
    assert (await owner.get(start)).headers["location"] == f"{start}/paid"
    page = (await owner.get(f"{start}/paid")).text
    assert f'href="{start}/sell"' in page
    done = await step(owner, shop, "sell", sell="hand", item="E-book Resep", price="Rp50.000")
    assert (done.status_code, done.headers["location"]) == (303, f"{start}/order")
    assert (await owner.get("/console")).headers["location"] == base(shop)
    assert (await owner.get(start)).headers["location"] == f"{start}/paid"
    assert f'href="{start}/paid"' in (await owner.get(f"{start}/order")).text
    home = (await owner.get(base(shop))).text
    assert (f'href="{start}/paid"' in home, f'href="{start}/sell"' in home) == (True, False)


async def test_an_account_is_named_and_said_to_be_theirs(owner: httpx.AsyncClient, shop: Within) -> None:
    """What was understood is shown before anything is done; what cannot be right stands at its field, and nothing is
    made."""
    wrong = await step(owner, shop, "paid", **ACCOUNT | {"number": "12"})
    assert (wrong.status_code, 'id="number-fault"' in wrong.text) == (400, True)
    asked = await step(owner, shop, "paid", **ACCOUNT)
    assert (asked.status_code, "Ini milik Anda?" in asked.text) == (200, True)
    assert await seen(shop, "accounts.list") == []
    done = await step(owner, shop, "paid", **ACCOUNT, mine="yes")
    assert (done.status_code, done.headers["location"]) == (303, f"{base(shop)}/start/sell")
    [account] = shop.merchant.receiving
    assert (account.channel, account.details["holder"]) == ("BCA", "Ani")
    entry = (await written(shop))[0].entry
    assert (entry.act, entry.reason) == ("accounts.add", "langkah pertama")
    again = await step(owner, shop, "paid", **ACCOUNT, mine="yes")
    assert (again.status_code, len(shop.merchant.receiving)) == (400, 1)


@pytest.mark.parametrize("kind", ["hand", "service"])
async def test_what_is_sold_is_ordered_by_what_the_page_shows(
    app: App, owner: httpx.AsyncClient, client: httpx.AsyncClient, shop: Within, kind: str
) -> None:
    """A key for each door that is wanted; each command on the page places its order, a service's from a wallet that was
    filled. Sent twice, one thing is sold. Nothing is wrong in the books."""
    given = {"sell": kind, "item": "Cek 12", "price": "2500"}
    for _ in range(2):
        assert (await step(owner, shop, "sell", **given)).status_code == 303
    things = "products.list" if kind == "hand" else "services.list"
    assert len(await seen(shop, things)) == 1
    form = await owner.get(f"{base(shop)}/start/key")
    assert ('name="opening"' in form.text) == (kind == "service")
    doors = ["scalev", "durianpay"] if kind == "hand" else ["cekceir", "durianpay"]
    assert [one for one in ("scalev", "cekceir", "durianpay", "leuwongrr") if f'value="{one}"' in form.text] == doors
    page = await step(owner, shop, "key", door=doors, opening="2500" if kind == "service" else "")
    assert page.status_code == 200, page.text
    commands = curls(page.text)
    assert len(commands) == 2
    for words in commands:
        assert words[1].startswith("http://gerai.test/")
        answer = await ordered(client, words)
        assert answer.status_code in (200, 201), answer.text
    totals = [row.total_sen for row in await seen(shop, "orders.list")]
    assert totals == [2_500_00, 2_500_00]
    assert await check(app.engine, shop.merchant_id) == []
    later = (await owner.get(f"{base(shop)}/start/order")).text
    assert ("KUNCI_ANDA" in later, *(words[3] in later for words in commands)) == (True, False, False)


async def test_the_same_form_twice_at_once_makes_one_key(owner: httpx.AsyncClient, shop: Within) -> None:
    """One of them shows the key; the other does nothing. The wallet is filled once."""
    await step(owner, shop, "sell", sell="service", item="Cek", price="2500")
    path = f"{base(shop)}/start/key"
    form: dict[str, Any] = await mark(owner, path) | {"door": "cekceir", "opening": "2500"}
    pages = await asyncio.gather(*(owner.post(path, data=form) for _ in range(2)))
    assert sum(page.text.count('class="secret"') for page in pages) == 1
    assert len(await seen(shop, "keys.list")) == 1
    assert [row.available_sen for row in await seen(shop, "wallets.list")] == [2_500_00]


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("sell", {"sell": "hand", "item": "Kaos", "price": "gratis"}, "price-fault"),
        ("sell", {"sell": "hand", "item": " ", "price": "1"}, "item-fault"),
        ("sell", {"sell": "service", "item": "Cek", "price": "999999999999999"}, "price-fault"),
        ("paid", {"pay": "qris", "qris": "000201"}, "qris-fault"),
        ("paid", {"pay": "bank", "bank": "", "number": "", "holder": ""}, "number-fault"),
    ],
)  # fmt: skip
async def test_what_cannot_be_right_stands_at_its_field(
    owner: httpx.AsyncClient, shop: Within, name: str, given: dict[str, str], fault: str
) -> None:
    """And nothing is made or written down."""
    before = await written(shop)
    page = await step(owner, shop, name, **given)
    assert (page.status_code, f'id="{fault}"' in page.text) == (400, True), page.text
    assert await written(shop) == before
    assert (await seen(shop, "products.list"), await seen(shop, "services.list")) == ([], [])


async def test_whoever_may_not_does_not(app: App, shop: Within) -> None:
    """An operator hands out no keys and names no account; another shop's owner finds nothing; a form without its mark
    does nothing."""
    async with browser_of(app) as browser:
        await enter(browser, await joined(shop, "operator"))
        for name in ("paid", "key"):
            assert (await browser.get(f"{base(shop)}/start/{name}")).status_code == 403
        assert (await browser.get(f"{base(shop)}/start")).headers["location"] == f"{base(shop)}/start/sell"
        sent = await browser.post(f"{base(shop)}/start/sell", data={"sell": "hand", "item": "A", "price": "1"})
        assert sent.status_code == 403
    async with browser_of(app) as browser:
        await enter(browser, await joined(await open_desk(app.house)))
        assert (await browser.get(f"{base(shop)}/start")).status_code == 404
        assert (await browser.get("/console/start")).status_code == 403
    assert await seen(shop, "products.list") == []


async def test_a_shop_is_opened_by_whoever_runs_the_server(app: App, shop: Within) -> None:
    """Its code is made of its name; where another has that, it is asked, with one that is free, and nothing is opened;
    a name alone is no code."""
    login = await joined(shop)
    async with app.engine.connection() as connection:
        person = await sql.by_login(connection, login)
        assert person is not None
        await connection.execute("UPDATE people SET everywhere = true WHERE person_id = %s", (person.person_id,))
    name = f"Toko {login}"
    async with browser_of(app) as browser:
        await enter(browser, login, PASSWORD)
        assert 'href="/console/start"' in (await browser.get("/console")).text
        form = await mark(browser, "/console/start")
        opened = await browser.post("/console/start", data=form | {"name": name})
        assert (opened.status_code, opened.headers["location"]) == (303, f"/console/toko-{login}/production/start")
        again = await browser.post("/console/start", data=form | {"name": name})
        assert (again.status_code, f'value="toko-{login}-2"' in again.text) == (400, True)
        assert (await browser.post("/console/start", data=form | {"name": " "})).status_code == 400
    codes = [one.code for one in app.engine.directory.merchants() if one.name == name]
    assert codes == [f"toko-{login}"]


@pytest.mark.parametrize("name", ["shop", "tidak-ada", "order/x"])
async def test_a_step_that_is_none(owner: httpx.AsyncClient, shop: Within, name: str) -> None:
    """It is not found."""
    assert (await owner.get(f"{base(shop)}/start/{name}")).status_code == 404
