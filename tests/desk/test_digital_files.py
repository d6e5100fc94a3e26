"""Digital files: the buyer of a paid order fetches them from its page, as often as it may; nobody else does."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import typer
from digital_kit import Licences, licences, sealing_settings

from console_kit import browser_of, enter, joined, mark
from desk_kit import VIEWER, do, open_desk, seen, written
from gerai.app import App
from gerai.cli.desk import read_typed
from gerai.domain.refusals import InputInvalid, NotFound, PermissionMissing, StateConflict
from gerai.engine.desk.acts.add_file import NewFile
from gerai.engine.desk.fields import ById
from gerai.engine.desk.house import Within
from gerai.settings import Settings

PDF = b"%PDF-1.4 " + bytes(range(256)) * 3_000


@pytest.fixture(scope="module")
def settings(dsn: str) -> Settings:
    """Of a server that can seal secrets."""
    return sealing_settings(dsn)


@pytest_asyncio.fixture
async def shop(within: Within, client: httpx.AsyncClient) -> Licences:
    """A shop that sells an e-book."""
    return await licences(within, client)


async def add(shop: Licences, **facts: Any) -> int:
    """The id of a new file of the shop's e-book."""
    given = NewFile(**({"variant_id": shop.made.variant_id, "name": "Panduan Jualan.pdf", "content": PDF} | facts))
    return int((await do(shop.within, "files.add", given)).id)


async def page_of(shop: Licences, order_id: int) -> str:
    """The path of the order's page."""
    return f"/i/{(await shop.view(order_id)).order.secret}"


async def test_a_buyer_fetches_what_was_paid_for(shop: Licences, client: httpx.AsyncClient) -> None:
    """The page of a paid order leads to its files, as they came; one that waits to be paid, or whose money was given
    back, leads to none, and their addresses open nothing."""
    file_id = await add(shop)
    order_id = await shop.order()
    page = await page_of(shop, order_id)
    assert (await client.get(f"{page}/files/{file_id}")).status_code == 404
    assert "files/" not in (await client.get(page)).text
    await shop.change(order_id, payment="paid")
    shown = (await client.get(page, headers={"accept-language": "id"})).text
    assert f'href="{page}/files/{file_id}"' in shown
    assert "Panduan Jualan.pdf" in shown
    got = await client.get(f"{page}/files/{file_id}")
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, PDF, "application/pdf")
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''Panduan%20Jualan.pdf"
    assert "sandbox" in got.headers["content-security-policy"]
    [shown_order] = await seen(shop.within, "orders.show", id=order_id)
    assert [(one.id, one.downloads, one.most) for one in shown_order.digital.files] == [(file_id, 1, None)]
    assert shown_order.can[-1] == "orders.send_digital"
    assert (await do(shop.within, "orders.send_digital", ById(id=order_id), reason="hilang")).details[
        "delivered"
    ] is True
    await shop.refund(order_id)
    assert "orders.send_digital" not in (await seen(shop.within, "orders.show", id=order_id))[0].can
    assert (await client.get(f"{page}/files/{file_id}")).status_code == 404
    assert "files/" not in (await client.get(page)).text


async def test_downloads_are_counted_up_to_their_limit(shop: Licences, client: httpx.AsyncClient) -> None:
    """Of two downloads that are left, each order has two; another order has its own. A link is counted as a file is."""
    given = NewFile(
        variant_id=shop.made.variant_id, name="Buku", url="https://example.com/buku", most_downloads=2
    )  # fmt: skip
    link = int((await do(shop.within, "files.add", given)).id)
    first, second = await page_of(shop, await shop.paid()), await page_of(shop, await shop.paid())
    answers = [await client.get(f"{first}/files/{link}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 404]
    assert answers[0].headers["location"] == "https://example.com/buku"
    assert (await client.get(f"{second}/files/{link}")).status_code == 303
    text = (await client.get(first, headers={"accept-language": "en"})).text
    assert "Downloads left: 0" in text
    assert f"files/{link}" not in text


async def test_nobody_fetches_files_of_others(shop: Licences, client: httpx.AsyncClient) -> None:
    """An order opens no file of another variant or shop; a file that was removed is gone for those who bought it."""
    other = await licences(await open_desk(shop.within.house), client)
    theirs, mine = await add(other), await add(shop)
    page = await page_of(shop, await shop.paid())
    for named in (theirs, 2**70, "1x", -1, mine + 1):
        assert (await client.get(f"{page}/files/{named}")).status_code == 404
    with pytest.raises(NotFound):
        await do(shop.within, "files.remove", ById(id=theirs), reason="salah")
    await do(shop.within, "files.remove", ById(id=mine), reason="salah")
    assert (await client.get(f"{page}/files/{mine}")).status_code == 404
    assert [one.id for one in await seen(other.within, "files.list")] == [theirs]
    assert await seen(shop.within, "files.list") == []


async def test_what_is_no_file_is_refused(shop: Licences) -> None:
    """A link and a file at once, neither, a parcel's variant, one too many; and whoever may not."""
    for facts in ({"url": "https://example.com/a"}, {"content": b""}, {"variant_id": 1}):
        with pytest.raises((InputInvalid, TypeError)):
            await add(shop, **facts)
    given = NewFile(variant_id=shop.made.variant_id, name="a", url="https://example.com/a")
    with pytest.raises(PermissionMissing):
        await do(shop.within, "files.add", given, VIEWER)
    assert await seen(shop.within, "files.list") == []
    for _ in range(20):
        await do(shop.within, "files.add", given)
    with pytest.raises(InputInvalid, match="at most 20 files"):
        await do(shop.within, "files.add", given)
    entry = (await written(shop.within))[0].entry
    assert (entry.act, entry.facts["name"], entry.facts["size_bytes"]) == ("files.add", "a", 0)


async def test_every_face_takes_a_file(shop: Licences, app: App) -> None:
    """The console as a form with a file in it; its page says what it takes."""
    here = f"/console/{shop.within.merchant.code}/production"
    async with browser_of(app) as browser:
        await enter(browser, await joined(shop.within, "operator"))
        address = f"{here}/do/files.add"
        form = (await browser.get(address)).text
        assert 'enctype="multipart/form-data"' in form
        assert '<input name="content" type="file"' in form
        fields = await mark(browser, address) | {"variant_id": str(shop.made.variant_id), "name": "Buku.epub"}
        sent = await browser.post(address, data=fields, files={"content": ("x.epub", PDF)})
        assert sent.status_code == 303, sent.text
        empty = await browser.post(address, data=fields | {"once": "b"}, files={"content": ("", b"")})
        assert empty.status_code == 400
        assert '<textarea name="codes"' in (await browser.get(f"{here}/do/code_pools.load")).text
    [row] = await seen(shop.within, "files.list")
    assert (row.file, row.size_bytes, row.url) == ("Buku.epub", len(PDF), "")


def test_the_terminal_reads_a_file_by_its_path(tmp_path: Path) -> None:
    """Its content is what is kept; a path that leads to none ends the command."""
    path = tmp_path / "buku.pdf"
    path.write_bytes(PDF)
    typed = {"variant_id": "7", "name": "Buku", "content": str(path)}
    assert read_typed(NewFile, typed).content == PDF
    with pytest.raises(typer.Exit):
        read_typed(NewFile, typed | {"content": str(tmp_path / "none")})


async def test_programs_send_a_file_in_base64(shop: Licences, client: httpx.AsyncClient) -> None:
    """The API takes it in JSON, also where that is larger than other bodies may be."""
    token = await shop.admin_key()
    body = {"variant_id": shop.made.variant_id, "name": "a.zip", "content": b64encode(PDF).decode()}
    answer = await client.post("/admin/v1/acts/files.add", json=body, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    [row] = await seen(shop.within, "files.list")
    assert (row.id, row.size_bytes) == (int(answer.json()["id"]), len(PDF))


async def test_a_buyer_reads_their_codes(shop: Licences, client: httpx.AsyncClient) -> None:
    """Codes stand on the page once they were handed out, and until then that they will; the seller is given the link
    once more, with a message to the buyer. Of an order that was not paid there is nothing to send."""
    await shop.load("KODE-1")
    order_id, other = await shop.paid(), await shop.paid()
    await shop.hand_out(order_id)
    await shop.hand_out(other)
    page = await page_of(shop, order_id)
    assert "KODE-1" in (await client.get(page)).text
    waits = (await client.get(await page_of(shop, other), headers={"accept-language": "en"})).text
    assert "KODE-1" not in waits
    assert "they will appear here" in waits
    done = await do(shop.within, "orders.send_digital", ById(id=order_id), reason="hilang")
    assert done.details["link"].endswith((await shop.view(order_id)).order.secret)
    assert done.details["whatsapp"].startswith("https://wa.me/62812345678?text=Pesanan%20")
    assert done.details["delivered"] is True
    assert (await do(shop.within, "orders.send_digital", ById(id=other), reason="hilang")).details["delivered"] is False
    with pytest.raises(StateConflict):
        await do(shop.within, "orders.send_digital", ById(id=await shop.order()), reason="x")
    [shown] = await seen(shop.within, "orders.show", id=order_id)
    assert (shown.digital.status, [code.unit for code in shown.digital.codes]) == ("delivered", [1])
    await shop.refund(order_id)
    assert "KODE-1" not in (await client.get(page)).text
