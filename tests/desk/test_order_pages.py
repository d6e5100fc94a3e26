"""The pages of orders: what they show of a shop's orders and to whom, and what they lead to."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncGenerator

import httpx
import pytest
import pytest_asyncio

from console_kit import base, browser_of, enter, joined, mark
from console_orders_kit import order_of, paid_order, shop_at_desk
from engine_kit import Shop
from gerai.app import DIALECTS, App
from gerai.domain.permissions import Role
from gerai.domain.states import TABLES
from gerai.doors.console.words import CATALOGUES
from gerai.engine.check import check
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import acts
from gerai.engine.orders.cancel import CancelOrder

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        yield client


@pytest_asyncio.fixture
async def desk(app: App) -> tuple[Shop, Within]:
    """A new shop and its desk, in production."""
    return await shop_at_desk(app)


def text_of(page: httpx.Response) -> str:
    """What is read on a page: without tags, each run of blanks one."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def rows_of(page: httpx.Response) -> list[str]:
    """The numbers of the orders that a list shows, in its order."""
    found = re.findall(r'<td class="num"><a href="[^"]*"><span class="cut">([^<]*)</span><span>([^<]*)', page.text)
    return ["".join(one) for one in found]


async def test_the_list_shows_what_a_seller_looks_for(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Number, counter, customer, items in short, method, whether it is paid, state, total and time, newest first, each
    a link to its order; states and money in words of the reader's language."""
    shop, within = desk
    first, second = await order_of(shop), await paid_order(shop)
    await enter(browser, await joined(within, "viewer"))
    page = await browser.get(f"{base(within)}/orders")
    assert rows_of(page) == [second.order.number, first.order.number]
    assert f'href="{base(within)}/orders/{first.order.order_id}"' in page.text
    said = text_of(page)
    assert "Durianpay Rina Wulandari 1 × A thing" in said
    assert "Lunas Virtual account BCA Siap diproses Rp300.000" in said
    assert "Belum dibayar Menunggu bayar Rp300.000" in said
    in_english = text_of(await browser.get(f"{base(within)}/orders?lang=en"))
    assert "Paid Virtual account BCA Ready to process Rp300.000" in in_english
    assert "Lunas" not in in_english


async def test_tabs_count_and_narrow(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Each state has its count and leads to its orders; beside a search nothing is counted, and the search stays."""
    shop, within = desk
    waiting, paid = await order_of(shop), await paid_order(shop)
    cancelled = await order_of(shop)
    await shop.do(CancelOrder, cancelled, reason="", by="operator:test")
    await enter(browser, await joined(within, "viewer"))
    address = f"{base(within)}/orders"
    said = text_of(await browser.get(address))
    assert "Semua Menunggu bayar 1 Siap diproses 1 Diproses 0 Siap kirim 0 Dikirim 0 Selesai 0 Dibatalkan 1" in said
    assert rows_of(await browser.get(address, params={"status": "pending"})) == [waiting.order.number]
    assert rows_of(await browser.get(address, params={"status": "confirmed"})) == [paid.order.number]
    page = await browser.get(address, params={"text": waiting.order.number, "door": "durianpay"})
    assert rows_of(page) == [waiting.order.number]
    assert "Semua Menunggu bayar Siap diproses" in text_of(page)
    assert f"?text={waiting.order.number}&amp;door=durianpay&amp;status=pending" in page.text
    assert rows_of(await browser.get(address, params={"door": "scalev"})) == []


async def test_pages_follow_one_another(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Every order is on exactly one page, and the last page leads nowhere."""
    shop, within = desk
    placed = [(await order_of(shop)).order.number for _ in range(5)]
    await enter(browser, await joined(within, "viewer"))
    address, found = f"{base(within)}/orders?limit=2", list[str]()
    for _ in range(3):
        page = await browser.get(address)
        found += rows_of(page)
        following = re.findall(r'href="([^"]*)" rel="next"', page.text)
        address = html.unescape(following[0]) if following else ""
    assert (found, address) == (placed[::-1], "")


async def test_nothing_found_and_nothing_there(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """A search without a result offers to clear it; a shop without orders leads to the sandbox, and there to a key and
    to an order at each counter."""
    shop, within = desk
    await enter(browser, await joined(within))
    assert "Buka uji coba" in text_of(await browser.get(f"{base(within)}/orders"))
    sandbox = await browser.get(base(within).replace("production", "sandbox") + "/orders")
    assert f'href="{base(within).replace("production", "sandbox")}/do/keys.create"' in sandbox.text
    for dialect in DIALECTS:
        assert dialect.title in sandbox.text
    assert sandbox.text.count("curl -X POST http://gerai.test/") == len(DIALECTS)
    await order_of(shop)
    page = await browser.get(f"{base(within)}/orders", params={"text": "nobody"})
    assert "Tidak ada pesanan yang cocok" in text_of(page)
    assert f'<a class="btn" href="{base(within)}/orders">Bersihkan</a>' in page.text


@pytest.mark.parametrize("asked", [{"since": "30/11/2026"}, {"limit": "0"}, {"status": "lost"}, {"after": "x"}])
async def test_a_filter_that_cannot_be_read_says_so(
    browser: httpx.AsyncClient, desk: tuple[Shop, Within], asked: dict[str, str]
) -> None:
    """400 and the same page, not an error page; what no filter is called is passed over."""
    _, within = desk
    await enter(browser, await joined(within, "viewer"))
    page = await browser.get(f"{base(within)}/orders", params=asked)
    assert page.status_code == 400
    assert 'name="since"' in page.text
    assert (await browser.get(f"{base(within)}/orders?utm_source=x")).status_code == 200


async def test_one_order_shows_everything(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Items, money, payment, parcel, customer with a link that opens a chat, ledger and what happened, in words; the
    next step is the one filled button."""
    shop, within = desk
    view = await paid_order(shop)
    await enter(browser, await joined(within, "operator"))
    page = await browser.get(f"{base(within)}/orders/{view.order.order_id}")
    said = text_of(page)
    assert f"{view.order.number} Siap diproses Lunas Durianpay" in said
    assert "A thing 1 × Rp300.000 Rp300.000" in said
    assert "Cara bayar Virtual account BCA Status Diterima Jumlah Rp300.000" in said
    assert "Status Direncanakan Kurir JNE REG" in said
    assert "Rina Wulandari 0812-3456-789 · Kirim WhatsApp rina@example.com" in said
    assert '<a class="reach" href="https://wa.me/628123456789" rel="noreferrer noopener" target="_blank">' in page.text
    assert "Penyedia pembayaran → Penjualan langsung · pembayaran Rp300.000" in said
    for event in ("Pesanan dibuat", "Pembayaran dimulai", "Pembayaran masuk", "Tagihan lunas", "Siap diproses"):
        assert event in said
    assert re.findall(r'<a class="btn primary" href="([^"]*)"', page.text) == [
        f"{base(within)}/do/orders.process?id={view.order.order_id}&amp;back=orders/{view.order.order_id}"
    ]
    steps = re.findall(r'<li class="(\w*)"><i', page.text)
    assert steps == ["done", "done", "", "", ""]


async def test_an_act_leads_back_to_its_order(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """The form says which order it is about; done, the order is shown as it is then, with one line that says so."""
    shop, within = desk
    view = await paid_order(shop)
    await enter(browser, await joined(within, "operator"))
    shown = f"{base(within)}/orders/{view.order.order_id}"
    address = html.unescape(re.findall(r'<a class="btn primary" href="([^"]*)"', (await browser.get(shown)).text)[0])
    form = await browser.get(address)
    assert view.order.number in text_of(form)
    assert f'<a href="{shown}">' in form.text
    sent = await browser.post(address, data=await mark(browser, address))
    assert sent.headers["location"] == f"{shown}?done=orders.process"
    said = text_of(await browser.get(sent.headers["location"]))
    assert "Berhasil: " in said
    assert f"{view.order.number} Diproses Lunas" in said
    assert await check(shop.engine, shop.merchant_id) == []


@pytest.mark.parametrize("back", ["//evil.example", "orders/../../x", "https://evil.example", "orders/1?x=1"])
async def test_an_act_leads_nowhere_else(browser: httpx.AsyncClient, desk: tuple[Shop, Within], back: str) -> None:
    """What an address says to go back to is a page of this desk, or is passed over."""
    shop, within = desk
    view = await paid_order(shop)
    await enter(browser, await joined(within, "operator"))
    address = f"{base(within)}/do/orders.process"
    given = {"id": str(view.order.order_id), "back": back}
    form = await browser.get(address, params=given)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form.text))
    sent = await browser.post(address, params=given, data=fields)
    assert sent.headers["location"] == f"{base(within)}/orders/{view.order.order_id}?done=orders.process"


async def test_what_cannot_be_done_is_said_in_the_readers_words(
    browser: httpx.AsyncClient, desk: tuple[Shop, Within]
) -> None:
    """An order that a colleague cancelled meanwhile: the form says so in Indonesian, with 409, and nothing is done."""
    shop, within = desk
    view = await order_of(shop)
    await enter(browser, await joined(within, "operator"))
    address = f"{base(within)}/do/orders.confirm?id={view.order.order_id}&back=orders/{view.order.order_id}"
    form = await mark(browser, address)
    await shop.do(CancelOrder, view, reason="", by="operator:test")
    answer = await browser.post(address, data=form)
    assert answer.status_code == 409
    assert f"Pesanan {view.order.number}: Dibatalkan. Ini tidak bisa dilakukan sekarang." in text_of(answer)
    page = await browser.get(f"{base(within)}/orders/{view.order.order_id}")
    assert f"{view.order.number} Dibatalkan" in text_of(page)


@pytest.mark.parametrize("role", ["operator", "viewer"])
async def test_who_may_not_act_sees_no_act(browser: httpx.AsyncClient, desk: tuple[Shop, Within], role: Role) -> None:
    """A viewer's page has no form and no link to one; what an operator's has, the operator may open."""
    shop, within = desk
    view = await paid_order(shop)
    await enter(browser, await joined(within, role))
    page = await browser.get(f"{base(within)}/orders/{view.order.order_id}")
    links = [html.unescape(one) for one in re.findall(r'href="([^"]*/do/[^"]*)"', page.text)]
    assert bool(links) == (role == "operator")
    for link in links:
        assert (await browser.get(link)).status_code == 200


async def test_others_see_nothing_of_it(app: App, browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Not at another shop's desk, not in the other environment, not by a number that is none."""
    shop, within = desk
    other, there = await shop_at_desk(app)
    view, theirs = await paid_order(shop), await paid_order(other)
    await enter(browser, await joined(within))
    nowhere = [
        f"{base(within)}/orders/{theirs.order.order_id}",
        f"{base(there)}/orders/{theirs.order.order_id}",
        f"{base(within)}/orders/{'9' * 30}",
        f"{base(within)}/orders/x",
        f"{base(within).replace('production', 'sandbox')}/orders/{view.order.order_id}",
    ]
    for address in nowhere:
        assert (await browser.get(address)).status_code == 404, address
    assert rows_of(await browser.get(f"{base(within)}/orders")) == [view.order.number]
    assert rows_of(await browser.get(f"{base(within).replace('production', 'sandbox')}/orders")) == []


async def test_hostile_texts_stay_texts(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Whatever a buyer calls themselves, writes or searches for is shown as it is written, and is no markup."""
    shop, within = desk
    view = await order_of(shop, contact={"name": HOSTILE, "mobile": "", "mobile_as_sent": "javascript:1"})
    await enter(browser, await joined(within))
    asked = {"text": HOSTILE, "door": HOSTILE, "since": HOSTILE}
    for address, params in (("", {}), (f"/{view.order.order_id}", {}), ("", asked)):
        page = await browser.get(f"{base(within)}/orders{address}", params=params)
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;{{7*7}}" in page.text
        assert not re.search(r'href="javascript:', page.text)
    assert "wa.me" not in page.text


async def test_a_first_visit_is_small(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """A full list, or an order, with all that it is drawn with: 120 kB at most, from this host alone."""
    shop, within = desk
    view = [await paid_order(shop) for _ in range(50)][-1]
    await enter(browser, await joined(within))
    for address in (f"{base(within)}/orders", f"{base(within)}/orders/{view.order.order_id}"):
        page = await browser.get(address)
        assets = set(re.findall(r'(?:href|src)="([^"]*/static/[^"]*)"', page.text))
        files = [await browser.get(asset) for asset in assets]
        assert {file.status_code for file in files} == {200}
        assert {asset.rpartition("/")[2] for asset in assets} == {
            "console.css", "dark.css", "orders.css", "lists.css", "console.js", "live.js", "icon.svg",
        }  # fmt: skip
        assert len(page.content) + sum(len(file.content) for file in files) <= 120_000


async def test_a_theme_is_kept(browser: httpx.AsyncClient, desk: tuple[Shop, Within]) -> None:
    """Dark or light as chosen, on every page from then on; as the machine has it before; any other word is none."""
    _, within = desk
    await enter(browser, await joined(within, "viewer"))
    at_first = await browser.get(f"{base(within)}/orders?theme=pink")
    assert 'media="screen and (prefers-color-scheme: dark)"' in at_first.text
    assert "gerai_theme" not in browser.cookies
    dark = await browser.get(f"{base(within)}/orders?theme=dark")
    assert 'content="dark"' in dark.text
    assert 'dark.css" media="screen"' in (await browser.get(base(within))).text
    await browser.get(f"{base(within)}/more?theme=light")
    assert "dark.css" not in (await browser.get(f"{base(within)}/orders")).text


def test_every_state_has_a_word() -> None:
    """No state of the engine is shown in English to who reads Indonesian."""
    states = {(table.thing, state) for table in TABLES for state in table.states}
    for catalogue in CATALOGUES.values():
        assert [state for _, state in states if f"status.{state}" not in catalogue] == []
        for thing, kind in (("order", "order"), ("payment", "payment"), ("shipment", "parcel"), ("refund", "refund")):
            assert [state for of, state in states if of == thing and f"{kind}.{state}" not in catalogue] == []


def test_what_leads_on_is_an_act() -> None:
    """The acts that the page of an order knows by name exist, those of money as soon as they do."""
    named = {act for act in acts() if act.startswith("orders.")}
    assert {"orders.process", "orders.ship", "orders.deliver", "orders.complete", "orders.cancel"} <= named
