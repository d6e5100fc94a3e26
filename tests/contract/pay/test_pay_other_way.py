"""Another way to pay a top-up is chosen on its page: a new one takes its place, and no money is lost or doubled."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bank_kit import PNG, PRICE
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.records import Deposit
from gerai.engine.check import check
from gerai.engine.merchants.receiving import open_account
from top_up_page_kit import at, page_of, started


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """A real shop with accounts at two banks."""
    till = await open_till(app)
    bank = till.within.house.payment_methods["bank_transfer"]
    named = {"bank": "BNI", "number": "7770999111", "holder": "Budi Santoso"}
    await open_account(till.shop.engine, till.shop.merchant_id, bank, named, "t")
    return till


async def choose(client: httpx.AsyncClient, deposit: Deposit, way: str, **more: Any) -> httpx.Response:
    """Press a way to pay on its page."""
    return await client.post(page_of(deposit, "/method"), data={"choice": way}, **more)


async def every(till: Till) -> list[Deposit]:
    """The shop's top-ups, oldest first."""
    engine, merchant_id = till.shop.engine, till.shop.merchant_id
    async with engine.connection() as connection:
        cursor = await connection.execute(
            "SELECT deposit_id FROM deposits WHERE merchant_id = %s ORDER BY deposit_id", (merchant_id,)
        )
        numbers = [row[0] for row in await cursor.fetchall()]
    found = [await engine.deposits.by_id(merchant_id, number) for number in numbers]
    return [one for one in found if one is not None]


async def test_another_way_is_chosen(till: Till, client: httpx.AsyncClient) -> None:
    """The page offers what else is open, without the way that is chosen. Chosen, a new top-up of the same amount and
    time is paid there; the old one is cancelled and its link leads on, also through a second change. What is paid fills
    the wallet once."""
    old = await started(till, "BCA")
    page = (await client.get(page_of(old))).text
    assert ('value="bank_transfer:BNI"' in page, 'value="bank_transfer:BCA"' in page) == (True, False)
    answer = await choose(client, old, "bank_transfer:BNI")
    cancelled, new = await every(till)
    assert (answer.status_code, answer.headers["location"]) == (303, page_of(new))
    assert (cancelled.status, new.status, new.amount_sen) == ("cancelled", "pending", PRICE)
    assert new.account_id == till.wallet_id
    assert (new.channel_code, new.expires_at, new.channel) == ("BNI", old.expires_at, "leuwongrr")
    assert (await client.get(page_of(old))).headers["location"] == page_of(new)
    assert "7770999111" in (await client.get(page_of(new))).text
    await choose(client, new, "bank_transfer:BCA")
    third = (await every(till))[-1]
    through = await client.get(page_of(old), follow_redirects=True)
    assert (str(through.url).endswith(page_of(third)), "1234567890" in through.text) == (True, True)
    await act(till.within, "topups.confirm", id=third.deposit_id)
    assert await till.balance() == PRICE
    assert [one.status for one in await every(till)] == ["cancelled", "cancelled", "succeeded"]
    assert 'name="choice"' not in (await client.get(page_of(third))).text
    assert await check(till.shop.engine, till.shop.merchant_id) == []


async def test_the_way_chosen_last_stands_first(till: Till, client: httpx.AsyncClient) -> None:
    """At the browser where it was chosen, also for the next top-up, and at no other: whoever else has the link learns
    nothing. The cookie names the way alone; what was not taken is not kept."""
    old, next_one = await started(till, "BCA"), await started(till, "BCA")
    refused = await choose(client, old, "bank_transfer:BRI")
    assert "set-cookie" not in refused.headers
    kept = (await choose(client, old, "bank_transfer:BNI")).headers["set-cookie"]
    assert kept.startswith("gerai_way=bank_transfer:BNI;")
    assert old.secret not in kept
    client.cookies.clear()
    assert "Terakhir dipakai" not in (await client.get(page_of(next_one))).text
    page = (await client.get(page_of(next_one), headers={"cookie": "gerai_way=bank_transfer:BNI"})).text
    assert page.count("Terakhir dipakai") == 1
    hostile = await client.get(page_of(next_one), headers={"cookie": 'gerai_way=<b>:"x"'})
    assert (hostile.status_code, "<b>:" in hostile.text) == (200, False)
    paid = await client.get(page_of(next_one), headers={"cookie": "gerai_way=bank_transfer:BCA"})
    assert "Terakhir dipakai" not in paid.text


async def test_two_presses_at_once_are_one_change(till: Till, client: httpx.AsyncClient) -> None:
    """However often it is pressed, one top-up is left to be paid."""
    old = await started(till, "BCA")
    await asyncio.gather(*(choose(client, old, "bank_transfer:BNI") for _ in range(4)))
    assert [one.status for one in await every(till)].count("pending") == 1
    assert (await client.get(page_of(old))).status_code == 303


async def test_money_that_comes_the_old_way_is_known(till: Till, client: httpx.AsyncClient) -> None:
    """It is late money of the old top-up, which waits for the seller; its link shows that then."""
    old = await started(till, "BCA")
    await choose(client, old, "bank_transfer:BNI")
    await till.came(old.pay_sen, "M-1")
    first, second = await every(till)
    assert (first.status, second.status, await till.balance()) == ("late", "pending", 0)
    assert (await client.get(page_of(old))).status_code == 200
    assert await check(till.shop.engine, till.shop.merchant_id) == []


@pytest.mark.parametrize("way", ["bank_transfer:BRI", "qris:QRIS", "va:BCA", "", "bank_transfer:BCA", "\0:"])
async def test_what_is_not_offered_changes_nothing(till: Till, client: httpx.AsyncClient, way: str) -> None:
    """Nor the way that is chosen already."""
    old = await started(till, "BCA")
    assert (await choose(client, old, way)).status_code == 303
    [same] = await every(till)
    assert same == old


async def test_where_nothing_is_to_be_changed(till: Till, client: httpx.AsyncClient) -> None:
    """Once a proof was sent, the way is not given up by a press; another site's form, a wrong secret and a paid top-up
    change nothing."""
    old = await started(till, "BCA")
    assert (await choose(client, old, "bank_transfer:BNI", headers={"sec-fetch-site": "cross-site"})).status_code == 403
    stranger = await client.post(at(old.public_id, "x" * 43, "/method"), data={"choice": "bank_transfer:BNI"})
    assert stranger.status_code == 404
    await client.post(page_of(old, "/proof"), files={"proof": ("a.png", PNG)})
    assert 'name="choice"' not in (await client.get(page_of(old))).text
    assert (await choose(client, old, "bank_transfer:BNI")).headers["location"] == page_of(old, notice="changed")
    paid = await started(till, "BCA")
    await act(till.within, "topups.confirm", id=paid.deposit_id)
    assert (await choose(client, paid, "bank_transfer:BNI")).headers["location"] == page_of(paid, notice="changed")
    assert [one.status for one in await every(till)] == ["pending", "succeeded"]
