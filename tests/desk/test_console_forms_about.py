"""Above the form of an act stands what it is about; what there is not has no form, what cannot be done now says so."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio
from test_order_pages import text_of

from bank_kit import PRICE
from console_kit import base, browser_of, enter, joined, mark
from console_orders_kit import order_of, paid_order, shop_at_desk
from desk_kit import open_desk, seen, written
from desk_money_kit import Till, act, open_till
from gerai.app import App
from gerai.domain.money import display
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.desk.read import fields_of
from gerai.engine.desk.registry import acts

OF_ONE = [
    act.name for act in acts().values() if any(field.name == "id" and field.required for field in fields_of(act.input))
]


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        yield client


@pytest_asyncio.fixture
async def till(app: App) -> Till:
    """The desk of a real shop."""
    return await open_till(app)


def about(page: httpx.Response) -> str:
    """What stands in the cards above the form."""
    cards = re.findall(r'<section class="card subject".*?</section>', page.text, re.DOTALL)
    return text_of(httpx.Response(200, text=" ".join(cards)))


async def test_an_order_is_told_before_it_is_sent(app: App, browser: httpx.AsyncClient) -> None:
    """Its number as a link to it, buyer, item, total and state."""
    shop, within = await shop_at_desk(app)
    view = await paid_order(shop)
    await enter(browser, await joined(within, "operator"))
    before = await written(within)
    page = await browser.get(f"{base(within)}/do/orders.process?id={view.order.order_id}")
    told, line = about(page), view.lines[0]
    for text in (view.order.number, line.name, display(view.order.total_sen), "Siap diproses", "Lunas"):
        assert text in told, (text, told)
    assert f'href="{base(within)}/orders/{view.order.order_id}"' in page.text
    assert await written(within) == before


async def test_money_is_told_before_it_moves(browser: httpx.AsyncClient, till: Till) -> None:
    """Of a payment its order, item and amounts; what an amount left empty is stands beside it, in rupiah: what was
    asked, then what can still be given back."""
    view, payment = await till.asked()
    await enter(browser, await joined(till.within))
    here = f"{base(till.within)}/do"
    for number in (payment.payment_id, view.order.order_id):
        page = await browser.get(f"{here}/payments.confirm?id={number}")
        assert page.status_code == 200
        assert view.order.number in about(page)
        assert f"Dikosongkan: {display(payment.asked_sen)}" in text_of(page)
    await act(till.within, "payments.confirm", id=payment.payment_id)
    await act(till.within, "payments.refund", id=payment.payment_id, back_sen=20_000_00)
    page = await browser.get(f"{here}/payments.refund?id={payment.payment_id}")
    told = about(page)
    for text in (view.order.number, view.lines[0].name, "Masih bisa dikembalikan"):
        assert text in told, told
    [row] = await seen(till.within, "payments.show", id=payment.payment_id)
    assert f"Dikosongkan: {display(row.left_sen)}" in text_of(page)
    assert row.left_sen == PRICE - 20_000_00


async def test_a_form_sent_about_nothing(browser: httpx.AsyncClient, till: Till) -> None:
    """A number that is none, or of nothing: refused, and nothing is booked or given back."""
    _, payment = await till.asked()
    await enter(browser, await joined(till.within))
    address = f"{base(till.within)}/do/payments.confirm?id={payment.payment_id}"
    form = await mark(browser, address) | {"reason": "x"}
    before = await written(till.within)
    for number in ("²", "", "x", "9" * 30, "9" * 18, "a\x00b"):
        answer = await browser.post(address, data=form | {"id": number})
        assert answer.status_code in (400, 404), number
    assert await written(till.within) == before


async def test_the_button_says_a_fixed_amount(browser: httpx.AsyncClient, till: Till) -> None:
    """Of a refund to be sent: whom it is for is not typed, neither is how much."""
    view, paid = await till.paid()
    done = await act(till.within, "payments.refund", id=paid.payment_id, back_sen=12_500_00)
    await enter(browser, await joined(till.within))
    page = await browser.get(f"{base(till.within)}/do/refunds.done?id={done.details['refund']}")
    assert "· Rp12.500</button>" in page.text
    assert view.order.number in about(page)


@pytest.mark.parametrize("name", OF_ONE)
async def test_what_is_not_there_has_no_form(browser: httpx.AsyncClient, within: Within, name: str) -> None:
    """Without a number, with one of nothing, with what is no number: 404, for every act about one thing."""
    await enter(browser, await joined(within))
    for asked in ("", "?id=", "?id=4000000000", "?id=x", "?id=-1", f"?id={10**30}", "?id=%00"):
        answer = await browser.get(f"{base(within)}/do/{name}{asked}")
        assert answer.status_code == 404, asked


async def test_a_thing_of_others_has_no_form(app: App, browser: httpx.AsyncClient) -> None:
    """Not at another shop's desk, not in the other environment."""
    shop, within = await shop_at_desk(app)
    view = await paid_order(shop)
    other = await open_desk(app.house)
    await enter(browser, await joined(other))
    assert (await browser.get(f"{base(other)}/do/orders.process?id={view.order.order_id}")).status_code == 404
    await browser.post("/console/sign-out", data=await mark(browser, base(other)))
    await enter(browser, await joined(within))
    sandbox = base(within).replace("production", "sandbox")
    assert (await browser.get(f"{sandbox}/do/orders.process?id={view.order.order_id}")).status_code == 404
    assert (await browser.get(f"{base(within)}/do/orders.process?id={view.order.order_id}")).status_code == 200


async def test_what_cannot_be_done_now_says_so(app: App, browser: httpx.AsyncClient) -> None:
    """Instead of a form: how it stands, and what can be done, each a link that leads to a form; nothing is done."""
    shop, within = await shop_at_desk(app)
    view = await order_of(shop)
    await enter(browser, await joined(within, "operator"))
    before = await written(within)
    page = await browser.get(
        f"{base(within)}/do/orders.ship?id={view.order.order_id}&back=orders/{view.order.order_id}"
    )
    assert page.status_code == 409
    assert "Ini tidak bisa dilakukan: keadaannya Menunggu bayar." in text_of(page)
    assert view.order.number in about(page)
    assert 'name="once"' not in page.text
    links = re.findall(r'<a class="btn" href="([^"]*/do/[^"]*)"', page.text)
    assert any("/do/orders.cancel?" in link for link in links)
    assert not any("/do/orders.ship?" in link for link in links)
    for link in links:
        assert (await browser.get(link.replace("&amp;", "&"))).status_code == 200
    assert await written(within) == before


async def test_a_refund_that_is_sent_is_over(browser: httpx.AsyncClient, till: Till) -> None:
    """Nothing is left to be done to it, and the page says so; the books agree."""
    _, paid = await till.paid()
    done = await act(till.within, "payments.refund", id=paid.payment_id)
    number = done.details["refund"]
    await act(till.within, "refunds.done", id=number, reference="BCA-1")
    await enter(browser, await joined(till.within))
    page = await browser.get(f"{base(till.within)}/do/refunds.withdraw?id={number}")
    assert (page.status_code, "tidak ada yang bisa dilakukan" in text_of(page)) == (409, True)
    assert await check(till.within.engine, till.within.merchant_id) == []
