"""Beranda and the pages of reports: what they show is what the shop's rows say, each figure leads to its orders, and a
new shop sees what it lacks."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx
import pytest_asyncio
from sold_kit import NOON, at

from console_kit import base, browser_of, enter, joined
from desk_kit import do, open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.doors.console.chart import HEIGHT, LENGTH, WIDTH, Column, Sold, chart_of
from gerai.doors.console.counters import Counter
from gerai.doors.console.words import CATALOGUES, DeskWords
from gerai.engine.desk.acts.rebuild_reports import Rebuild
from gerai.engine.desk.house import Within
from gerai.engine.desk.registry import views
from gerai.engine.desk.waiting import KINDS

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


@pytest_asyncio.fixture
async def browser(app: App) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser of its own, in Indonesian."""
    async with browser_of(app) as client:
        client.headers["accept-language"] = "id"
        yield client


def text_of(page: httpx.Response) -> str:
    """What is read on a page: without tags, each run of blanks one."""
    assert page.status_code == 200, page.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


async def test_beranda_shows_the_figures(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """Seven days of a shop: sales, orders, mean, paid ratio, what went back and what was kept, linked to the orders;
    the chart's table has the days with their doors, newest first; latest orders and best sellers."""
    within, _ = sold
    await enter(browser, await joined(within, "viewer"))
    page = await browser.get(f"{base(within)}?range=7d")
    said = text_of(page)
    assert "Penjualan terbayar Rp300.000" in said
    assert "Pesanan 4" in said
    assert "Rata-rata per pesanan Rp100.000" in said
    assert "Jadi dibayar 75%" in said
    assert "Dikembalikan Rp40.000" in said
    assert "Biaya pembayaran Rp1.000" in said
    behind = f"{base(within)}/orders?since=2026-04-09&amp;until=2026-04-15"
    assert page.text.count(f'href="{behind}"') == 4
    table = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.sub(r"<[^>]*>", " ", row).split() for row in table.split("</tr>") if row.strip()]
    assert cells == [
        ["15", "Apr", "2", "–", "Rp100.000", "Rp100.000"], ["14", "Apr", "2", "Rp50.000", "Rp150.000", "Rp200.000"],
    ]  # fmt: skip
    assert "Paling laku Semua barang E-book 3 × Rp150.000 Kaos Polos - M 2 × Rp150.000" in said
    assert said.index("Pesanan terbaru") < said.index("Rp75.000") < said.index("Paling laku")
    assert "Langkah pertama" not in said
    today = text_of(await browser.get(f"{base(within)}?range=today"))
    assert "Penjualan terbayar Rp100.000 ▼ turun 50% dari sebelumnya" in today
    assert "per jam" in today
    assert "Paid sales Rp300,000" not in text_of(await browser.get(f"{base(within)}?range=7d&lang=en"))


async def test_every_link_leads_somewhere(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """What Beranda and the reports link to is there, in both languages and for every range."""
    within, _ = sold
    await enter(browser, await joined(within))
    seen: set[str] = set()
    for path in (*(f"?range={one}" for one in ("today", "7d", "30d", "90d")), "/reports?by=member&range=7d", "/books"):
        page = await browser.get(base(within) + path)
        seen |= {html.unescape(one) for one in re.findall(r'href="(/console/[^"#]*)"', page.text)}
    for address in sorted(seen):
        if "/static/" not in address:
            assert (await browser.get(address)).status_code == 200, address


async def test_a_new_shop_sees_what_it_lacks(browser: httpx.AsyncClient, app: App) -> None:
    """Nothing waits, and the first steps: what is there is ticked, what is not leads to where it is made."""
    within = await open_desk(app.house, simulated=False)
    await enter(browser, await joined(within))
    page = await browser.get(base(within))
    said = text_of(page)
    assert "Tidak ada yang menunggu Anda" in said
    assert "Tambahkan barang atau layanan yang dijual" in said
    assert f'href="{base(within)}/start/sell"' in page.text
    assert f'href="{base(within)}/start/key"' in page.text
    assert 'class="done"' not in page.text
    ready = await open_desk(app.house)
    await enter(browser, await joined(ready))
    assert (await browser.get(base(ready))).text.count('class="done"') == 1


async def test_money_that_waits_stands_first(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """An order that ended with its money is counted, with the amount, before all figures."""
    within, shop = sold
    await at(shop, NOON + timedelta(minutes=5))
    view = await shop.pay(await shop.place("invoice", 30_000_00, after_payment="confirm"))
    await shop.execute(
        "UPDATE orders SET status = 'cancelled' WHERE merchant_id = %s AND order_id = %s",
        (shop.merchant_id, view.order.order_id),
    )
    await enter(browser, await joined(within))
    page = await browser.get(base(within))
    said = text_of(page)
    assert said.index("1 pesanan berakhir yang sudah dibayar Rp30.000") < said.index("Penjualan terbayar")
    assert f'href="{base(within)}/waiting?kind=ended_order"' in page.text


async def test_counting_says_so(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """While everything is counted anew the page says that it is not complete."""
    within, _ = sold
    await enter(browser, await joined(within))
    assert "masih dihitung" not in text_of(await browser.get(base(within)))
    await do(within, "reports.rebuild", Rebuild())
    assert "masih dihitung" in text_of(await browser.get(base(within)))


async def test_reports_are_tables_in_words(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """Sales by way of payment, durations in words, a statement whose totals are nothing, the books and their check."""
    within, _ = sold
    await enter(browser, await joined(within))
    by_method = text_of(await browser.get(f"{base(within)}/reports?by=method&range=7d"))
    assert "Belum dibayar 1 0 0% Rp0" in by_method
    assert "Virtual account 1 1 100% Rp150.000 Rp150.000 Rp40.000 Rp1.000" in by_method
    assert "5 mnt" in text_of(await browser.get(f"{base(within)}/reports/times?range=7d"))
    statement = text_of(await browser.get(f"{base(within)}/reports/statement?month=2026-04"))
    assert "Penjualan Rp0 Rp40.000 Rp300.000 Rp260.000" in statement
    assert re.search(r"Jumlah Rp0 (Rp[\d.]+) \1 Rp0", statement)
    assert "Saldo anggota Rp450.000" in text_of(await browser.get(f"{base(within)}/books"))
    assert "Mutasi seimbang ya" in text_of(await browser.get(f"{base(within)}/books/check"))
    bad = await browser.get(f"{base(within)}/reports?since=2026-04-02&until=2026-04-01")
    assert (bad.status_code, bad.text.count('class="fault"')) == (400, 1)
    assert (await browser.get(f"{base(within)}/reports/none")).status_code == 404


async def test_hostile_names_are_text(browser: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """An item and a door of any name are shown as they are."""
    within, shop = sold
    await shop.execute("UPDATE report_items SET name = %s WHERE merchant_id = %s", (HOSTILE, shop.merchant_id))
    await shop.execute("UPDATE report_hours SET channel = %s WHERE merchant_id = %s", (HOSTILE, shop.merchant_id))
    await enter(browser, await joined(within))
    for path in ("?range=7d", "/reports?by=item&range=7d", "/reports?by=door&range=7d"):
        page = await browser.get(base(within) + path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


async def test_another_shops_beranda_is_not_found(browser: httpx.AsyncClient, app: App, within: Within) -> None:
    """Nor are its reports."""
    other = await open_desk(app.house)
    await enter(browser, await joined(within))
    for path in ("", "/reports", "/reports/statement", "/books", "/books/check"):
        assert (await browser.get(base(other) + path)).status_code == 404


def test_a_chart_is_whole() -> None:
    """Parts stand on each other without gaps and come to their sum; the highest bar is below the highest line; labels
    have room; nothing sold is a chart too."""
    doors = [Counter(name, name, n + 1, "") for n, name in enumerate("ab")]
    columns = [Column(str(n), "", 1, [Sold(doors[0], n * 333_33), Sold(doors[1], 1)]) for n in range(90)]
    chart = chart_of(columns, doors)
    assert [bar.column.label for bar in chart.bars] == [str(n) for n in range(90)]
    assert sum(bar.labelled for bar in chart.bars) <= 8
    for bar in chart.bars:
        low, high = bar.parts
        assert low.y + low.height == HEIGHT
        assert high.y + high.height == low.y
        assert (low.along, low.along + low.long) == (0, high.along)
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
    assert chart.bars[-1].parts[-1].along + chart.bars[-1].parts[-1].long == LENGTH
    top_y, top_sen = chart.lines[-1]
    assert (top_y, top_sen) == (0, 3_000_000)
    empty = chart_of([Column("1", "", 0, [])], doors)
    assert (empty.counters, empty.lines[0]) == ([], (HEIGHT, 0))


def test_amounts_and_times_in_short() -> None:
    """As a scale and a table say them, in both languages."""
    id_, en = DeskWords("id"), DeskWords("en")
    assert [id_.short_amount(sen * 100) for sen in (0, 999, 1500, 2_500_000, 10**9)] == [
        "Rp0", "Rp999", "Rp1,5 rb", "Rp2,5 jt", "Rp1 M",
    ]  # fmt: skip
    assert (en.short_amount(2_500_000_00), en.number(1262), id_.number(1262)) == ("Rp2.5 m", "1,262", "1.262")
    assert [id_.duration(s) for s in (0, 59, 300, 3661, 90_000)] == [
        "0 dtk", "59 dtk", "5 mnt", "1 jam 1 mnt", "1 hari 1 jam",
    ]  # fmt: skip


def test_every_kind_that_waits_has_words() -> None:
    """And every way to ask for sales, in both languages."""
    for texts in CATALOGUES.values():
        assert [kind for kind in KINDS if f"need.{kind}" not in texts] == []
    assert "waiting.counts" in views()
