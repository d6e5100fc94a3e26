"""The monthly statement as PDF: what is printed is what the books say, at every face."""

from __future__ import annotations

import io
import re

import httpx
import pytest
from files_kit import table_of, taken
from pypdf import PdfReader
from test_admin import key_of

from console_kit import base, browser_of, enter, joined
from desk_kit import open_desk
from engine_kit import Shop
from gerai.app import App
from gerai.domain.money import display
from gerai.domain.permissions import ROLES
from gerai.engine.check import check
from gerai.engine.desk.house import Within

ADDRESS = "/admin/v1/reports/statement.pdf"


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, one blank between words."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf), strict=True).pages]


def printed(sen: int) -> str:
    """An amount as accounts have it."""
    return ("\u2212" if sen < 0 else "") + display(abs(sen))


async def test_the_paper_says_what_the_books_say(
    client: httpx.AsyncClient, sold: tuple[Within, Shop], app: App
) -> None:
    """Every account with its amounts as the CSV has them, their sums, the shop, the month and the page; play money is
    named so. The books hold."""
    within, shop = sold
    headers = await key_of(within, environment="sandbox")
    rows = table_of(await taken(within, "reports.statement", "csv", month="2026-04"))
    amounts = ("opening", "debits", "credits", "closing")
    sums = [sum(round(float(row[name]) * 100) for row in rows) for name in amounts]
    assert (sums[0], sums[3]) == (0, 0)
    assert sums[1] == sums[2] > 0
    for language, title, total, month, page in (
        ("id", "Laporan bulanan", "Jumlah", "1 April 2026 – 30 April 2026", "Halaman 1 dari 1"),
        ("en", "Monthly statement", "Total", "1 April 2026 – 30 April 2026", "Page 1 of 1"),
    ):
        answer = await client.get(ADDRESS, params={"month": "2026-04"}, headers=headers | {"Accept-Language": language})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["content-language"] == language
        assert f"{within.merchant.code}-monthly-statement-2026-04.pdf" in answer.headers["content-disposition"]
        [text] = pages_of(answer.content)
        for said in (within.merchant.name, title, month, page):
            assert said in text
        assert ("Mode uji coba" if language == "id" else "Test mode") in text
        for row in rows:
            line = " ".join(printed(round(float(row[name]) * 100)) for name in amounts)
            assert line in text, row
        assert f"{total} {' '.join(map(printed, sums))}" in text
    assert await check(shop.engine, shop.merchant_id) == []


async def test_the_paper_is_had_by_whoever_sees_the_books(client: httpx.AsyncClient, sold: tuple[Within, Shop]) -> None:
    """Not without the scope, not of a month that there is not, and of another shop its own books alone."""
    within, _ = sold
    without = tuple(one for one in ROLES["owner"] if one != "books:read")
    refused = await client.get(ADDRESS, headers=await key_of(within, without, "sandbox"))
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing")
    headers = await key_of(within, environment="sandbox")
    for month in ("2026-13", "x"):
        assert (await client.get(ADDRESS, params={"month": month}, headers=headers)).status_code in (400, 422)
    assert (await client.get(ADDRESS)).status_code == 401
    other = await open_desk(within.house, "sandbox")
    mine = await client.get(ADDRESS, params={"month": "2026-04"}, headers=await key_of(other, environment="sandbox"))
    [text] = pages_of(mine.content)
    assert other.merchant.name in text
    assert within.merchant.name not in text
    assert set(re.findall(r"Rp[\d.]+", text)) == {"Rp0"}


async def test_the_console_gives_it_as_files(app: App, sold: tuple[Within, Shop]) -> None:
    """The page of the statement offers CSV, XLSX and PDF of the month that is shown, all in the reader's language; a
    report without paper has none of it."""
    within, _ = sold
    async with browser_of(app) as browser:
        await enter(browser, await joined(within))
        at = f"{base(within)}/reports"
        page = (await browser.get(f"{at}/statement?month=2026-04")).text
        for kind in ("csv", "xlsx", "pdf"):
            assert f'href="{at}/statement.{kind}?month=2026-04" download' in page
        pdf = await browser.get(f"{at}/statement.pdf?month=2026-04&lang=en")
        assert "Monthly statement" in pages_of(pdf.content)[0]
        assert pdf.headers["cache-control"] == "no-store"
        file = await browser.get(f"{at}/statement.csv?month=2026-04&lang=id")
        rows = table_of(file.content)
        assert list(rows[0]) == ["Kode", "Akun", "Awal", "Debit", "Kredit", "Akhir"]
        assert {row["Akun"] for row in rows} >= {"Penjualan", "Saldo anggota"}
        same = table_of(await taken(within, "reports.statement", "csv", month="2026-04"))
        assert [row["Akhir"] for row in rows] == [row["closing"] for row in same]
        assert f"{at}/sales.pdf" not in (await browser.get(at)).text
        assert (await browser.get(f"{at}/sales.pdf")).status_code == 404
        assert (await browser.get(f"{at}/nothing.csv")).status_code == 404
    async with browser_of(app) as stranger:
        assert (await stranger.get(f"{at}/statement.pdf")).status_code == 303


async def test_a_server_without_the_extra_has_no_paper(
    client: httpx.AsyncClient, sold: tuple[Within, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not found, and the console does not offer it; the other files are there."""
    within, _ = sold
    monkeypatch.setattr("gerai.doors.http.paper.download.can_set", lambda: False)
    answer = await client.get(ADDRESS, headers=await key_of(within, environment="sandbox"))
    assert answer.status_code == 404
    assert len(await taken(within, "reports.statement", month="2026-04")) > 100
